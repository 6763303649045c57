"""``user:<user_id>``: somebody's own inbox and orders."""

from datetime import timedelta
from typing import Final

from channels.rules import OWN_DEVICES
from channels.topics import Topic, number
from domain import notification, order
from domain.kernel import NotFound, Session, UserId, View
from domain.notification import InboxView, NotificationView
from domain.order import OrderView

MESSAGES_MAX: Final = 20
ORDERS_MAX: Final = 10


class UserSnapshot(View):
    """How many messages are unread, and the newest messages and orders."""

    inbox: InboxView
    notifications: tuple[NotificationView, ...]
    orders: tuple[OrderView, ...]


async def join(session: Session, name: str, listener: UserId | None) -> UserSnapshot:
    """Admit the user themselves, and nobody else."""
    if listener is None or number(name) != listener:
        raise NotFound
    inbox = await notification.inbox(session, by=listener)
    messages = await notification.newest(session, by=listener, limit=MESSAGES_MAX)
    orders = await order.newest(session, by=listener, limit=ORDERS_MAX)
    return UserSnapshot(inbox=inbox, notifications=tuple(messages), orders=tuple(orders))


TOPIC: Final = Topic(
    prefix="user",
    history_size=300,
    history_ttl=timedelta(days=7),
    join=join,
    rules=OWN_DEVICES,
)
