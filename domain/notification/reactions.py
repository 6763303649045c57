"""What the inbox hears of and what time makes it say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain import homeshopping, user
from domain.homeshopping import Broadcast
from domain.kernel import KST, Fact, Session, UserId
from domain.notification.schemas import Draft
from domain.notification.service import Letter, deliver
from domain.order import LineView, OrderStatus, OrderView

# The earlier API's words for each status an order enters.
_WORDS: Final[dict[OrderStatus, tuple[str, str]]] = {
    OrderStatus.ORDER_RECEIVED: ("주문 생성", "주문이 성공적으로 접수되었습니다."),
    OrderStatus.PAYMENT_REQUESTED: ("결제 요청", "결제가 요청되었습니다."),
    OrderStatus.PAYMENT_COMPLETED: ("주문 완료", "주문이 성공적으로 완료되었습니다."),
    OrderStatus.PREPARING: ("상품 준비", "상품 준비를 시작합니다."),
    OrderStatus.SHIPPING: ("배송 시작", "상품이 배송을 시작합니다."),
    OrderStatus.DELIVERED: ("배송 완료", "상품이 배송 완료되었습니다."),
    OrderStatus.CANCELLED: ("주문 취소", "주문이 취소되었습니다."),
    OrderStatus.REFUND_REQUESTED: ("환불 요청", "환불이 요청되었습니다."),
    OrderStatus.REFUND_COMPLETED: ("환불 완료", "환불이 완료되었습니다."),
}
assert _WORDS.keys() == set(OrderStatus), "every status has its words"

anyone_to_remind = homeshopping.anyone_to_remind


async def hear(session: Session, facts: Sequence[Fact]) -> None:
    """Put a message about each order's step into its buyer's inbox.

    It tells of the lines that took the step: an order's lines may go one by one.
    """
    letters = (_letter(fact) for fact in facts if fact.kind.startswith("order."))
    await deliver(session, [letter for letter in letters if letter is not None])


async def remind(session: Session, *, now: datetime, limit: int) -> int:
    """Remind up to ``limit`` people of broadcasts on air that they like; return how many.

    Those who want no notifications are passed over; each like is answered once.
    """
    taken = await homeshopping.take_reminders(session, now=now, limit=limit)
    willing = await user.wishing_notifications(session, [who for who, _ in taken])
    told = sorted((pair for pair in taken if pair[0] in willing), key=_who_and_what)
    await deliver(session, [Letter(who, _reminder(broadcast), now) for who, broadcast in told])
    return len(taken)


def _who_and_what(reminded: tuple[UserId, Broadcast]) -> tuple[UserId, int]:
    who, broadcast = reminded
    return who, broadcast.live_id


def _letter(fact: Fact) -> Letter | None:
    bought = OrderView.model_validate(fact.body["data"]["order"])
    stepped = _stepped(bought, at=fact.created_at, was=fact.body["data"]["was"])
    if not stepped:
        return None
    title, message = _WORDS[stepped[0].status]
    draft = Draft(
        notification_type="order_status",
        related_entity_type="order",
        related_entity_id=bought.order_id,
        title=title,
        message=message,
        product_name=_what(stepped),
        status_code=stepped[0].status,
    )
    return Letter(UserId(bought.user_id), draft, fact.created_at)


def _reminder(broadcast: Broadcast) -> Draft:
    starts = broadcast.starts_at.astimezone(KST)
    return Draft(
        notification_type="broadcast_start",
        related_entity_type="live",
        related_entity_id=broadcast.live_id,
        title=f"{broadcast.product.name} 방송 시작 알림",
        message=f"{starts:%Y-%m-%d} {starts:%H:%M:%S}에 방송이 시작됩니다.",
        product_name=broadcast.product.name,
    )


def _stepped(bought: OrderView, *, at: datetime, was: OrderStatus | None) -> list[LineView]:
    # A line that is still where the whole order was did not step now, but earlier that moment.
    return [line for line in bought.lines if line.history[-1].at == at and line.status != was]


def _what(lines: Sequence[LineView]) -> str:
    first, others = lines[0].product_name, len(lines) - 1
    return f"{first} 외 {others}건" if others else first
