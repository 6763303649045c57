// The steps of an order's life, drawn from what has happened to it.

import { h, icon, keyed, set, write } from "../dom.js";
import { moment } from "../format.js";

const WAY = [
  ["ORDER_RECEIVED", "주문 접수"],
  ["PAYMENT_REQUESTED", "결제 진행"],
  ["PAYMENT_COMPLETED", "결제 완료"],
  ["PREPARING", "상품 준비"],
  ["SHIPPING", "배송 중"],
  ["DELIVERED", "배송 완료"],
];
const ENDS = {
  CANCELLED: "주문 취소",
  REFUND_REQUESTED: "환불 요청",
  REFUND_COMPLETED: "환불 완료",
};

/** Return the steps as {status, name, at, done, current}. */
export function stepsOf(order) {
  const happened = new Map();
  for (const { status, at } of order.lines.flatMap((line) => line.history)) {
    if (!happened.has(status)) happened.set(status, at);
  }
  const over = Object.keys(ENDS).filter((status) => happened.has(status));
  const way = over.length > 0 ? WAY.filter(([status]) => happened.has(status)) : WAY;
  const all = [...way, ...over.map((status) => [status, ENDS[status]])];
  const reached = all.findIndex(([status]) => status === order.status);
  return all.map(([status, name], index) => ({
    status,
    name,
    at: happened.get(status) ?? null,
    done: index <= reached,
    current: index === reached,
  }));
}

export function drawTimeline(list, order, now) {
  keyed(list, stepsOf(order), {
    key: (step) => step.status,
    make: ({ status }) =>
      h(
        "li",
        { class: "step", "data-testid": "timeline-step", "data-status": status },
        h("span", { class: "step-mark" }, icon("check")),
        h("span", { class: "step-name" }),
        h("span", { class: "step-time" }),
      ),
    fill(element, step) {
      const [, name, time] = element.children;
      set(element, "data-done", String(step.done));
      set(element, "aria-current", step.current ? "step" : null);
      write(name, step.name);
      write(time, step.at && step.done ? moment(Date.parse(step.at), now) : "");
    },
  });
}
