// What the server told us, folded into what is known: of each thing the view with the higher
// version. Knows no page, so that the law "old snapshot + events = new snapshot" can be tried.

import { seoulDay } from "./clock.js";

export const emptyFacts = () => ({
  broadcasts: new Map(), // by live_id
  viewers: new Map(), // by live_id
  products: new Map(), // by sku
  ...emptyPersonal(),
});

/** Return what belongs to whoever is signed in, before anything is known. */
export const emptyPersonal = () => ({
  orders: new Map(), // by order_id
  payments: new Map(), // by order_id
  inbox: { unread: 0, version: 0 },
  notifications: new Map(), // by notification_id
});

const snapshots = {
  schedule: (facts, data) => foldDay(facts, data.date, data.broadcasts),
  live(facts, data) {
    keep(facts.broadcasts, data.broadcast.live_id, data.broadcast);
    facts.viewers.set(data.broadcast.live_id, data.viewers);
  },
  product: (facts, data) => keep(facts.products, data.product.sku, data.product),
  order: (facts, data) => foldOrder(facts, data),
  user(facts, data) {
    facts.notifications = new Map();
    data.notifications.forEach((each) => facts.notifications.set(each.notification_id, each));
    data.orders.forEach((each) => keep(facts.orders, each.order_id, each));
    foldInbox(facts, data.inbox);
  },
};

/** Take in the snapshot that a channel starts from. */
export function absorb(facts, channel, data) {
  snapshots[channel.split(":", 1)[0]]?.(facts, data);
}

const happenings = {
  broadcast: (facts, data) => keep(facts.broadcasts, data.broadcast.live_id, data.broadcast),
  live: (facts, data) => facts.viewers.set(data.live_id, data.viewers),
  product: (facts, data) => keep(facts.products, data.product.sku, data.product),
  order: (facts, data) => foldOrder(facts, data),
  payment: (facts, data) => foldOrder(facts, data),
  notification(facts, data) {
    const { notification } = data;
    const known = facts.notifications.get(notification.notification_id);
    // Read is for ever: a message that comes again is not unread because of it.
    if (!known?.is_read) facts.notifications.set(notification.notification_id, notification);
    foldInbox(facts, data.inbox);
  },
};

/** Take in one CloudEvent. Types that are not known yet are passed over. */
export function hear(facts, event) {
  happenings[event.type.split(".", 1)[0]]?.(facts, event.data);
}

/** Take in a whole day of the schedule: what it does not name was moved to another day. */
export function foldDay(facts, day, broadcasts) {
  const named = new Set(broadcasts.map((each) => each.live_id));
  for (const [id, each] of facts.broadcasts) {
    if (!named.has(id) && seoulDay(Date.parse(each.starts_at)) === day) facts.broadcasts.delete(id);
  }
  broadcasts.forEach((each) => keep(facts.broadcasts, each.live_id, each));
}

/** Take in an order, a payment, or both. */
export function foldOrder(facts, { order, payment }) {
  if (order) keep(facts.orders, order.order_id, order);
  if (payment) keep(facts.payments, payment.order_id, payment);
}

function foldInbox(facts, inbox) {
  if (inbox.version >= facts.inbox.version) facts.inbox = inbox;
}

function keep(known, id, view) {
  if (view.version >= (known.get(id)?.version ?? 0)) known.set(id, view);
}
