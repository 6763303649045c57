// What the screens show, worked out from the state; they only draw it.

import { ingredientsOf, missingOf } from "./finding.js";
import { channels, onChannel, programmes } from "./programme.js";

const NEXT = 3;
const FINAL = new Set(["CANCELLED", "REFUND_COMPLETED", "DELIVERED"]);

export function viewOf(state, now) {
  const all = programmes(state.broadcasts.values());
  const shown = onChannel(all, state.channel, now);
  const comes = all.filter((each) => each.status === "scheduled" && each.startsAt > now);
  const orders = [...state.orders.values()].sort((one, other) => other.order_id - one.order_id);
  return {
    now,
    ...lookingAround(state),
    connection: state.connection,
    user: state.user,
    likes: state.likes,
    phase: phaseOf(state, all),
    onAir: all.filter((each) => each.status === "live").sort((a, b) => a.number - b.number),
    channels: channels(all),
    shown,
    viewers: shown ? (state.viewers.get(shown.live_id) ?? null) : null,
    products: shown ? shown.rows.map((row) => productOf(state, row)) : [],
    details: shown && state.details.liveId === shown.live_id ? state.details.rows : [],
    next: comes.filter((each) => each.key !== shown?.key).slice(0, NEXT),
    schedule: scheduleOf(state, all),
    orders,
    ordersUnderWay: orders.filter((order) => !FINAL.has(order.status)).length,
    openOrder: state.openOrder,
    order: state.orders.get(state.openOrder) ?? null,
    payment: state.payments.get(state.openOrder) ?? null,
    inbox: state.inbox,
    notifications: [...state.notifications.values()].sort(
      (one, other) => other.notification_id - one.notification_id,
    ),
  };
}

function lookingAround(state) {
  const { place, search, kitchen, pantry, forYou, goods, taken, recipe } = state;
  const known = place.name === "recipe" ? (state.known.get(place.id) ?? null) : null;
  const own = recipe.id === place.id ? recipe : { ...recipe, page: null, status: null };
  const ingredients = ingredientsOf(own, taken.get(place.id));
  return {
    place,
    search,
    kitchen,
    pantry: pantry ?? [],
    forYou,
    goods,
    taken,
    known,
    recipe: { ...own, ingredients, missing: missingOf(ingredients) },
    title: titleOf(place, own.page ?? known),
  };
}

function titleOf(place, recipe) {
  if (place.name === "search") return `‘${place.q}’ 검색`;
  if (place.name === "kitchen") return "이 재료로 뭐 해먹지?";
  return place.name === "recipe" ? (recipe?.title ?? "레시피") : "";
}

/** Tell what there is to show: "ready", "loading" it, "failed" to get it, or "empty". */
function phaseOf({ days }, all) {
  const loads = [...days.values()];
  if (all.length > 0) return "ready";
  if (loads.includes("failed")) return "failed";
  return loads.includes("ready") ? "empty" : "loading";
}

/** Return a row of a programme with the newest price and stock that is known of its product. */
export function productOf(state, row) {
  const known = state.products.get(row.product.sku);
  return {
    ...row.product,
    ...known,
    available: known?.available ?? null,
    sold_out: known?.sold_out ?? row.product.sold_out,
    live_id: row.live_id,
    pinned: row.pinned,
    main: row.promotion_type === "main",
  };
}

function scheduleOf(state, all) {
  const ofDay = all.filter((each) => each.day === state.day);
  const wanted = ofDay.filter(
    (each) => state.dayChannel === null || each.homeshopping_id === state.dayChannel,
  );
  const over = (each) => each.status === "ended" || each.status === "cancelled";
  const past = wanted.filter(over);
  const allPast = past.length === wanted.length;
  const whole = state.pastShown || allPast;
  return {
    day: state.day,
    channel: state.dayChannel,
    state: state.days.get(state.day) ?? "loading",
    pastShown: state.pastShown,
    pastCount: past.length,
    allPast,
    items: whole ? wanted : wanted.filter((each) => !over(each)),
  };
}
