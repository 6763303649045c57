// What deserves a word over everything, of all that is pushed to us.

import { follow } from "./screens/inbox.js";
import { paymentResult } from "./screens/payment-words.js";

/** Return how to tell news of an event that has just been taken in. */
export function createNews({ store, toast, actions }) {
  const { state } = store;

  function begun({ notification }) {
    if (notification.notification_type !== "broadcast_start") return;
    const name = notification.product_name ?? "찜한 상품";
    toast(`‘${name}’ 방송이 시작됐어요`, {
      kind: "begun",
      action: { label: "보러가기", run: () => follow(notification, actions) },
    });
  }

  function paid({ payment }) {
    const order = state.orders.get(payment.order_id);
    if (!order || state.openOrder === payment.order_id) return; // the open panel tells it
    const result = paymentResult({ ...order, status: "" }, payment);
    if (!result) return;
    const run = () => actions.openOrder(payment.order_id);
    toast(result.text, { kind: result.kind, action: { label: "주문 보기", run } });
  }

  function recommended({ live_id: liveId, product, goes_with: own, reason }) {
    actions.loadForYou();
    const whose = reason.code === "like_in_cart" ? "장바구니의" : "찜한";
    const run = () => actions.watchBroadcast(liveId);
    toast(`‘${product.name}’ 방송이 시작됐어요. ${whose} ‘${own.name}’ 생각나서 알려 드려요.`, {
      kind: "begun",
      action: { label: "보러가기", run },
    });
  }

  const told = {
    "notification.added.v1": begun,
    "payment.changed.v1": paid,
    "recommendation.ready.v1": recommended,
  };
  return (event) => told[event.type]?.(event.data);
}
