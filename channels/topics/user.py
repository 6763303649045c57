"""``user:<user_id>``: somebody's own inbox and orders."""

from datetime import timedelta
from typing import Any, Final

from channels.topics import Topic, number
from domain import notification, order
from domain.kernel import NotFound, Session, UserId

MESSAGES_MAX: Final = 20
ORDERS_MAX: Final = 10


async def join(session: Session, name: str, listener: UserId | None) -> dict[str, Any]:
    """Admit the user themselves, and nobody else."""
    if listener is None or number(name) != listener:
        raise NotFound
    inbox = await notification.inbox(session, by=listener)
    messages = await notification.newest(session, by=listener, limit=MESSAGES_MAX)
    orders = await order.newest(session, by=listener, limit=ORDERS_MAX)
    return {
        "inbox": inbox.model_dump(mode="json"),
        "notifications": [each.model_dump(mode="json") for each in messages],
        "orders": [each.model_dump(mode="json") for each in orders],
    }


TOPIC: Final = Topic(prefix="user", history_size=300, history_ttl=timedelta(days=7), join=join)
