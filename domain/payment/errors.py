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
        super().__init__(f"결제가 실패했습니다: {reason or '사유 미상'}")


class PaymentLapsed(Conflict):
    """The payment was begun too long ago and the order was given up."""

    code = "payment_lapsed"
    text = "이전 결제 확인이 시간 초과로 취소되었습니다. 주문을 다시 진행해주세요."


class PaymentRefused(Conflict):
    """The provider would not begin the payment."""

    code = "payment_refused"
    text = "결제 시작 요청 실패"


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
