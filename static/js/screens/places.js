// The places of the page: one is shown, and its heading takes the focus of whoever came there.

export function createPlaces(main) {
  const places = [...main.querySelectorAll(".place")];
  let shown = null;

  return {
    apply({ place }) {
      // Not every change of the address is a move: a tab of the results, another ingredient.
      const now = [place.name, place.id, place.q].join();
      if (now === shown) return;
      for (const each of places) each.hidden = each.dataset.place !== place.name;
      const moved = shown !== null;
      shown = now;
      const [heading] = main.querySelectorAll(".place:not([hidden]) h1");
      if (moved) (place.name === "live" ? main : heading).focus({ preventScroll: true });
    },
  };
}
