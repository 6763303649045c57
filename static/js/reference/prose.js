// The little Markdown that our document uses: paragraphs, **bold** and `code`.

import { h } from "../dom.js";

const MARKED = /(\*\*[^*]+\*\*|`[^`]+`)/;

/** Return one line of text with its marks. */
export function inline(text) {
  return text.split(MARKED).map((part) => {
    if (part.startsWith("**")) return h("strong", {}, part.slice(2, -2));
    if (part.startsWith("`")) return h("code", {}, part.slice(1, -1));
    return part;
  });
}

/** Return the paragraphs of a text. */
export function prose(text) {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => h("p", {}, ...inline(paragraph)));
}

/** Let a long path break before its slashes, and nowhere else. */
export function broken(path) {
  return path.split(/(?=\/)/).flatMap((part) => [h("wbr"), part]);
}
