// Looking around: channels, days of the schedule, likes.

import { seoulDay } from "../clock.js";
import { foldDay } from "../facts.js";
import { LIVE } from "../places.js";

const LATE_MS = 2 * 3600_000; // a broadcast that began yesterday may still be on air, and so on

export function createWatching({ store, clock, shop, panels, attempt, signedIn, go }) {
  const { state, change } = store;

  async function loadDay(day) {
    change(({ days }) => days.set(day, "loading"));
    try {
      const broadcasts = await shop.day(day);
      change((facts) => {
        foldDay(facts, day, broadcasts);
        facts.days.set(day, "ready");
      });
    } catch {
      change(({ days }) => days.set(day, "failed")); // the page says so, and offers another try
    }
  }

  function watch(channel) {
    change({ channel });
    if (state.place.name === LIVE.name) scrollTo({ top: 0 });
    else go(LIVE);
  }

  return {
    watch,
    toggleLike: (liveId) =>
      signedIn("찜하면 방송이 시작할 때 알려 드려요.", () =>
        attempt(async () => {
          const liked = await shop.toggleLike(liveId);
          change(({ likes }) => (liked ? likes.add(liveId) : likes.delete(liveId)));
        }),
      ),
    /** Show the channel of a broadcast. */
    watchBroadcast(liveId) {
      panels.closeAll();
      const broadcast = state.broadcasts.get(liveId);
      if (broadcast) watch(broadcast.homeshopping_id);
    },
    /** Load today, and yesterday or tomorrow where their broadcasts reach into now. */
    loadAround() {
      const now = clock.now();
      const days = [now - LATE_MS, now, now + LATE_MS].map(seoulDay);
      return Promise.all([...new Set(days)].map(loadDay));
    },
    chooseDay(day) {
      change({ day, pastShown: false });
      if (!["ready", "loading"].includes(state.days.get(day))) loadDay(day);
    },
    /** Forget other days: after a gap in what we heard they may be another than they were. */
    forgetDays() {
      const today = seoulDay(clock.now());
      change(({ days }) => days.forEach((_, day) => day !== today && days.delete(day)));
      if (state.day !== today) loadDay(state.day);
    },
    chooseChannel: (dayChannel) => change({ dayChannel }),
    togglePast: () => change((now) => (now.pastShown = !now.pastShown)),
    /** Read the information table of a broadcast's product, once. */
    async loadDetails(liveId) {
      if (state.details.liveId === liveId) return;
      state.details = { liveId, rows: [] };
      const page = await shop.details(liveId).catch(() => null); // the page does without
      if (page && state.details.liveId === liveId) {
        change({ details: { liveId, rows: page.detail_infos } });
      }
    },
  };
}
