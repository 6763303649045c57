// Short news over everything; they can be acted upon, and go by themselves.

import { h, icon } from "../dom.js";

const SHOWN_MS = 8000;
const TOASTS_MAX = 3;

export function createToasts(list) {
  function remove(toast) {
    toast.remove();
    if (list.childElementCount === 0) list.hidePopover();
  }

  /** Show some news; `action` is {label, run}. It stays while it is pointed at or has the focus. */
  function show(text, { kind = "news", action = null } = {}) {
    const named = { class: "toast", "data-testid": "toast", "data-kind": kind };
    const toast = h("div", named, h("p", {}, text));
    let timer = 0;
    const leave = () => (timer = setTimeout(() => remove(toast), SHOWN_MS));
    const stay = () => clearTimeout(timer);
    if (action) {
      const go = h("button", { type: "button", class: "toast-action" }, action.label);
      go.addEventListener("click", () => {
        remove(toast);
        action.run();
      });
      toast.append(go);
    }
    const close = h("button", { type: "button", class: "toast-close" }, icon("close"));
    close.ariaLabel = "닫기";
    close.addEventListener("click", () => remove(toast));
    toast.append(close);
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stay);
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, leave);
    list.append(toast);
    while (list.childElementCount > TOASTS_MAX) list.firstElementChild.remove();
    raise();
    leave();
  }

  /** Bring the list over whatever was opened since. */
  function raise() {
    if (list.matches(":popover-open")) list.hidePopover();
    list.showPopover();
  }

  return show;
}
