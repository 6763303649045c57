"""The inbox: what somebody should know, and whether they have read it."""

from domain.notification.errors import NotificationNotFound
from domain.notification.models import Inbox, Notification
from domain.notification.queries import (
    TOLD_OF_KOK,
    inbox,
    messages,
    newest,
    parcels,
)
from domain.notification.reactions import anyone_to_remind, hear, remind
from domain.notification.schemas import (
    InboxView,
    Messages,
    MessageView,
    NotificationType,
    NotificationView,
    ParcelView,
)
from domain.notification.service import mark_all_read, mark_read

__all__ = [
    "TOLD_OF_KOK",
    "Inbox",
    "InboxView",
    "MessageView",
    "Messages",
    "Notification",
    "NotificationNotFound",
    "NotificationType",
    "NotificationView",
    "ParcelView",
    "anyone_to_remind",
    "hear",
    "inbox",
    "mark_all_read",
    "mark_read",
    "messages",
    "newest",
    "parcels",
    "remind",
]
