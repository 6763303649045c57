// A document of ours, fetched and drawn once into the page around it.

import { find, h } from "../dom.js";

/** Return a function that follows references into the document. */
function follower(document_) {
  return (node) => {
    let found = node;
    while (found?.$ref) {
      found = found.$ref.slice(2).split("/").reduce((inside, key) => inside[key], document_);
    }
    return found;
  };
}

/** Fetch the document at the path and put what `draw` returns into the page. */
export async function show(path, draw) {
  const main = find(document, "main");
  // On a phone the contents would stand before everything else.
  if (matchMedia("(width < 1000px)").matches) document.querySelector(".contents").open = false;
  try {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    const said = await answer.json();
    main.replaceChildren(...draw(said, follower(said)));
    // Now that it exists, go where the address points.
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (error) {
    const told = `The document could not be loaded: ${error.message}.`;
    main.replaceChildren(h("p", { class: "empty", role: "alert" }, told));
  }
  main.removeAttribute("aria-busy");
}
