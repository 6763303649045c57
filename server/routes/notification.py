"""/api/homeshopping/notifications: the inbox, where the earlier API had it."""

from datetime import datetime

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import notification
from domain.notification import NotificationView
from server.auth import Caller
from server.endpoint import endpoint
from server.routes.views import Id, Said, local
from server.state import State

TAGS = ("notification",)


class ListQuery(BaseModel):
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=1_000_000)


class NotificationOut(BaseModel):
    notification_id: int
    user_id: int
    notification_type: str
    related_entity_type: str
    related_entity_id: int
    homeshopping_like_id: int | None = None
    homeshopping_order_id: int | None = None
    status_id: int | None = None
    title: str
    message: str
    product_name: str | None
    is_read: bool
    created_at: datetime | None
    read_at: datetime | None


class Notifications(BaseModel):
    notifications: list[NotificationOut]
    total_count: int
    has_more: bool
    unread_count: int


@endpoint(auth="required", tags=TAGS)
async def list_all(request: Request[State], *, query: ListQuery, caller: Caller) -> Notifications:
    """Return the caller's messages, newest first."""
    who = caller.user_id
    async with request.state["db"].reads() as session:
        found = await notification.newest(session, by=who, limit=query.limit, offset=query.offset)
        total = await notification.count(session, by=who)
        box = await notification.inbox(session, by=who)
    return Notifications(
        notifications=[_out(each) for each in found],
        total_count=total,
        has_more=query.offset + query.limit < total,
        unread_count=box.unread,
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def mark_read(request: Request[State], *, notification_id: Id, caller: Caller) -> Said:
    """Note that the caller has read a message; again is harmless."""
    async with request.state["db"].sessions.begin() as session:
        await notification.mark_read(
            session, notification_id, by=caller.user_id, now=request.state["clock"]()
        )
    return Said(message="알림이 읽음으로 표시되었습니다.")


@endpoint(auth="required", tags=TAGS)
async def mark_all_read(request: Request[State], *, caller: Caller) -> Said:
    """Note that the caller has read every message."""
    async with request.state["db"].sessions.begin() as session:
        count = await notification.mark_all_read(
            session, by=caller.user_id, now=request.state["clock"]()
        )
    return Said(message=f"알림 {count}개가 읽음으로 표시되었습니다.")


def _out(view: NotificationView) -> NotificationOut:
    fields = view.model_dump() | {
        "created_at": local(view.created_at),
        "read_at": local(view.read_at),
    }
    return NotificationOut(**fields)


routes = [
    Route("/api/homeshopping/notifications/all", list_all),
    Route("/api/homeshopping/notifications/read", mark_all_read, methods=["PUT"]),
    Route("/api/homeshopping/notifications/{notification_id}/read", mark_read, methods=["PUT"]),
]
