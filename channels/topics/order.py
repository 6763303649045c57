"""``order:<order_id>``: the buyer watches one order and its payment."""

from datetime import timedelta
from typing import Any, Final

from channels.topics import Topic, number
from domain import order, payment
from domain.kernel import NotFound, OrderId, Session, UserId


async def join(session: Session, name: str, listener: UserId | None) -> dict[str, Any]:
    """Admit the order's buyer, and nobody else."""
    if listener is None:
        raise NotFound
    order_id = OrderId(number(name))
    mine = await order.get(session, order_id, by=listener)
    paid = await payment.state_of(session, order_id, by=listener)
    return {
        "order": mine.view().model_dump(mode="json"),
        "payment": paid.model_dump(mode="json") if paid else None,
    }


TOPIC: Final = Topic(prefix="order", history_size=300, history_ttl=timedelta(days=7), join=join)
