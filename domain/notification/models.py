"""The inbox, whose row is locked by whoever changes it, and its messages."""

from datetime import datetime
from typing import cast

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel import Base, BigId
from domain.notification.schemas import EntityType, InboxView, NotificationType, NotificationView


class Notification(Base):
    """One message; ``is_read`` never goes back."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index(None, "user_id", "notification_id"),
        Index(None, "user_id", "notification_type", "notification_id"),
    )

    notification_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId)
    notification_type: Mapped[str] = mapped_column(String(20))
    related_entity_type: Mapped[str] = mapped_column(String(10))
    related_entity_id: Mapped[int] = mapped_column(BigId)
    status_code: Mapped[str | None] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(400))
    message: Mapped[str] = mapped_column(String(400))
    product_name: Mapped[str | None] = mapped_column(String(300))
    is_read: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    def view(self) -> NotificationView:
        """Return the public face."""
        return NotificationView(
            notification_id=self.notification_id,
            user_id=self.user_id,
            notification_type=cast("NotificationType", self.notification_type),
            related_entity_type=cast("EntityType", self.related_entity_type),
            related_entity_id=self.related_entity_id,
            title=self.title,
            message=self.message,
            product_name=self.product_name,
            is_read=self.is_read,
            created_at=self.created_at,
            read_at=self.read_at,
        )


class Inbox(Base):
    """How many messages a user has not read."""

    __tablename__ = "inboxes"

    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    unread: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)

    def view(self) -> InboxView:
        """Return the public face."""
        return InboxView(unread=self.unread, version=self.version)
