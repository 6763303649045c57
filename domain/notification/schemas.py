"""What the outside may see of an inbox, and what is put into one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import AwareDatetime

from domain.kernel import View
from domain.order import OrderStatus

NotificationType = Literal["order_status", "broadcast_start"]
EntityType = Literal["order", "live"]


class InboxView(View):
    """How many are unread; a client keeps whichever has the higher version."""

    unread: int
    version: int


class NotificationView(View):
    """One message of the inbox."""

    notification_id: int
    user_id: int
    notification_type: NotificationType
    related_entity_type: EntityType
    related_entity_id: int
    title: str
    message: str
    product_name: str | None
    is_read: bool
    created_at: AwareDatetime
    read_at: AwareDatetime | None


class MessageView(NamedTuple):
    """A message with what it is about.

    ``status`` is that of an order's step, ``homeshopping_order_id`` the order's broadcast line,
    ``homeshopping_like_id`` the reader's like of the broadcast, if it still stands.
    """

    notification_id: int
    user_id: int
    notification_type: NotificationType
    related_entity_type: EntityType
    related_entity_id: int
    title: str
    message: str
    product_name: str | None
    is_read: bool
    created_at: datetime
    read_at: datetime | None
    status: OrderStatus | None
    homeshopping_order_id: int | None
    homeshopping_like_id: int | None


class ParcelView(NamedTuple):
    """A message about one kok product of an order; ``kok_order_id`` is its line."""

    notification_id: int
    user_id: int
    notification_type: NotificationType
    related_entity_type: EntityType
    related_entity_id: int
    title: str
    message: str
    product_name: str
    is_read: bool
    created_at: datetime
    read_at: datetime | None
    status: OrderStatus
    kok_order_id: int


@dataclass(frozen=True, slots=True)
class Messages:
    """One part of an inbox, how many messages there are in all, and how many nobody has read."""

    rows: Sequence[MessageView]
    total: int
    unread: int
    next_cursor: str | None


class Draft(View):
    """A message to be put into an inbox; ``status_code`` is an order's, where it is about one."""

    notification_type: NotificationType
    related_entity_type: EntityType
    related_entity_id: int
    title: str
    message: str
    product_name: str | None = None
    status_code: str | None = None
