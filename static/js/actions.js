// What a person can do here. Every refusal is told; what follows from an action comes by push.

import { openCheckout, returnUrl } from "./checkout.js";
import { seoulDay } from "./clock.js";
import { foldDay, foldOrder } from "./facts.js";

const LATE_MS = 2 * 3600_000; // a broadcast that began yesterday may still be on air, and so on

export function createActions({ store, clock, shop, session, toast, account, panels }) {
  const { state, change } = store;

  async function attempt(work) {
    try {
      return await work();
    } catch (refusal) {
      toast(refusal.message, { kind: "error" });
      return undefined;
    }
  }

  const signedIn = (lead, next) => (state.user ? next() : account.askToLogIn(lead, next));

  async function loadDay(day) {
    change(({ days }) => days.set(day, "loading"));
    try {
      const broadcasts = await shop.day(day);
      change((facts) => {
        foldDay(facts, day, broadcasts);
        facts.days.set(day, "ready");
      });
    } catch {
      change(({ days }) => days.set(day, "failed"));
    }
  }

  const toggleLike = (liveId) =>
    signedIn("찜하면 방송이 시작할 때 알려 드려요.", () =>
      attempt(async () => {
        const liked = await shop.toggleLike(liveId);
        change(({ likes }) => (liked ? likes.add(liveId) : likes.delete(liveId)));
      }),
    );

  function openOrder(orderId) {
    change({ openOrder: orderId });
    panels.openOrders();
  }

  return {
    askToLogIn: () => account.askToLogIn(),
    askToSignUp: () => account.askToSignUp(),
    logOut: () => attempt(session.logOut),
    logOutEverywhere: () => attempt(session.logOutEverywhere),
    toggleLike,
    openOrder,
    watch(channel) {
      change({ channel });
      scrollTo({ top: 0 });
    },
    /** Load today, and yesterday or tomorrow where their broadcasts reach into now. */
    loadAround() {
      const now = clock.now();
      const days = [now - LATE_MS, now, now + LATE_MS].map(seoulDay);
      return Promise.all([...new Set(days)].map(loadDay));
    },
    chooseDay(day) {
      change({ day, pastShown: day < seoulDay(clock.now()) });
      if (["ready", "loading"].includes(state.days.get(day))) return;
      loadDay(day);
    },
    /** Forget other days: after a gap in what we heard they may be another than they were. */
    forgetDays() {
      const today = seoulDay(clock.now());
      change(({ days }) => days.forEach((_, day) => day !== today && days.delete(day)));
      if (state.day !== today) loadDay(state.day);
    },
    /** Read the information table of a broadcast's product, once. */
    async loadDetails(liveId) {
      if (state.details.liveId === liveId) return;
      state.details = { liveId, rows: [] };
      const page = await shop.details(liveId).catch(() => null);
      if (page && state.details.liveId === liveId) {
        change({ details: { liveId, rows: page.detail_infos } });
      }
    },
    chooseChannel: (dayChannel) => change({ dayChannel }),
    togglePast: () => change((now) => (now.pastShown = !now.pastShown)),
    isShown: (sku) => [...state.broadcasts.values()].some((each) => each.product.sku === sku),
    askToBuy: (sku) =>
      signedIn("로그인하고 바로 주문해 보세요.", () => panels.openBuy(sku)),
    /** Place an order and follow it. Raises Refusal. */
    async place(productId, quantity, key) {
      const placed = await shop.place(productId, quantity, key);
      openOrder(placed.order_id);
    },
    pay: () =>
      attempt(() =>
        openCheckout(async () => {
          const orderId = state.openOrder;
          const known = state.payments.get(orderId);
          if (known?.status === "PENDING" && known.checkout_url) return known.checkout_url;
          const payment = await shop.checkout(orderId, returnUrl(orderId));
          change((facts) => foldOrder(facts, { payment }));
          return payment.checkout_url;
        }),
      ),
    cancel: () =>
      attempt(async () => {
        const order = await shop.cancel(state.openOrder);
        if (order?.version) change((facts) => foldOrder(facts, { order }));
      }),
    /** Go to what a message of the inbox is about. */
    follow({ related_entity_type, related_entity_id }) {
      if (related_entity_type === "order") return openOrder(related_entity_id);
      const shown = state.broadcasts.get(related_entity_id);
      panels.closeAll();
      if (shown) change({ channel: shown.homeshopping_id });
      return undefined;
    },
    readAll: () => state.inbox.unread > 0 && attempt(shop.readAll),
  };
}
