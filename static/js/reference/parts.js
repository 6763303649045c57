// What an article of a reference is made of: parts with a heading, and examples.

import { h } from "../dom.js";

/** Return a part of an article under its heading. */
export function part(name, ...children) {
  return h("section", { class: "part" }, h("h4", {}, name), ...children);
}

/** Return a value for instance, or nothing where there is none. */
export function sample(name, value) {
  if (value === undefined) return null;
  const text = JSON.stringify(value, null, 2);
  const code = h("pre", { tabindex: 0, "aria-label": `${name}, for instance` }, text);
  return h("figure", { class: "sample" }, h("figcaption", {}, name), code);
}
