// One event: what it says, where it is told, and the views it carries.

import { h } from "../dom.js";
import { part, sample } from "../reference/parts.js";
import { inline } from "../reference/prose.js";
import { fields } from "../reference/schema.js";

/** Return the article of an event, and its entry in the contents. */
export function message({ name, summary, payload, examples, told }, lookUp) {
  const text = h(
    "div",
    { class: "operation-text" },
    h("h3", { class: "operation-title" }, h("a", { href: `#${name}` }, h("code", {}, name))),
    h("p", { class: "channel-about" }, ...inline(summary)),
    h("p", { class: "access" }, "told on ", ...told.flatMap(where)),
    part("Data", fields(payload.properties.data, lookUp, { answered: true })),
  );
  const shown = h("div", { class: "operation-examples" }, sample("Event", examples[0].payload));
  const article = h("article", { class: "operation", id: name }, text, shown);
  return { article, entry: { id: name, name, summary } };
}

function where(address, at) {
  const title = address.split(":")[0];
  const link = h("a", { href: `#channel-${title}` }, h("code", {}, address));
  return at ? [", ", link] : [link];
}
