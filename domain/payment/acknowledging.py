"""The buyer says that they have seen how a payment ended."""

from datetime import datetime

from sqlalchemy import select

from domain import order
from domain.kernel import OrderId, Session, UserId, emit
from domain.payment.errors import PaymentNotFound, PaymentUndecided
from domain.payment.models import Payment
from domain.payment.schemas import PaymentView
from domain.payment.service import known


async def acknowledge(
    session: Session, order_id: OrderId, *, by: UserId, now: datetime
) -> PaymentView:
    """Note that the buyer has seen how the order's payment ended; again is harmless.

    A refund that comes later needs no second look. Raises order.OrderNotFound, PaymentNotFound,
    PaymentUndecided.
    """
    await order.lock(session, order_id, by=by)
    payment = await known(session, order_id)
    if payment.in_flight:
        raise PaymentUndecided
    if payment.acknowledged_at is None:
        emit(session, payment.acknowledge(at=now))
    return PaymentView.model_validate(payment)


async def acknowledge_named(
    session: Session, payment_id: str, *, by: UserId, now: datetime
) -> PaymentView:
    """Do the same by the provider's name of the payment.

    Raises PaymentNotFound, also for another buyer's, PaymentUndecided.
    """
    mine = select(Payment.order_id).where(Payment.payment_id == payment_id, Payment.user_id == by)
    order_id = await session.scalar(mine)
    if order_id is None:
        raise PaymentNotFound
    return await acknowledge(session, OrderId(order_id), by=by, now=now)
