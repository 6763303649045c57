"""What may be done with payments: each function is one business step in the caller's transaction.

The order's row is locked first, always, so that everything told about an order is told in one
order, whoever brought the news: the webhook, the sweep, or the buyer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from domain import order
from domain.kernel import OrderId, Session, UserId, emit
from domain.order import Delays, Order, OrderStatus
from domain.payment.errors import ForgedWebhook, NotPayable, PaymentLapsed, PaymentNotFound
from domain.payment.models import CHECK_AFTER, Payment, WebhookDelivery
from domain.payment.schemas import CHECKOUT, TOLD, Begun, PaymentView, Verdict
from domain.payment.states import (
    CANCELLED,
    COMPLETED,
    FAILED,
    PENDING,
    REFUND_DUE,
    REFUNDED,
    REQUESTED,
)

GIVEN_BACK: Final = "결제사에서 환불된 결제"


async def request(  # noqa: PLR0913 (a payment is begun with all of these)
    session: Session,
    order_id: OrderId,
    *,
    by: UserId,
    tx_id: str,
    method: str,
    now: datetime,
) -> tuple[Payment, bool]:
    """Write down that the order is about to be paid; return the payment and whether it is new.

    A payment still in flight is returned as it is: asking twice pays once. Raises
    order.OrderNotFound, NotPayable, PaymentLapsed.
    """
    bought = await order.lock(session, order_id, by=by)
    earlier = await find(session, order_id)
    if earlier is not None and earlier.in_flight:
        return earlier, False
    if earlier and earlier.status is CANCELLED and earlier.reason == PaymentLapsed.text:
        raise PaymentLapsed
    if bought.status is not OrderStatus.ORDER_RECEIVED:
        raise NotPayable(bought.lines[0].line_id)
    payment = Payment(
        order_id=order_id,
        user_id=by,
        tx_id=tx_id,
        status=REQUESTED,
        amount=bought.total_amount,
        method=method,
        checkout=method == CHECKOUT,
        requested_at=now,
        check_at=now + CHECK_AFTER,
        checks=0,
        version=1,
    )
    session.add(payment)
    await session.flush()
    await order.move(session, bought, OrderStatus.PAYMENT_REQUESTED, by=by, now=now)
    emit(session, payment.told(now))
    return payment, True


async def begun(session: Session, order_id: OrderId, word: Begun, *, now: datetime) -> Payment:
    """Note that the provider knows the payment; its verdict may have come first."""
    await order.lock(session, order_id)
    payment = await known(session, order_id)
    payment.payment_id = payment.payment_id or word.payment_id
    payment.checkout_url = word.checkout_url
    if payment.method not in TOLD:
        payment.method = word.method or payment.method
    if payment.status is REQUESTED:
        emit(session, payment.move(PENDING, at=now))
    return payment


async def settle(
    session: Session, order_id: OrderId, verdict: Verdict, *, now: datetime, delays: Delays
) -> Payment:
    """Let the provider's verdict take effect, once, however often and late it comes.

    Completed money for an order that waits for it pays the order; for one that was given up, or
    of another amount, it becomes a refund. A later contradiction of a completed payment is kept
    in the ledger and changes nothing.
    """
    bought = await order.lock(session, order_id)
    payment = await known(session, order_id)
    payment.payment_id = payment.payment_id or verdict.payment_id
    if verdict.status is COMPLETED:
        await _collected(session, bought, payment, verdict=verdict, now=now, delays=delays)
    elif verdict.status in {FAILED, CANCELLED} and payment.in_flight:
        emit(session, payment.move(verdict.status, at=now, reason=verdict.reason))
        if bought.status is OrderStatus.PAYMENT_REQUESTED:
            await order.move(session, bought, OrderStatus.CANCELLED, by=None, now=now)
    elif verdict.status is REFUNDED and payment.in_flight:
        # Collected and given back before we heard of either: the order is not paid.
        await _call_off(session, bought, payment, reason=GIVEN_BACK, now=now)
    elif verdict.status is REFUNDED and payment.may(REFUNDED):
        emit(session, payment.move(REFUNDED, at=now))
        if bought.status is OrderStatus.REFUND_REQUESTED:
            await order.move(session, bought, OrderStatus.REFUND_COMPLETED, by=None, now=now)
    elif verdict.status is PENDING and payment.may(PENDING):
        emit(session, payment.move(PENDING, at=now))
    return payment


async def give_up(session: Session, order_id: OrderId, *, reason: str, now: datetime) -> Payment:
    """Cancel an order whose payment the provider never took; late money will be refunded."""
    bought = await order.lock(session, order_id)
    payment = await known(session, order_id)
    if payment.in_flight:
        await _call_off(session, bought, payment, reason=reason, now=now)
    return payment


async def find(session: Session, order_id: OrderId) -> Payment | None:
    """Return the order's payment, if one was begun, as it is in the database now."""
    mine = select(Payment).where(Payment.order_id == order_id)
    fresh = mine.execution_options(populate_existing=True)
    found: Payment | None = await session.scalar(fresh)
    return found


