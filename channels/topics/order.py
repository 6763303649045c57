"""``order:<order_id>``: the buyer watches one order and its payment."""

from datetime import timedelta
from typing import Final

from channels.rules import OWN_DEVICES
from channels.topics import Topic, number
from domain import order, payment
from domain.kernel import NotFound, OrderId, Session, UserId, View
from domain.order import OrderView
from domain.payment import PaymentView


class OrderSnapshot(View):
    """The order, and its payment once one was begun."""

    order: OrderView
    payment: PaymentView | None


async def join(session: Session, name: str, listener: UserId | None) -> OrderSnapshot:
    """Admit the order's buyer, and nobody else."""
    if listener is None:
        raise NotFound
    order_id = OrderId(number(name))
    mine = await order.get(session, order_id, by=listener)
    paid = await payment.state_of(session, order_id, by=listener)
    return OrderSnapshot(order=mine.view(), payment=paid)


TOPIC: Final = Topic(
    prefix="order",
    history_size=300,
    history_ttl=timedelta(days=7),
    join=join,
    rules=OWN_DEVICES,
)
