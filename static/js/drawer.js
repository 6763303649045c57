// A panel at the side (on a phone: over everything) that leaves the picture playing.

const narrow = matchMedia("(max-width: 767px)");

/** Return how to open and close the panel; `behind` is what it covers on a phone. */
export function createDrawer(panel, { behind, onClose = () => {} }) {
  let opener = null;
  panel.querySelector('[data-part="close"]').addEventListener("click", () => close());
  // On the document, because the focus is nowhere after the payment window closed itself.
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
  narrow.addEventListener("change", () => cover(!panel.hidden));

  function cover(covered) {
    document.body.toggleAttribute("data-covered", covered);
    behind.forEach((element) => (element.inert = covered && narrow.matches));
  }

  function close({ back = true } = {}) {
    if (panel.hidden) return;
    panel.hidden = true;
    cover(false);
    if (back) opener?.focus();
    onClose();
  }

  return {
    close,
    get isOpen() {
      return !panel.hidden;
    },
    open() {
      if (panel.hidden) opener = document.activeElement;
      panel.hidden = false;
      cover(true);
      panel.querySelector("h2").focus({ preventScroll: true });
    },
  };
}

/** Close a dialog by its buttons and by a press beside it. */
export function closable(dialog) {
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog || target.closest('[data-part="close"]')) dialog.close();
  });
}
