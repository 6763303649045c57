// The reference page: the OpenAPI document as something to read, drawn once.

import { find, h } from "./dom.js";
import { contents, filterBy } from "./reference/contents.js";
import { operation } from "./reference/operation.js";
import { prose } from "./reference/prose.js";

const main = find(document, "main");

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

/** Return a function that follows references into the document. */
function follower(document) {
  return (node) => {
    let found = node;
    while (found?.$ref) {
      found = found.$ref.slice(2).split("/").reduce((inside, key) => inside[key], document);
    }
    return found;
  };
}

function draw(document_) {
  const { info, tags } = document_;
  const lookUp = follower(document_);
  const all = operationsOf(document_);
  const byTag = tags.map((tag) => [tag, all.filter((each) => each.tags[0] === tag.name)]);
  const heading = h(
    "section",
    { class: "intro" },
    h("h1", {}, `${info.title} API`, h("span", { class: "version" }, info.version)),
    h("p", { class: "intro-summary" }, `${info.summary} ${all.length} operations.`),
    ...prose(info.description),
  );
  main.replaceChildren(heading, ...byTag.map(([tag, its]) => section(tag, its, lookUp)));
  main.removeAttribute("aria-busy");
  find(document, "contents").replaceChildren(...contents(byTag));
  filterBy(find(document, "search"));
  // Now that it exists, go where the address points.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

// On a phone the contents would stand before everything else.
if (matchMedia("(width < 1000px)").matches) document.querySelector(".contents").open = false;

try {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  draw(await answer.json());
} catch (error) {
  const said = `The document could not be loaded: ${error.message}.`;
  main.replaceChildren(h("p", { class: "empty", role: "alert" }, said));
  main.removeAttribute("aria-busy");
}
