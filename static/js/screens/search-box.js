// The search field of the header; on a phone an icon opens it over the whole width.

import { createCombobox } from "../combobox.js";
import { find, set } from "../dom.js";

export function createSearchBox(header, actions) {
  const part = (name) => find(header, name);
  const [form, input, clear] = [part("search"), part("search-input"), part("search-clear")];
  let place = null;
  const box = createCombobox({
    input,
    panel: part("suggestions"),
    list: part("suggestions-list"),
    load: actions.suggest,
    choose: ({ text }) => go(text),
    forget: actions.forgetRecent,
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) go(input.value.trim());
  });
  input.addEventListener("input", drawClear);
  clear.addEventListener("click", () => {
    fill("");
    input.focus();
    box.refresh();
  });
  part("search-open").addEventListener("click", () => {
    set(form, "data-open", true);
    input.focus();
  });
  part("search-close").addEventListener("click", leave);
  form.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
  form.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !form.contains(relatedTarget)) set(form, "data-open", null);
  });

  function go(q) {
    fill(q);
    box.close();
    input.blur();
    set(form, "data-open", null);
    actions.searchFor(q);
  }

  function leave() {
    if (!form.hasAttribute("data-open")) return;
    box.close();
    set(form, "data-open", null);
    part("search-open").focus();
  }

  function fill(text) {
    input.value = text;
    drawClear();
  }

  function drawClear() {
    clear.hidden = input.value === "";
  }

  return {
    apply(view) {
      if (view.place === place) return;
      place = view.place;
      fill(place.name === "search" ? place.q : "");
      set(form, "data-open", null);
    },
  };
}
