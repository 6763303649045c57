// A field with suggestions below it: ARIA combobox with a listbox, for keys, mouse and touch.
// While an input method composes a syllable the keys are its own; the letters so far already count.

import { h, set } from "./dom.js";

const PAUSE_MS = 120;

/**
 * Make the field suggest. `load(text)` returns groups {title, options: [{text, mark}]};
 * `choose(option)` is called for the one chosen, `forget(option)` for a `mark: "recent"` deleted.
 */
export function createCombobox({ input, panel, list, load, choose, forget = () => {} }) {
  let options = []; // {option, element}, in the order they are drawn
  let active = -1;
  let asked = 0;
  let timer = 0;

  input.addEventListener("input", () => plan(PAUSE_MS));
  input.addEventListener("focus", () => plan(0));
  input.addEventListener("click", () => panel.hidden && plan(0));
  input.addEventListener("keydown", press);
  input.form.addEventListener("focusout", ({ relatedTarget }) => {
    if (!input.form.contains(relatedTarget)) close();
  });
  // A press must not take the focus from the field before it is a click.
  panel.addEventListener("pointerdown", (event) => event.preventDefault());
  panel.addEventListener("mousedown", (event) => event.preventDefault());

  function plan(inMs) {
    clearTimeout(timer);
    timer = setTimeout(refresh, inMs);
  }

  async function refresh() {
    const turn = ++asked;
    const groups = await load(input.value.trim()).catch(() => []);
    if (turn === asked && document.activeElement === input) draw(groups);
  }

  function draw(groups) {
    options = [];
    list.replaceChildren(...groups.filter((each) => each.options.length > 0).map(group));
    panel.hidden = options.length === 0;
    set(input, "aria-expanded", String(!panel.hidden));
    activate(-1);
  }

  function group({ title, options: own }, index) {
    const name = `${list.id}-group-${index}`;
    const heading = title && h("p", { class: "suggestions-title", id: name }, title);
    return h(
      "div",
      { role: "group", "aria-labelledby": title ? name : null },
      heading || null,
      ...own.map(row),
    );
  }

  function row(option) {
    const element = h(
      "div",
      { class: "suggestion", role: "option", id: `${list.id}-${options.length}` },
      h("span", { class: "suggestion-text" }, option.text),
    );
    set(element, "data-testid", "suggestion");
    set(element, "data-mark", option.mark);
    element.addEventListener("click", () => take(option));
    if (option.mark === "recent") element.append(remover(option));
    options.push({ option, element });
    return element;
  }

  // Not for keys: those delete with the Delete key, and an option may hold nothing to press.
  function remover(option) {
    const remove = h("span", { class: "suggestion-remove", "aria-hidden": "true" }, "지우기");
    remove.addEventListener("click", (event) => {
      event.stopPropagation();
      drop(option);
    });
    return remove;
  }

  async function drop(option) {
    await forget(option);
    refresh();
  }

  function activate(index) {
    active = index;
    options.forEach(({ element }, each) => set(element, "aria-selected", String(each === index)));
    set(input, "aria-activedescendant", options[index]?.element.id);
    options[index]?.element.scrollIntoView({ block: "nearest" });
  }

  function press(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const { key } = event;
    if (key === "Escape") return dismiss(event);
    if (panel.hidden) return key === "ArrowDown" ? plan(0) : undefined;
    if (key === "ArrowDown" || key === "ArrowUp") return move(event, key === "ArrowDown" ? 1 : -1);
    const option = options[active]?.option;
    if (!option) return undefined;
    if (key === "Enter") return held(event, () => take(option));
    if (key === "Delete" && option.mark === "recent") return held(event, () => drop(option));
    return undefined;
  }

  function dismiss(event) {
    if (!panel.hidden) held(event, close);
  }

  function move(event, by) {
    const places = options.length + 1; // the field itself is one
    held(event, () => activate(((active + 1 + by + places) % places) - 1));
  }

  function held(event, work) {
    event.preventDefault();
    event.stopPropagation();
    work();
  }

  function take(option) {
    close();
    choose(option);
  }

  function close() {
    clearTimeout(timer);
    asked += 1; // what is on its way comes too late
    panel.hidden = true;
    set(input, "aria-expanded", "false");
    activate(-1);
  }

  return { close, refresh };
}
