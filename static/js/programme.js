// Broadcasts as people see them: the products shown in one slot of a channel are one programme.

import { seoulDay } from "./clock.js";

/** Return the programmes of these broadcasts by start, then by channel number. */
export function programmes(broadcasts) {
  const slots = new Map();
  for (const each of broadcasts) {
    const key = `${each.homeshopping_id}@${each.starts_at}`;
    if (!slots.has(key)) slots.set(key, []);
    slots.get(key).push(each);
  }
  return [...slots].map(([key, rows]) => programme(key, rows)).sort(byStart);
}

function programme(key, rows) {
  const kept = rows.filter((row) => row.status !== "cancelled");
  const shown = (kept.length > 0 ? kept : rows).sort(byPromotion);
  const [main] = shown;
  return {
    key,
    main,
    rows: shown,
    live_id: main.live_id,
    homeshopping_id: main.homeshopping_id,
    name: main.homeshopping_name,
    number: main.homeshopping_channel,
    status: statusOf(shown),
    startsAt: Date.parse(main.starts_at),
    endsAt: Date.parse(main.ends_at),
    day: seoulDay(Date.parse(main.starts_at)),
    soon: shown.some((row) => row.soon && row.status === "scheduled"),
    streamUrl: shown.find((row) => row.stream_url)?.stream_url ?? null,
  };
}

function statusOf(rows) {
  return rows.some((row) => row.status === "live") ? "live" : rows[0].status;
}

function byStart(one, other) {
  return one.startsAt - other.startsAt || one.number - other.number;
}

function byPromotion(one, other) {
  const rank = (row) => (row.promotion_type === "main" ? 0 : 1);
  return rank(one) - rank(other) || one.live_id - other.live_id;
}

/** Return every channel there is, by its number. */
export function channels(all) {
  const found = new Map();
  for (const { homeshopping_id, name, number } of all) {
    found.set(homeshopping_id, { homeshopping_id, name, number });
  }
  return [...found.values()].sort((one, other) => one.number - other.number);
}

/** Return the programme to watch on a channel: what is on air, or what comes next. */
export function onChannel(all, channel, now) {
  const own = all.filter((each) => each.homeshopping_id === channel);
  const next = own.find((each) => each.status === "scheduled" && each.endsAt > now);
  return own.findLast((each) => each.status === "live") ?? next ?? null;
}

/** Return the channel to begin with: the one that stays on air longest, or comes on air first. */
export function firstChannel(all) {
  const live = all.filter((each) => each.status === "live");
  const longest = live.reduce((one, other) => (other.endsAt > one.endsAt ? other : one), live[0]);
  const first = longest ?? all.find((each) => each.status === "scheduled");
  return first?.homeshopping_id ?? null;
}
