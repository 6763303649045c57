"""What may be asked about an inbox: a bounded number of statements each."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, and_, func, select

from domain import homeshopping
from domain.kernel import Key, Keyset, Session, Slice, UserId, Window, count_of
from domain.notification.models import Inbox, Notification
from domain.notification.schemas import (
    InboxView,
    MessageView,
    NotificationType,
    NotificationView,
    ParcelView,
)
from domain.order import OrderLine, OrderStatus

# What the earlier API told of a kok order's line; its other steps it kept to itself.
TOLD_OF_KOK: Final = (OrderStatus.PAYMENT_COMPLETED, OrderStatus.SHIPPING, OrderStatus.DELIVERED)

_NEWEST_FIRST: Final = Key(Notification.notification_id, "notification_id", descending=True)
_BY_LINE: Final = Key(OrderLine.line_id, "kok_order_id", descending=True)


async def newest(session: Session, *, by: UserId, limit: int) -> Sequence[NotificationView]:
    """Return the user's messages, newest first."""
    rows = _of(by, None).order_by(Notification.notification_id.desc()).limit(limit)
    return [message.view() for message in await session.scalars(rows)]


async def messages(
    session: Session,
    *,
    by: UserId,
    window: Window,
    offset: int = 0,
    kind: NotificationType | None = None,
) -> Slice[MessageView]:
    """Return one part of the user's messages, newest first, all or of one kind.

    ``offset`` counts from the newest, or from where the window's cursor stands. Raises
    CursorInvalid.
    """
    found = await Keyset((_NEWEST_FIRST,)).scalars(session, _of(by, kind).offset(offset), window)
    live_ids = [row.related_entity_id for row in found.rows if row.related_entity_type == "live"]
    order_ids = [row.related_entity_id for row in found.rows if row.related_entity_type == "order"]
    likes = await homeshopping.likes_of(session, by=by, among=live_ids) if live_ids else {}
    lines = await _homeshopping_lines(session, order_ids) if order_ids else {}

    def told(row: Notification) -> MessageView:
        about, is_order = row.related_entity_id, row.related_entity_type == "order"
        return MessageView(
            **row.view().model_dump(),
            status=OrderStatus(row.status_code) if row.status_code else None,
            homeshopping_order_id=lines.get(about) if is_order else None,
            homeshopping_like_id=None if is_order else likes.get(about),
        )

    return Slice([told(row) for row in found.rows], found.next_cursor)


async def parcels(
    session: Session, *, by: UserId, window: Window, offset: int = 0
) -> Slice[ParcelView]:
    """Return one part of what happened to the kok products the user ordered, newest first.

    One entry for each product that took the step a message tells of: paid, shipped, delivered.
    ``offset`` counts as in ``messages``. Raises CursorInvalid.
    """
    order = Keyset((_NEWEST_FIRST, _BY_LINE))
    found = await order.rows(session, _parcels_of(by).offset(offset), window)
    return Slice([ParcelView.model_validate(row) for row in found.rows], found.next_cursor)


async def count(session: Session, *, by: UserId, kind: NotificationType | None = None) -> int:
    """Return how many messages the user has, all or of one kind."""
    return await count_of(session, _of(by, kind).with_only_columns(Notification.notification_id))


async def count_parcels(session: Session, *, by: UserId) -> int:
    """Return how many entries ``parcels`` has altogether."""
    return await count_of(session, _parcels_of(by).with_only_columns(OrderLine.line_id))


async def inbox(session: Session, *, by: UserId) -> InboxView:
    """Return how many messages the user has not read."""
    box = await session.get(Inbox, by)
    return box.view() if box else InboxView(unread=0, version=0)


async def _homeshopping_lines(session: Session, order_ids: Collection[int]) -> dict[int, int]:
    lines = select(OrderLine.order_id, func.min(OrderLine.line_id))
    ours = lines.where(OrderLine.order_id.in_(order_ids), OrderLine.kind == "homeshopping")
    found = await session.execute(ours.group_by(OrderLine.order_id))
    return {order_id: line_id for order_id, line_id in found}  # noqa: C416 (rows are not plain pairs)


def _of(by: UserId, kind: NotificationType | None) -> Select[Notification]:
    mine = select(Notification).where(Notification.user_id == by)
    return mine if kind is None else mine.where(Notification.notification_type == kind)


def _parcels_of(by: UserId) -> Select[Any]:
    return _parcels().where(Notification.user_id == by)


@cache
def _parcels() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Notification.notification_id,
        Notification.user_id,
        Notification.notification_type,
        Notification.related_entity_type,
        Notification.related_entity_id,
        Notification.status_code.label("status"),
        Notification.title,
        Notification.message,
        Notification.is_read,
        Notification.created_at,
        Notification.read_at,
        OrderLine.line_id.label("kok_order_id"),
        OrderLine.product_name,
    )
    lines_of = and_(OrderLine.order_id == Notification.related_entity_id, OrderLine.kind == "kok")
    # A message tells of the step that was taken at its moment; lines may step one by one.
    stepped = OrderLine.history.any(status=Notification.status_code, at=Notification.created_at)
    return (
        select(*columns)
        .join_from(Notification, OrderLine, lines_of)
        .where(
            Notification.notification_type == "order_status",
            Notification.status_code.in_(TOLD_OF_KOK),
            stepped,
        )
    )
