"""Orders that people call off, or move by hand: whatever was paid for them goes back."""

from datetime import datetime
from typing import Final

from domain import order
from domain.kernel import OrderId, Session, UserId, emit
from domain.order import Delays, Order, OrderStatus
from domain.payment.errors import MoneyDecides, NothingToRefund, PaidTogether
from domain.payment.service import find
from domain.payment.states import COMPLETED, REFUND_DUE

# Nobody's word brings an order here, only a payment that was begun, collected or given back.
BY_MONEY: Final = frozenset(
    {
        OrderStatus.PAYMENT_REQUESTED,
        OrderStatus.PAYMENT_COMPLETED,
        OrderStatus.REFUND_COMPLETED,
    }
)
# Here it is given back, and why.
GIVING_BACK: Final[dict[OrderStatus, str]] = {
    OrderStatus.CANCELLED: "판매자 취소",
    OrderStatus.REFUND_REQUESTED: "환불 요청",
}


async def cancel_order(session: Session, order_id: OrderId, *, by: UserId, now: datetime) -> Order:
    """Cancel on the buyer's behalf; money already collected goes back.

    Raises order.OrderNotFound, order.IllegalMove.
    """
    bought = await order.lock(session, order_id, by=by)
    await order.move(session, bought, OrderStatus.CANCELLED, by=by, now=now)
    payment = await find(session, order_id)
    if payment is not None and payment.status is COMPLETED:
        emit(session, payment.move(REFUND_DUE, at=now, reason="구매자 취소"))
    return bought


async def abandon(session: Session, order_id: OrderId, *, now: datetime) -> None:
    """Cancel an order whose payment is undecided for too long.

    The payment is followed until it is decided: called off if it can be, given back if not.
    """
    bought = await order.lock(session, order_id)
    payment = await find(session, order_id)
    if payment is None or not payment.in_flight:
        return  # decided in the meantime
    payment.check_soon(now=now)
    if bought.status is OrderStatus.PAYMENT_REQUESTED:
        await order.move(session, bought, OrderStatus.CANCELLED, by=None, now=now)


async def move_kok_line(  # noqa: PLR0913 (a move has these parts)
    session: Session,
    line_id: int,
    to: OrderStatus,
    *,
    by: UserId,
    now: datetime,
    delays: Delays,
) -> None:
    """Move one line of a kok order on an operator's word; what is paid for it goes back.

    Its order's other lines stay where they are. Money is given back whole: a line that was paid
    together with others cannot be cancelled or refunded alone. Raises order.KokOrderNotFound,
    order.IllegalMove, MoneyDecides, NothingToRefund, PaidTogether.
    """
    bought = await order.lock(session, await order.order_of_line(session, line_id, kind="kok"))
    (line,) = (each for each in bought.lines if each.line_id == line_id)
    if to not in order.MOVES[line.status]:
        raise order.IllegalMove
    if to in BY_MONEY:
        raise MoneyDecides
    if to in GIVING_BACK:
        alone = not any(each.alive for each in bought.lines if each is not line)
        await _give_back(session, bought, to=to, alone=alone, now=now)
    await order.move(
        session, bought, to, by=by, now=now, delays=delays, line_ids=frozenset({line_id})
    )


async def _give_back(
    session: Session, bought: Order, *, to: OrderStatus, alone: bool, now: datetime
) -> None:
    payment = await find(session, OrderId(bought.order_id))
    at_stake = payment is not None and (payment.in_flight or payment.status is COMPLETED)
    if at_stake and not alone:
        raise PaidTogether
    if payment is not None and payment.status is COMPLETED:
        emit(session, payment.move(REFUND_DUE, at=now, reason=GIVING_BACK[to]))
    elif to is OrderStatus.REFUND_REQUESTED:
        raise NothingToRefund
