"""What may be asked about an inbox: a bounded number of statements each."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, func, select, type_coerce

from domain import homeshopping
from domain.kernel import Counted, Key, Keyset, Session, Slice, UserId, Window
from domain.notification.models import Inbox, Notification
from domain.notification.schemas import (
    InboxView,
    Messages,
    MessageView,
    NotificationType,
    NotificationView,
    ParcelView,
)
from domain.order import OrderLine, OrderStatus

# What the earlier API told of a kok order's line; its other steps it kept to itself.
TOLD_OF_KOK: Final = (OrderStatus.PAYMENT_COMPLETED, OrderStatus.SHIPPING, OrderStatus.DELIVERED)

# Core's columns, and statements that are drawn up once: both cost more on every read than it does.
N: Final = Notification.__table__.c
L: Final = OrderLine.__table__.c
_MINE: Final = N.user_id == bindparam("reader")
_STATUS: Final = type_coerce(N.status_code, L.status.type).label("status")
_BROADCAST_LINE: Final = (
    select(func.min(L.line_id))
    .where(
        L.order_id == N.related_entity_id,
        L.kind == "homeshopping",
        N.related_entity_type == "order",
    )
    .scalar_subquery()
)
_UNREAD: Final = select(Inbox.unread).where(Inbox.user_id == bindparam("reader")).scalar_subquery()
_NEWEST_FIRST: Final = Key(N.notification_id, "notification_id", descending=True)
_BY_LINE: Final = Key(L.line_id, "kok_order_id", descending=True)
_MESSAGES: Final = Keyset((_NEWEST_FIRST,))
_PARCELS: Final = Keyset((_NEWEST_FIRST, _BY_LINE))


def _inbox(*kept: ColumnElement[bool]) -> Counted:
    """Return the statement of a reader's messages, as ``MessageView`` but for the like."""
    total = select(func.count()).select_from(Notification).where(_MINE, *kept)
    shown = (N[name] for name in NotificationView.model_fields)
    beside = (
        _STATUS,
        _BROADCAST_LINE.label("homeshopping_order_id"),
        total.scalar_subquery().label("total"),
        _UNREAD.label("unread"),
    )
    return Counted(select(*shown, *beside).where(_MINE, *kept), total)


_INBOXES: Final[Mapping[NotificationType | None, Counted]] = {
    None: _inbox(),
    "order_status": _inbox(N.notification_type == "order_status"),
    "broadcast_start": _inbox(N.notification_type == "broadcast_start"),
}


async def newest(session: Session, *, by: UserId, limit: int) -> Sequence[NotificationView]:
    """Return the user's messages, newest first."""
    mine = select(Notification).where(Notification.user_id == by)
    newest_first = mine.order_by(Notification.notification_id.desc()).limit(limit)
    return [message.view() for message in await session.scalars(newest_first)]


async def messages(
    session: Session, *, by: UserId, window: Window, kind: NotificationType | None = None
) -> Messages:
    """Return one part of the user's messages, newest first, all or of one kind.

    Raises CursorInvalid.
    """
    mine = {"reader": by}
    found, total = await _MESSAGES.counted(session, _INBOXES[kind], window, given=mine)
    if not found.rows:
        return Messages([], total, (await inbox(session, by=by)).unread, None)
    live_ids = [row.related_entity_id for row in found.rows if row.related_entity_type == "live"]
    likes = await homeshopping.likes_of(session, by=by, among=live_ids) if live_ids else {}

    def told(row: Any) -> MessageView:  # noqa: ANN401 (a row of that statement)
        *shown, _, _ = row
        is_live = row.related_entity_type == "live"
        return MessageView._make([*shown, likes.get(row.related_entity_id) if is_live else None])

    unread = found.rows[0].unread or 0
    return Messages([told(row) for row in found.rows], total, unread, found.next_cursor)


async def parcels(session: Session, *, by: UserId, window: Window) -> tuple[Slice[ParcelView], int]:
    """Return one part of what happened to the kok products the user ordered, and how much did.

    One entry for each product that took the step a message tells of: paid, shipped, delivered,
    newest first. Raises CursorInvalid.
    """
    found, total = await _PARCELS.counted(session, _parcels(), window, given={"reader": by})
    told = [ParcelView._make(shown) for *shown, _ in found.rows]
    return Slice(told, found.next_cursor), total


async def inbox(session: Session, *, by: UserId) -> InboxView:
    """Return how many messages the user has not read."""
    box = await session.get(Inbox, by)
    return box.view() if box else InboxView(unread=0, version=0)


@cache
def _parcels() -> Counted:
    """Return the statement of a reader's parcels, as ``ParcelView``."""
    columns = (
        *(N[name] if name != "product_name" else L[name] for name in NotificationView.model_fields),
        _STATUS,
        L.line_id.label("kok_order_id"),
    )
    lines_of = and_(L.order_id == N.related_entity_id, L.kind == "kok")
    # A message tells of the step that was taken at its moment; lines may step one by one.
    stepped = OrderLine.history.any(status=N.status_code, at=N.created_at)
    told = (_MINE, N.notification_type == "order_status", N.status_code.in_(TOLD_OF_KOK), stepped)
    total = select(func.count()).join_from(Notification, OrderLine, lines_of).where(*told)
    listed = select(*columns, total.scalar_subquery().label("total"))
    return Counted(listed.join_from(Notification, OrderLine, lines_of).where(*told), total)
