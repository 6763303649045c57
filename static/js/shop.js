// The REST calls of the page, by what they do.

import { send } from "./http.js";

const DAY_SIZE = 500;
const ORDERS_MAX = 100;

export function createShop({ authorised }) {
  return {
    async day(date) {
      const path = `/api/homeshopping/schedule?live_date=${date}&page=1&size=${DAY_SIZE}`;
      const { schedules } = await send("GET", path);
      return schedules.map((each) => each.broadcast);
    },
    emailTaken: async (email) => {
      const path = `/api/user/signup/email/check?email=${encodeURIComponent(email)}`;
      return (await send("GET", path)).is_duplicate;
    },
    details: (liveId) => authorised("GET", `/api/homeshopping/product/${liveId}`),
    async likes() {
      const { liked_products } = await authorised("GET", "/api/homeshopping/likes?limit=100");
      return new Set(liked_products.map((each) => each.live_id));
    },
    async toggleLike(liveId) {
      const body = { live_id: liveId };
      return (await authorised("POST", "/api/homeshopping/likes/toggle", { body })).liked;
    },
    place: (productId, quantity, key) =>
      authorised("POST", "/api/orders/homeshopping/order", {
        body: { product_id: productId, quantity },
        key,
      }),
    checkout: (orderId, returnUrl) =>
      authorised("POST", `/api/orders/payment/${orderId}/checkout`, {
        body: { return_url: returnUrl },
      }),
    async orders() {
      const { order_groups } = await authorised("GET", `/api/orders?limit=${ORDERS_MAX}`);
      return order_groups.map((each) => each.order);
    },
    cancel: (orderId) => authorised("POST", `/api/orders/${orderId}/cancellation`),
    readAll: () => authorised("PUT", "/api/homeshopping/notifications/read"),
  };
}
