"""Why a payment operation was refused, and what may go wrong with the provider."""

from domain.kernel import Busy, Conflict, Forbidden, Invalid, NotFound


class PaymentNotFound(NotFound):
    code = "payment_not_found"
    text = "결제 내역이 없습니다."


class NotPayable(Conflict):
    """The order is not waiting for a payment."""

    code = "order_not_payable"
    text = "결제 가능한 상태가 아닙니다."

    def __init__(self, line_id: int) -> None:
        super().__init__(f"주문 ID {line_id}의 상태가 결제 가능한 상태가 아닙니다.")


class PaymentFailed(Conflict):
    """The provider declined, or the buyer closed the window."""

    code = "payment_failed"
    text = "결제가 실패했습니다."

    def __init__(self, reason: str | None) -> None:
        super().__init__(f"결제가 실패했습니다: {reason}" if reason else None)
        self.reason = reason


class PaymentLapsed(Conflict):
    """The payment was begun too long ago and the order was given up."""

    code = "payment_lapsed"
    text = "이전 결제 확인이 시간 초과로 취소되었습니다. 주문을 다시 진행해주세요."


class PaymentRefused(Conflict):
    """The provider would not begin the payment."""

    code = "payment_refused"
    text = "결제 시작 요청 실패"


class CallRefused(PaymentRefused):
    """The provider's v1 would not begin the payment; ``answer`` is what it answered."""

    code = "payment_call_refused"

    def __init__(self, answer: int) -> None:
        super().__init__(f"외부 결제 API 호출 실패: {answer}")
        self.answer = answer


class ProviderFailed(Conflict):
    """The provider's v1 failed, whether or not it took the payment: it is asked again later."""

    code = "payment_provider_failed"
    text = "외부 결제 API 호출 실패"

    def __init__(self, answer: int) -> None:
        super().__init__(f"{self.text}: {answer}")
        self.answer = answer


class ProviderUnclear(Busy):
    """The provider's v1 did not name the payment; the same one may be begun again."""

    code = "payment_provider_unclear"
    text = "외부 결제 응답에 payment_id가 없습니다."


class PaymentTimedOut(Conflict):
    """The provider took too long and the order was given up; late money goes back."""

    code = "payment_timed_out"
    text = "결제 상태 확인 시간 초과"


class NotRequested(Conflict):
    """The order is not being paid."""

    code = "payment_not_requested"
    text = "현재 상태가 PAYMENT_REQUESTED가 아닙니다"


class PaymentUndecided(Conflict):
    """The provider has not said yet."""

    code = "payment_undecided"
    text = "결제가 아직 확인되지 않았습니다."


class MoneyDecides(Conflict):
    """Only money that moved brings an order there, nobody's word."""

    code = "payment_decides"
    text = "결제 결과로만 바뀔 수 있는 상태입니다."


class NothingToRefund(Conflict):
    """Nothing was collected for the order, or it is on its way back already."""

    code = "nothing_to_refund"
    text = "환불할 결제가 없습니다."


class PaidTogether(Conflict):
    """A payment is given back whole or not at all."""

    code = "paid_together"
    text = "함께 결제한 상품 중 일부만 취소하거나 환불할 수 없습니다."


class ProviderUnreachable(Busy):
    """The provider certainly did not hear us; the same payment may be begun again."""

    code = "payment_provider_unreachable"
    text = "외부 결제 서비스에 연결할 수 없습니다."


class ForgedWebhook(Forbidden):
    code = "webhook_rejected"
    text = "webhook handling failed"


class BadWebhook(Invalid):
    code = "webhook_malformed"
    text = "webhook handling failed"
