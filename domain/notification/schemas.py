"""What the outside may see of an inbox, and what is put into one."""

from typing import Literal

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


class MessageView(NotificationView):
    """A message with what it is about.

    ``status`` is that of an order's step, ``homeshopping_order_id`` the order's broadcast line,
    ``homeshopping_like_id`` the reader's like of the broadcast, if it still stands.
    """

    status: OrderStatus | None
    homeshopping_order_id: int | None
    homeshopping_like_id: int | None


class ParcelView(NotificationView):
    """A message about one kok product of an order; ``kok_order_id`` is its line."""

    status: OrderStatus
    kok_order_id: int


class Draft(View):
    """A message to be put into an inbox; ``status_code`` is an order's, where it is about one."""

    notification_type: NotificationType
    related_entity_type: EntityType
    related_entity_id: int
    title: str
    message: str
    product_name: str | None = None
    status_code: str | None = None
