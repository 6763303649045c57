// My orders, and the one that is being followed: its timeline, its payment, what can be done.

import { countTo } from "../countdown.js";
import { find, h, keyed, set, write } from "../dom.js";
import { moment, price } from "../format.js";
import { paymentResult, payWord } from "./payment-words.js";
import { drawTimeline } from "./timeline.js";

const CANCELLABLE = ["ORDER_RECEIVED", "PAYMENT_REQUESTED", "PAYMENT_COMPLETED", "PREPARING"];

export function createOrders(panel, actions) {
  const part = (name) => find(panel, name);
  part("orders-back").addEventListener("click", () => actions.openOrder(null));
  part("pay").addEventListener("click", () => actions.pay());
  part("cancel-order").addEventListener("click", () => actions.cancel());
  part("order-again").addEventListener("click", () => actions.askToBuy(again));
  let again = null; // the sku that was not bought after all

  function drawList({ orders, now }) {
    keyed(part("orders-list"), orders, {
      key: (order) => order.order_id,
      make: (order) => row(order, actions),
      fill: (element, order) => fillRow(element, order, now),
    });
    part("orders-empty").hidden = orders.length > 0;
  }

  function drawOrder({ order, payment, now }) {
    set(part("order"), "data-order-id", order.order_id);
    set(part("order"), "data-status", order.status);
    write(part("order-status"), order.status_name);
    set(part("order-status"), "data-status", order.status);
    const placed = moment(Date.parse(order.order_time), now);
    write(part("order-number"), `주문번호 ${order.order_id} · ${placed}`);
    write(part("order-total"), price(order.total_amount));
    drawTimeline(part("timeline"), order, now);
    keyed(part("order-lines"), order.lines, { key: (each) => each.line_id, make: line });
    drawActions(order, payment);
    drawResult(paymentResult(order, payment));
  }

  function drawActions(order, payment) {
    const word = payWord(order, payment);
    part("pay").hidden = !word;
    if (word) write(part("pay"), word);
    part("payby").hidden = !word;
    countTo(part("payby-time"), word ? Date.parse(order.pay_by) : null);
    part("order-actions").hidden = !word;
    part("cancel-order").hidden = !CANCELLABLE.includes(order.status);
    again = order.lines[0].sku;
    part("order-again").hidden = order.status !== "CANCELLED" || !actions.isShown(again);
  }

  function drawResult(result) {
    const banner = part("payment-result");
    banner.hidden = !result;
    set(banner, "data-result", result?.kind);
    write(banner, result?.text ?? "");
  }

  return {
    apply(view) {
      const following = view.openOrder !== null;
      write(panel.querySelector("h2"), following ? "주문 상세" : "내 주문");
      part("orders-back").hidden = !following;
      part("orders-list").hidden = following;
      part("order").hidden = !following || !view.order;
      part("order-loading").hidden = !following || Boolean(view.order);
      if (following) part("orders-empty").hidden = true;
      else drawList(view);
      if (following && view.order) drawOrder(view);
    },
  };
}

function row(order, actions) {
  const [first, ...others] = order.lines;
  const more = others.length > 0 ? ` 외 ${others.length}건` : "";
  const open = h(
    "button",
    { type: "button", class: "order-row", "data-testid": "order-row" },
    h("img", { class: "order-row-image", src: first.image, alt: "", width: 64, height: 64 }),
    h(
      "span",
      { class: "order-row-text" },
      h("span", { class: "order-row-status", "data-part": "status" }),
      h("span", { class: "order-row-name" }, `${first.product_name}${more}`),
      h("span", { class: "order-row-note", "data-part": "note" }),
    ),
  );
  open.addEventListener("click", () => actions.openOrder(order.order_id));
  return h("li", {}, open);
}

function fillRow(element, order, now) {
  set(element.firstElementChild, "data-order-id", order.order_id);
  set(find(element, "status"), "data-status", order.status);
  write(find(element, "status"), order.status_name);
  const placed = moment(Date.parse(order.order_time), now);
  write(find(element, "note"), `${price(order.total_amount)} · ${placed}`);
}

function line(each) {
  return h(
    "li",
    { class: "order-line" },
    h("img", { class: "order-row-image", src: each.image, alt: "", width: 64, height: 64 }),
    h(
      "div",
      {},
      h("p", { class: "order-line-name" }, each.product_name),
      h("p", { class: "order-line-note" }, `${price(each.unit_price)} · ${each.quantity}개`),
    ),
    h("b", { class: "order-line-total" }, price(each.line_total)),
  );
}
