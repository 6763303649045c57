"""What can happen to an inbox."""

from typing import ClassVar

from domain.kernel import Event
from domain.notification.schemas import InboxView, NotificationView


class InboxEvent(Event):
    """A fact about one message, with the number of unread ones after it."""

    inbox: InboxView
    notification: NotificationView

    @property
    def subject(self) -> str:
        return f"notification/{self.notification.notification_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return (f"user:{self.notification.user_id}",)


class NotificationAdded(InboxEvent):
    """There is a new message."""

    kind: ClassVar[str] = "notification.added"


class NotificationRead(InboxEvent):
    """The message was read, on this device or another."""

    kind: ClassVar[str] = "notification.read"
