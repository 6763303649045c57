"""What the provider refuses, with the status and the stable code it answers.

* Refusal
    * Malformed
    * Unauthenticated
    * ControlPlaneClosed
    * PaymentUnknown, DeliveryUnknown
    * AmountDiffers, AlreadyDecided, NotCompleted, AlreadyRefunded
    * OutOfService  (told to by a scenario)
* AnswerLost  (not a refusal: the work is done, only the answer never arrives)
"""

from typing import ClassVar


class Refusal(Exception):
    """Base of every refusal: ``code`` is for machines, the text for people."""

    status: ClassVar[int]
    code: ClassVar[str]
    text: ClassVar[str]

    def __init__(self, text: str | None = None) -> None:
        super().__init__(text or self.text)


class Malformed(Refusal):
    status, code, text = 422, "invalid", "요청 형식이 올바르지 않습니다."


class Unauthenticated(Refusal):
    status, code, text = 401, "unauthenticated", "인증 토큰이 올바르지 않습니다."


class ControlPlaneClosed(Refusal):
    status, code, text = 403, "control_plane_closed", "제어 기능이 꺼져 있습니다."


class PaymentUnknown(Refusal):
    status, code, text = 404, "payment_unknown", "결제를 찾을 수 없습니다."


class DeliveryUnknown(Refusal):
    status, code, text = 404, "delivery_unknown", "웹훅 전송 기록을 찾을 수 없습니다."


class AmountDiffers(Refusal):
    status, code, text = 409, "amount_differs", "같은 거래 번호에 다른 결제 내용이 요청되었습니다."


class AlreadyDecided(Refusal):
    status, code, text = 409, "already_decided", "이미 결과가 정해진 결제입니다."


class NotCompleted(Refusal):
    status, code, text = 409, "not_completed", "완료되지 않은 결제는 환불할 수 없습니다."


class AlreadyRefunded(Refusal):
    status, code, text = 409, "already_refunded", "이미 환불된 결제입니다."


class OutOfService(Refusal):
    status, code, text = 500, "out_of_service", "결제 서비스를 일시적으로 이용할 수 없습니다."


class AnswerLost(Exception):
    """The request took effect, but a scenario cuts the connection before the answer."""
