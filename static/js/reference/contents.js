// The list beside the text, and the field that filters it.

import { find, h } from "../dom.js";
import { broken } from "./prose.js";

/** List the groups' entries, each with the id of what it leads to, a badge, a name, a summary. */
export function listContents(groups) {
  find(document, "contents").replaceChildren(
    ...groups.map(({ id, name, entries }) =>
      h(
        "section",
        { class: "contents-tag" },
        h("h3", {}, h("a", { href: `#${id}` }, name)),
        h("ul", {}, ...entries.map(entry)),
      ),
    ),
  );
  filterBy(find(document, "search"));
}

function entry({ id, badge, name, summary }) {
  const said = `${badge ?? ""} ${name} ${summary} ${id}`.toLowerCase();
  const mark = badge ? h("span", { class: "method", "data-method": badge }, badge) : null;
  const link = h("a", { href: `#${id}`, title: summary }, mark, h("span", {}, ...broken(name)));
  return h("li", { "data-said": said }, link);
}

/** Show only what the field asks for. */
function filterBy(field) {
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