async def known(session: Session, order_id: OrderId) -> Payment:
    """Return the order's payment. Raises PaymentNotFound."""
    payment = await find(session, order_id)
    if payment is None:
        raise PaymentNotFound
    return payment


async def state_of(session: Session, order_id: OrderId, *, by: UserId) -> PaymentView | None:
    """Return the state of the buyer's own order's payment, None before it was begun.

    Raises order.OrderNotFound.
    """
    payment = await find(session, order_id)
    if payment is None or payment.user_id != by:
        await order.status_of(session, order_id, by=by)
    return PaymentView.model_validate(payment) if payment else None


async def of_callback(session: Session, tx_id: str) -> Payment:
    """Return the payment that the provider calls back about. Raises ForgedWebhook."""
    found = await session.scalar(select(Payment).where(Payment.tx_id == tx_id))
    if found is None:
        raise ForgedWebhook
    return found


async def note_delivery(session: Session, delivery: WebhookDelivery) -> bool:
    """Keep the message in the ledger; return whether it is the first of its id."""
    same = WebhookDelivery.delivery_id == delivery.delivery_id
    if await session.scalar(select(WebhookDelivery.id).where(same)) is not None:
        return False
    session.add(delivery)
    return True


async def due_for_check(session: Session, *, now: datetime, limit: int) -> Sequence[Payment]:
    """Return payments to ask the provider about, or to refund, the longest waiting first."""
    due = select(Payment).where(Payment.check_at <= now).order_by(Payment.check_at).limit(limit)
    return (await session.scalars(due)).all()


async def order_given_up(session: Session, order_id: OrderId) -> bool:
    """Tell whether nobody waits for the payment any more, because the order was cancelled."""
    status = await session.scalar(select(Order.status).where(Order.order_id == order_id))
    return status is OrderStatus.CANCELLED


async def postpone(session: Session, order_id: OrderId, *, now: datetime) -> None:
    """Ask about the payment again later."""
    await order.lock(session, order_id)
    payment = await known(session, order_id)
    if payment.check_at is not None:
        payment.check_later(now=now)


async def _collected(  # noqa: PLR0913 (a collection has these parts)
    session: Session,
    bought: Order,
    payment: Payment,
    *,
    verdict: Verdict,
    now: datetime,
    delays: Delays,
) -> None:
    if payment.status in {COMPLETED, REFUND_DUE, REFUNDED}:
        return  # a repeat
    right = verdict.amount in {None, payment.amount} and verdict.user_id in {None, payment.user_id}
    waiting = bought.status is OrderStatus.PAYMENT_REQUESTED
    if right and waiting and payment.may(COMPLETED):
        emit(session, payment.move(COMPLETED, at=now))
        await order.move(
            session, bought, OrderStatus.PAYMENT_COMPLETED, by=None, now=now, delays=delays
        )
        return
    reason = "취소된 주문의 결제" if right else "결제 정보 불일치"
    emit(session, payment.move(REFUND_DUE, at=now, reason=reason))
    if waiting:
        await order.move(session, bought, OrderStatus.CANCELLED, by=None, now=now)


async def _call_off(
    session: Session, bought: Order, payment: Payment, *, reason: str, now: datetime
) -> None:
    emit(session, payment.move(CANCELLED, at=now, reason=reason))
    if bought.status is OrderStatus.PAYMENT_REQUESTED:
        await order.move(session, bought, OrderStatus.CANCELLED, by=None, now=now)
