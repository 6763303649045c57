// What a payment's state means to the person who pays.

const WAITING = ["REQUESTED", "PENDING"];

/** Return what the pay button says, or null where there is nothing to pay. */
export function payWord(order, payment) {
  if (order.status === "ORDER_RECEIVED") return "결제하기";
  if (order.status !== "PAYMENT_REQUESTED") return null;
  if (payment && !WAITING.includes(payment.status)) return null;
  return "다시 결제하기";
}

/** Return {kind, text} of how the payment stands, or null where there is nothing to tell. */
export function paymentResult(order, payment) {
  if (!payment) return null;
  const reason = payment.reason ? ` (${payment.reason})` : "";
  if (order.status === "PAYMENT_REQUESTED" && WAITING.includes(payment.status)) {
    return { kind: "waiting", text: "결제창에서 결제를 마치면 여기에 바로 알려 드려요." };
  }
  switch (payment.status) {
    case "COMPLETED":
      return { kind: "approved", text: "결제가 승인되었어요." };
    case "FAILED":
      return { kind: "declined", text: `결제가 거절되었어요.${reason}` };
    case "CANCELLED":
      return { kind: "cancelled", text: "결제가 취소되었어요." };
    case "REFUND_DUE":
      return { kind: "refunding", text: "결제 금액을 돌려 드리고 있어요." };
    case "REFUNDED":
      return { kind: "refunded", text: "결제 금액을 모두 돌려 드렸어요." };
    default:
      return null;
  }
}
