// The reference page: the OpenAPI document as something to read, drawn once.

import { h } from "./dom.js";
import { listContents } from "./reference/contents.js";
import { show } from "./reference/document.js";
import { operation } from "./reference/operation.js";
import { prose } from "./reference/prose.js";

/** Return one section with the operations of a tag. */
function section(tag, operations, lookUp) {
  return h(
    "section",
    { class: "tag", id: `tag-${tag.name}` },
    h("h2", {}, tag.name),
    h("p", { class: "tag-about" }, tag.description),
    ...operations.map((each) => operation(each, lookUp)),
  );
}

/** Return the operations of the document in order, each with its method and path. */
function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, said]) => ({ method, path, ...said })),
  );
}

function entry({ method, path, summary, operationId }) {
  return { id: operationId, badge: method, name: path, summary };
}

function draw(document_, lookUp) {
  const { info, tags } = document_;
  const all = operationsOf(document_);
  const byTag = tags.map((tag) => [tag, all.filter((each) => each.tags[0] === tag.name)]);
  const heading = h(
    "section",
    { class: "intro" },
    h("h1", {}, `${info.title} API`, h("span", { class: "version" }, info.version)),
    h("p", { class: "intro-summary" }, `${info.summary} ${all.length} operations.`),
    ...prose(info.description),
  );
  listContents(
    byTag.map(([{ name }, its]) => ({ id: `tag-${name}`, name, entries: its.map(entry) })),
  );
  return [heading, ...byTag.map(([tag, its]) => section(tag, its, lookUp))];
}

await show("/openapi.json", draw);
