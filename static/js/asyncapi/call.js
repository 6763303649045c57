// One call: what it takes, and what it answers.

import { h } from "../dom.js";
import { part, sample } from "../reference/parts.js";
import { inline } from "../reference/prose.js";
import { fields } from "../reference/schema.js";

/** Return the article of a call, and its entry in the contents. */
export function call({ asked, told }, lookUp) {
  const { name, summary } = asked;
  const id = `call-${name}`;
  const text = h(
    "div",
    { class: "operation-text" },
    h("h3", { class: "operation-title" }, h("a", { href: `#${id}` }, h("code", {}, name))),
    h("p", { class: "channel-about" }, ...inline(summary)),
    h("p", { class: "access", "data-locked": true }, "signed in"),
    part("Data", fields(asked.payload, lookUp) ?? h("p", { class: "usual" }, "nothing")),
    part("Answer", fields(told.payload, lookUp, { answered: true })),
  );
  const shown = h(
    "div",
    { class: "operation-examples" },
    sample("Data", asked.examples[0].payload),
    sample("Answer", told.examples[0].payload),
  );
  const article = h("article", { class: "operation", id }, text, shown);
  return { article, entry: { id, name, summary } };
}
