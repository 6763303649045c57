// One channel: who may listen, what is remembered, the snapshot, and the events that follow.

import { h } from "../dom.js";
import { part, sample } from "../reference/parts.js";
import { broken, inline } from "../reference/prose.js";
import { field, fields } from "../reference/schema.js";

/** Return the article of a channel, and its entry in the contents. */
export function channel({ address, title, summary, description, operation, ...said }, lookUp) {
  const [snapshot, ...events] = said.heard;
  const id = `channel-${title}`;
  const locked = Boolean(operation.security);
  const text = h(
    "div",
    { class: "operation-text" },
    h("h3", { class: "operation-title" }, h("a", { href: `#${id}` }, h("code", {}, address))),
    h("p", { class: "channel-about" }, summary),
    h("p", { class: "access", "data-locked": locked }, locked ? "signed in" : "open to everybody"),
    h("p", {}, ...inline(description)),
    parameters(said.parameters, lookUp),
    part("Snapshot", fields(snapshot.payload, lookUp, { answered: true })),
    part(`${events.length} events`, h("ul", { class: "told" }, ...events.map(told))),
  );
  const examples = h("div", { class: "operation-examples" }, example(snapshot));
  const article = h("article", { class: "operation", id }, text, examples);
  return { article, entry: { id, name: address, summary } };
}

function parameters(named, lookUp) {
  if (!named) return null;
  const rows = Object.entries(named).map(([name, one]) => {
    const schema = { type: "string" };
    return field(name, schema, { required: true, lookUp, about: one.description });
  });
  return part("In the address", h("ul", { class: "fields" }, ...rows));
}

function told({ name, summary }) {
  const link = h("a", { href: `#${name}` }, h("code", {}, ...broken(name)));
  return h("li", {}, link, h("span", { class: "told-about" }, ...inline(summary)));
}

function example({ examples: [{ payload }] }) {
  return sample("Snapshot", payload);
}
