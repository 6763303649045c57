// Schemas as lists of fields; what is inside an object unfolds when it is asked for.

import { h } from "../dom.js";
import { inline } from "./prose.js";

const LIMITS = {
  minimum: "≥",
  maximum: "≤",
  minLength: "length ≥",
  maxLength: "length ≤",
  minItems: "items ≥",
  maxItems: "items ≤",
};

/** Return what kind of value a schema describes, in a few words. */
export function kindOf(schema, lookUp) {
  const { type, format, items, anyOf, oneOf, ...rest } = lookUp(schema);
  if ("const" in rest) return JSON.stringify(rest.const);
  if (rest.enum) return rest.enum.map((each) => JSON.stringify(each)).join(" | ");
  const kinds = anyOf ?? oneOf;
  if (kinds) return [...new Set(kinds.map((kind) => kindOf(kind, lookUp)))].join(" or ");
  if (type === "array") return `list of ${items ? kindOf(items, lookUp) : "anything"}`;
  if (type === "object" && rest.additionalProperties && !rest.properties) return "map";
  return format ? `${type} (${format})` : (type ?? "anything");
}

/** Return a schema's limits, as people write them. */
export function limitsOf(schema, lookUp) {
  const full = lookUp(schema);
  const one = (full.anyOf ?? [full]).map(lookUp).find((kind) => kind.type !== "null") ?? full;
  const said = Object.entries(LIMITS)
    .filter(([name]) => Math.abs(one[name]) <= Number.MAX_SAFE_INTEGER)
    .map(([name, sign]) => `${sign} ${one[name].toLocaleString("en")}`);
  if (full.default !== undefined && full.default !== null) {
    said.push(`default ${JSON.stringify(full.default)}`);
  }
  return said.join(", ");
}

/** Return one row: a name, what it is, whether it must be there, and what is inside. */
export function field(name, schema, { required, lookUp, about, answered }) {
  const limits = limitsOf(schema, lookUp);
  const told = about ?? schema.description ?? lookUp(schema).description;
  const inside = objectIn(schema, lookUp);
  return h(
    "li",
    { class: "field" },
    h("code", { class: "field-name" }, name),
    h("span", { class: "field-kind" }, kindOf(schema, lookUp)),
    required ? h("span", { class: "field-required" }, "required") : null,
    limits ? h("span", { class: "field-limits" }, limits) : null,
    told ? h("p", { class: "field-about" }, ...inline(told)) : null,
    inside ? unfolding(inside, lookUp, answered) : null,
  );
}

/** Return the fields of an object; in an answer they are all there, which need not be said. */
export function fields(schema, lookUp, { answered = false } = {}) {
  const { properties = {}, required = [] } = objectIn(schema, lookUp) ?? {};
  const rows = Object.entries(properties).map(([name, each]) =>
    field(name, each, { required: !answered && required.includes(name), lookUp, answered }),
  );
  return rows.length ? h("ul", { class: "fields" }, ...rows) : null;
}

/** Return the object with fields that a schema is, holds in a list, or may be. */
function objectIn(schema, lookUp) {
  const full = lookUp(schema);
  if (!full) return null;
  if (full.properties) return full;
  for (const kind of [full.items, full.additionalProperties, ...(full.anyOf ?? [])]) {
    const found = kind && typeof kind === "object" ? objectIn(kind, lookUp) : null;
    if (found) return found;
  }
  return null;
}

function unfolding(schema, lookUp, answered) {
  const count = Object.keys(schema.properties).length;
  const details = h("details", { class: "inside" }, h("summary", {}, `${count} fields`));
  const unfold = () => details.append(fields(schema, lookUp, { answered }));
  details.addEventListener("toggle", unfold, { once: true });
  return details;
}
