"""The inbox's doors, where the earlier API had them: beside the broadcasts and the orders."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import notification
from domain.kernel import CURSOR_LENGTH_MAX, Window
from domain.notification import MessageView, NotificationType, ParcelView
from domain.order import STATUS_IDS
from server.auth import Caller
from server.endpoint import endpoint
from server.language import say
from server.noting import note
from server.routes.views import Id, Said, local
from server.state import State

TAGS = ("notification",)
INBOX: Final = "/api/homeshopping/notifications"
# How the event log names a look at each list.
VIEWED: Final[Mapping[NotificationType | None, str]] = {
    None: "homeshopping_all_notifications_view",
    "order_status": "homeshopping_order_notifications_view",
    "broadcast_start": "homeshopping_broadcast_notifications_view",
}


class ListQuery(BaseModel):
    """So many of the newest, after ``offset`` of them or after the last part's cursor."""

    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000)
    cursor: str | None = Field(None, max_length=CURSOR_LENGTH_MAX)

    def window(self) -> Window:
        """Return the part of the list that is wanted; the cursor counts where both are given."""
        return Window(self.limit, cursor=self.cursor, skip=self.offset)

    def asked(self) -> dict[str, int]:
        """Return what the event log keeps of it."""
        return {"limit": self.limit, "offset": self.offset}


class NotificationOut(BaseModel):
    notification_id: int
    user_id: int
    notification_type: str
    related_entity_type: str
    related_entity_id: int
    status_id: int | None
    title: str
    message: str
    product_name: str | None
    is_read: bool
    created_at: datetime | None
    read_at: datetime | None


class InboxOut(NotificationOut):
    homeshopping_like_id: int | None
    homeshopping_order_id: int | None


class KokOut(NotificationOut):
    kok_order_id: int
    order_status: str
    order_status_name: str


class KokHistory(BaseModel):
    notifications: list[KokOut]
    total_count: int
    has_more: bool
    next_cursor: str | None


class Notifications(BaseModel):
    notifications: list[InboxOut]
    total_count: int
    has_more: bool
    unread_count: int
    next_cursor: str | None


@endpoint(auth="required", tags=TAGS)
async def list_all(request: Request[State], *, query: ListQuery, caller: Caller) -> Notifications:
    """Return the caller's messages, newest first."""
    return await _inbox(request, query, caller, kind=None)


@endpoint(auth="required", tags=TAGS)
async def list_orders(
    request: Request[State], *, query: ListQuery, caller: Caller
) -> Notifications:
    """Return the caller's messages about orders, newest first."""
    return await _inbox(request, query, caller, kind="order_status")


@endpoint(auth="required", tags=TAGS)
async def list_broadcasts(
    request: Request[State], *, query: ListQuery, caller: Caller
) -> Notifications:
    """Return the caller's messages about broadcasts that began, newest first."""
    return await _inbox(request, query, caller, kind="broadcast_start")


@endpoint(auth="required", tags=TAGS)
async def kok_history(request: Request[State], *, query: ListQuery, caller: Caller) -> KokHistory:
    """Return what happened to each kok product the caller ordered, newest first."""
    who = caller.user_id
    async with request.state["db"].reads() as session:
        found, total = await notification.parcels(session, by=who, window=query.window())
    seen = query.asked() | {"notification_count": len(found.rows)}
    note(request, "kok_order_notifications_history_view", seen, user_id=who)
    return KokHistory(
        notifications=[_parcel(each) for each in found.rows],
        total_count=total,
        has_more=found.next_cursor is not None,
        next_cursor=found.next_cursor,
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def mark_read(request: Request[State], *, notification_id: Id, caller: Caller) -> Said:
    """Note that the caller has read a message; again is harmless."""
    async with request.state["db"].sessions.begin() as session:
        await notification.mark_read(
            session, notification_id, by=caller.user_id, now=request.state["clock"]()
        )
    read = {"notification_id": notification_id}
    note(request, "homeshopping_notification_read", read, user_id=caller.user_id)
    return Said(message=say(request, "알림이 읽음으로 표시되었습니다."))


@endpoint(auth="required", tags=TAGS)
async def mark_all_read(request: Request[State], *, caller: Caller) -> Said:
    """Note that the caller has read every message."""
    async with request.state["db"].sessions.begin() as session:
        count = await notification.mark_all_read(
            session, by=caller.user_id, now=request.state["clock"]()
        )
    return Said(message=say(request, "알림 {count}개가 읽음으로 표시되었습니다.", count=count))


async def _inbox(
    request: Request[State], query: ListQuery, caller: Caller, *, kind: NotificationType | None
) -> Notifications:
    who = caller.user_id
    async with request.state["db"].reads() as session:
        found = await notification.messages(session, by=who, kind=kind, window=query.window())
    seen = {"notification_count": len(found.rows), "total_count": found.total}
    note(request, VIEWED[kind], query.asked() | seen, user_id=who)
    return Notifications(
        notifications=[_message(each) for each in found.rows],
        total_count=found.total,
        has_more=found.next_cursor is not None,
        unread_count=found.unread,
        next_cursor=found.next_cursor,
    )


def _message(view: MessageView) -> InboxOut:
    return InboxOut(
        **_told(view),
        homeshopping_like_id=view.homeshopping_like_id,
        homeshopping_order_id=view.homeshopping_order_id,
    )


def _parcel(view: ParcelView) -> KokOut:
    return KokOut(
        **_told(view),
        kok_order_id=view.kok_order_id,
        order_status=view.status,
        order_status_name=view.status.label,
    )


def _told(view: MessageView | ParcelView) -> dict[str, Any]:
    """Return the fields that the lists share."""
    return {
        "notification_id": view.notification_id,
        "user_id": view.user_id,
        "notification_type": view.notification_type,
        "related_entity_type": view.related_entity_type,
        "related_entity_id": view.related_entity_id,
        "status_id": STATUS_IDS[view.status] if view.status else None,
        "title": view.title,
        "message": view.message,
        "product_name": view.product_name,
        "is_read": view.is_read,
        "created_at": local(view.created_at),
        "read_at": local(view.read_at),
    }


routes = [
    Route(f"{INBOX}/all", list_all),
    Route(f"{INBOX}/orders", list_orders),
    Route(f"{INBOX}/broadcasts", list_broadcasts),
    Route(f"{INBOX}/read", mark_all_read, methods=["PUT"]),
    Route(f"{INBOX}/{{notification_id}}/read", mark_read, methods=["PUT"]),
    Route("/api/orders/kok/notifications/history", kok_history),
]
