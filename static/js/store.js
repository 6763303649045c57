// Everything the page shows: the facts, and what the person chose to look at.

import { emptyFacts, emptyPersonal } from "./facts.js";
import { emptyCooking, emptyFinding } from "./finding.js";
import { LIVE } from "./places.js";

export function createStore({ schedule = queueMicrotask } = {}) {
  const state = {
    ...emptyFacts(),
    ...emptyFinding(),
    place: LIVE,
    connection: { state: "connecting", transport: "ws" },
    user: undefined, // not known yet; null is a stranger
    likes: new Set(), // live ids
    channel: null, // the homeshopping_id being watched
    details: { liveId: null, rows: [] }, // of the product being shown
    openOrder: null, // the order_id being followed
    days: new Map(), // by YYYY-MM-DD: "loading" | "ready" | "failed"
    day: null,
    dayChannel: null, // null shows every channel
    pastShown: false,
  };
  const watchers = new Set();
  let due = false;

  function changed() {
    if (due) return;
    due = true;
    schedule(() => {
      due = false;
      watchers.forEach((watcher) => watcher(state));
    });
  }

  return {
    state,
    /** Change the state and, once this turn is over, tell whoever watches. */
    change(change) {
      if (typeof change === "function") change(state);
      else Object.assign(state, change);
      changed();
    },
    /** Forget what belongs to the person who left. */
    forgetPerson() {
      Object.assign(state, emptyPersonal(), emptyCooking());
      Object.assign(state, { likes: new Set(), openOrder: null });
      changed();
    },
    watch(watcher) {
      watchers.add(watcher);
    },
  };
}
