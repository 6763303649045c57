// The list of operations beside the text, and the field that filters it.

import { h } from "../dom.js";
import { broken } from "./prose.js";

/** Return a list per tag. */
export function contents(byTag) {
  return byTag.map(([tag, operations]) =>
    h(
      "section",
      { class: "contents-tag" },
      h("h3", {}, h("a", { href: `#tag-${tag.name}` }, tag.name)),
      h("ul", {}, ...operations.map(entry)),
    ),
  );
}

function entry({ method, path, summary, operationId }) {
  const said = `${method} ${path} ${summary} ${operationId}`.toLowerCase();
  const badge = h("span", { class: "method", "data-method": method }, method);
  const link = h("a", { href: `#${operationId}`, title: summary }, badge, h("span", {}, ...broken(path)));
  return h("li", { "data-said": said }, link);
}

/** Show only what the field asks for. */
export function filterBy(field) {
  const list = field.closest(".contents");
  const apply = () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of list.querySelectorAll("[data-said]")) {
      item.hidden = !wanted.every((word) => item.dataset.said.includes(word));
    }
    for (const tag of list.querySelectorAll(".contents-tag")) {
      tag.hidden = !tag.querySelector("li:not([hidden])");
    }
  };
  field.addEventListener("input", apply);
  apply(); // somebody may have typed before there was a list
  list.addEventListener("click", (event) => {
    const narrow = matchMedia("(width < 1000px)").matches;
    if (narrow && event.target.closest("a")) list.open = false;
  });
}
