// From the order form to the parcel.

import { openCheckout, returnUrl } from "../checkout.js";
import { foldOrder } from "../facts.js";

export function createBuying({ store, shop, panels, attempt, signedIn }) {
  const { state, change } = store;

  function openOrder(orderId) {
    change({ openOrder: orderId });
    panels.openOrders();
  }

  async function checkoutAddress() {
    const orderId = state.openOrder;
    const known = state.payments.get(orderId);
    if (known?.status === "PENDING" && known.checkout_url) return known.checkout_url;
    const payment = await shop.checkout(orderId, returnUrl(orderId));
    change((facts) => foldOrder(facts, { payment }));
    return payment.checkout_url;
  }

  return {
    openOrder,
    isShown: (sku) => [...state.broadcasts.values()].some((each) => each.product.sku === sku),
    askToBuy: (sku) => signedIn("로그인하고 바로 주문해 보세요.", () => panels.openBuy(sku)),
    /** Place an order and follow it. Raises Refusal. */
    async place(productId, quantity, key) {
      const placed = await shop.place(productId, quantity, key);
      openOrder(placed.order_id);
    },
    pay: () => attempt(() => openCheckout(checkoutAddress)),
    cancel: () =>
      attempt(async () => {
        const order = await shop.cancel(state.openOrder);
        change((facts) => foldOrder(facts, { order }));
      }),
    /** Read older orders than those we are told of anyway. */
    loadOrders: () =>
      attempt(async () => {
        const orders = await shop.orders();
        change((facts) => orders.forEach((order) => foldOrder(facts, { order })));
      }),
  };
}
