"""The inbox: what somebody should know, and whether they have read it."""

from domain.notification.errors import NotificationNotFound
from domain.notification.models import Inbox, Notification
from domain.notification.reactions import anyone_to_remind, hear, remind
from domain.notification.schemas import InboxView, NotificationView
from domain.notification.service import count, inbox, mark_all_read, mark_read, newest

__all__ = [
    "Inbox",
    "InboxView",
    "Notification",
    "NotificationNotFound",
    "NotificationView",
    "anyone_to_remind",
    "count",
    "hear",
    "inbox",
    "mark_all_read",
    "mark_read",
    "newest",
    "remind",
]
