// Small words for the page's own elements. Text is always text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Return a new element; `class`, `data-*` and `aria-*` are attributes, `on*` are listeners. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else set(element, name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Return one of the pictures drawn in the page's symbols. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Set an attribute; null, undefined and false take it away. Nothing is touched without need. */
export function set(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** Set the text, only when it differs: an unchanged live region must keep quiet. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Make the children of a parent those of the items, keeping elements (and focus) by key. */
export function keyed(parent, items, { key, make, fill }) {
  const known = (parent.keyedChildren ??= new Map());
  const wanted = items.map((item) => String(key(item)));
  const kept = new Set(wanted);
  for (const [name, element] of known) {
    if (kept.has(name)) continue;
    element.remove();
    known.delete(name);
  }
  items.forEach((item, index) => {
    const name = wanted[index];
    if (!known.has(name)) known.set(name, make(item));
    const element = known.get(name);
    fill?.(element, item);
    if (parent.children[index] !== element) {
      parent.insertBefore(element, parent.children[index] ?? null);
    }
  });
}

/** Return the element below `root` that goes by this name. */
export function find(root, name) {
  return root.querySelector(`[data-testid="${name}"], [data-part="${name}"]`);
}

/** Return a channel's logo, or its first letter where no picture of it is served. */
export function logo({ homeshopping_id, name }) {
  const src = `/api/media/channel-${homeshopping_id}`;
  const image = h("img", { src, alt: "", loading: "lazy" });
  const tile = h("span", { class: "logo", "data-letter": name.slice(0, 1) }, image);
  image.addEventListener("error", () => image.remove());
  return tile;
}
