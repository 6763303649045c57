// One operation: what it takes, what it answers, how it refuses, each with an example.

import { h } from "../dom.js";
import { part, sample } from "./parts.js";
import { broken, inline, prose } from "./prose.js";
import { field, fields } from "./schema.js";

/** Return the article of an operation. */
export function operation({ method, path, operationId, summary, ...said }, lookUp) {
  const title = h(
    "h3",
    { class: "operation-title" },
    h("a", { href: `#${operationId}` }, ...inline(summary)),
  );
  const line = h(
    "p",
    { class: "operation-line" },
    h("span", { class: "method", "data-method": method }, method),
    h("code", {}, ...broken(path)),
  );
  const text = h(
    "div",
    { class: "operation-text" },
    title,
    line,
    access(said.security),
    ...(said.description ? prose(said.description) : []),
    parameters(said.parameters, lookUp),
    body(said.requestBody, lookUp),
    ...answers(said.responses, lookUp),
    refusals(said.responses, lookUp),
  );
  const examples = h("div", { class: "operation-examples" }, ...samples(said, lookUp));
  return h("article", { class: "operation", id: operationId }, text, examples);
}

function access(security) {
  if (!security) return h("p", { class: "access" }, "open to everybody");
  if (security.some((way) => "signature" in way)) {
    return h("p", { class: "access", "data-locked": true }, "signed by the payment provider");
  }
  const open = security.some((way) => Object.keys(way).length === 0);
  const words = open ? "signed in, or not" : "signed in";
  return h("p", { class: "access", "data-locked": !open }, words);
}

function parameters(list, lookUp) {
  if (!list) return null;
  const rows = list.map(lookUp).map(({ name, schema, required, description, in: place }) => {
    const row = field(name, schema, { required, lookUp, about: description });
    row.querySelector(".field-kind").before(h("span", { class: "field-place" }, place));
    return row;
  });
  return part("Parameters", h("ul", { class: "fields" }, ...rows));
}

function body(said, lookUp) {
  if (!said) return null;
  const kinds = Object.keys(said.content);
  const also = kinds.length > 1 ? ` as ${kinds.join(" or ")}` : "";
  const name = `Body${said.required ? "" : " (optional)"}${also}`;
  return part(name, fields(said.content[kinds[0]].schema, lookUp));
}

function answers(responses, lookUp) {
  return Object.entries(responses)
    .filter(([status]) => status < 300)
    .map(([status, said]) => {
      const schema = lookUp(said).content?.["application/json"]?.schema;
      return part(`Answer ${status}`, schema ? fields(schema, lookUp, { answered: true }) : null);
    });
}

/** List what is this operation's own; what any may answer stands at the top of the page. */
function refusals(responses, lookUp) {
  const errors = Object.entries(responses).filter(([status]) => status >= 400);
  const own = errors.filter(([, said]) => !said.$ref).flatMap(([status, said]) => codes(status, said));
  const usual = errors.filter(([, said]) => said.$ref).map(([status]) => status);
  const rows = own.map(([status, code, text]) =>
    h(
      "li",
      { class: "refusal" },
      h("span", { class: "status" }, status),
      h("code", {}, code),
      h("span", { class: "refusal-text", lang: "ko" }, text),
    ),
  );
  const rest = h("p", { class: "usual" }, `As everywhere: ${usual.join(", ")}`);
  return part("Refusals", rows.length ? h("ul", { class: "refusals" }, ...rows) : null, rest);
}

function codes(status, said) {
  const examples = said.content?.["application/json"]?.examples ?? {};
  return Object.entries(examples).map(([code, { value }]) => [status, code, value.detail]);
}

function samples({ requestBody, responses }, lookUp) {
  const [status, answer] = Object.entries(responses).find(([each]) => each < 300);
  const asked = requestBody?.content["application/json"]?.example;
  const told = lookUp(answer).content?.["application/json"]?.example;
  return [sample("Request", asked), sample(`Answer ${status}`, told)].filter(Boolean);
}
