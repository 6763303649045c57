// The server's clock: ours, put right by what the server said when we connected.

const KST_AHEAD_MS = 9 * 3600_000;
export const DAY_MS = 24 * 3600_000;

export function createClock(local = Date.now) {
  let aheadMs = 0;
  return {
    now: () => local() + aheadMs,
    // What travelled took a while; a late word never puts the clock back by more than that.
    set(serverMs) {
      aheadMs = serverMs - local();
    },
  };
}

/** Return the Seoul day of a moment as YYYY-MM-DD. Korea keeps UTC+9 all year. */
export function seoulDay(ms) {
  return new Date(ms + KST_AHEAD_MS).toISOString().slice(0, 10);
}

/** Return the Seoul wall time of a moment as HH:MM. */
export function seoulTime(ms) {
  return new Date(ms + KST_AHEAD_MS).toISOString().slice(11, 16);
}

/** Return the first moment of a Seoul day given as YYYY-MM-DD. */
export function startOfDay(day) {
  return Date.parse(`${day}T00:00:00+09:00`);
}
