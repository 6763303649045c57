// Every countdown on the page, moved once a second by the server's clock.

import { set, write } from "./dom.js";
import { remaining, remainingSpoken } from "./format.js";

const SECOND_MS = 1000;

/** Make this element count down to a moment (epoch ms), or stop. */
export function countTo(element, until) {
  set(element, "data-until", until);
  if (until === null) write(element, "");
}

/** Draw the elements that count down, now and on every full second of the clock. */
export function startCountdowns(clock, root = document) {
  function draw() {
    const now = clock.now();
    for (const element of root.querySelectorAll("[data-until]")) {
      const left = Number(element.dataset.until) - now;
      write(element, remaining(left));
      set(element, "aria-label", element.hasAttribute("role") ? remainingSpoken(left) : null);
    }
    for (const bar of root.querySelectorAll("progress[data-from]")) {
      const { from, to } = bar.dataset;
      bar.value = Math.min(1, Math.max(0, (now - from) / (to - from)));
    }
  }
  (function tick() {
    draw();
    setTimeout(tick, SECOND_MS - (clock.now() % SECOND_MS));
  })();
  return draw;
}
