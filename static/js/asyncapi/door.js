// One way in: its path, how it is asked, and what is spoken there.

import { h } from "../dom.js";
import { broken, inline } from "../reference/prose.js";

/** Return the article of a door, and its entry in the contents. */
export function door(said) {
  const { pathname, description, tags } = said;
  const ways = [
    ...said["x-methods"].map((method) => [method, method.toLowerCase()]),
    ...tags.map(({ name }) => [name, null]),
  ];
  const article = h(
    "article",
    { class: "door", id: `door-${pathname.slice(1)}` },
    h("h3", { class: "door-path" }, h("code", {}, ...broken(pathname))),
    h("ul", { class: "door-ways" }, ...ways.map(([name, method]) => way(name, method))),
    h("p", { class: "door-about" }, ...inline(description)),
  );
  return { article, entry: { id: article.id, name: pathname, summary: description } };
}

function way(name, method) {
  return h("li", { class: "way", "data-method": method }, name);
}
