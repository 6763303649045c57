"""What may be asked about broadcasts: a bounded number of statements each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select

from domain.homeshopping.errors import BroadcastNotFound, PageNotFound, StreamNotFound
from domain.homeshopping.listing import broadcasts, planned, view_of
from domain.homeshopping.models import Broadcast, Channel, ProductDetail, ProductPicture
from domain.homeshopping.schemas import BroadcastView, DetailInfo, ProductImage, ScheduleView
from domain.homeshopping.states import CANCELLED, LIVE, SCHEDULED
from domain.kernel import (
    Key,
    Keyset,
    LiveId,
    Session,
    Slice,
    Window,
    business_day,
    count_of,
    day_bounds,
)

BY_START: Final = (Key(Broadcast.starts_at, "starts_at"), Key(Broadcast.live_id, "live_id"))
_NEWEST: Final = (
    broadcasts()
    .where(Broadcast.product_id == bindparam("product"))
    .order_by(
        case((Broadcast.status == LIVE, 0), (Broadcast.status == SCHEDULED, 1), else_=2),
        Broadcast.starts_at.desc(),
    )
    .limit(1)
)
_OVER: Final = case((Broadcast.status.in_([LIVE, SCHEDULED]), 0), else_=1)


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A broadcast with everything its product's page shows."""

    broadcast: BroadcastView
    channel_image: str
    details: Sequence[DetailInfo]
    images: Sequence[ProductImage]


@dataclass(frozen=True, slots=True)
class Stream:
    """Where a channel is seen, and what is on it (or comes next) today."""

    url: str
    homeshopping_id: int | None
    broadcast: BroadcastView | None


async def day_schedule(session: Session, day: date) -> ScheduleView:
    """Return every broadcast of the Seoul day, by start, also what was called off."""
    rows = broadcasts().where(*_within(day)).order_by(Broadcast.starts_at, Broadcast.live_id)
    found = await session.execute(rows)
    return ScheduleView(date=day, broadcasts=tuple(view_of(row) for row in found))


async def schedule_page(
    session: Session, day: date | None, *, window: Window
) -> Slice[BroadcastView]:
    """Return one part of the day's, or every day's, broadcasts. Raises CursorInvalid.

    By start; but a day begins with what is on air and comes next, and ends with what is over,
    because most callers read its first page only. What was called off is not listed.
    """
    order = Keyset(BY_START if day is None else (Key(_OVER, "over"), *BY_START))
    listed = planned().add_columns(_OVER.label("over")).where(*_within(day))
    found = await order.rows(session, listed, window)
    return Slice([view_of(row) for row in found.rows], found.next_cursor)


async def schedule_length(session: Session, day: date | None) -> int:
    """Return how many broadcasts ``schedule_page`` lists altogether."""
    listed = select(Broadcast.live_id).where(Broadcast.status != CANCELLED, *_within(day))
    return await count_of(session, listed)


async def on_air(session: Session) -> Sequence[BroadcastView]:
    """Return what is on air now, main products first."""
    live = broadcasts().where(Broadcast.status == LIVE)
    rows = live.order_by(Broadcast.homeshopping_id, Broadcast.promotion_type, Broadcast.live_id)
    return [view_of(row) for row in await session.execute(rows)]


async def broadcast_view(session: Session, live_id: LiveId) -> BroadcastView:
    """Return one broadcast. Raises BroadcastNotFound."""
    found = await _first(session, broadcasts().where(Broadcast.live_id == live_id))
    if found is None:
        raise BroadcastNotFound
    return found


async def product_page(session: Session, live_id: LiveId) -> ProductPage:
    """Return a broadcast's product with its details and pictures. Raises PageNotFound."""
    shown = broadcasts().add_columns(Channel.image.label("channel_image"))
    row = (await session.execute(shown.where(Broadcast.live_id == live_id))).first()
    if row is None:
        raise PageNotFound
    details = select(ProductDetail.detail_col, ProductDetail.detail_val)
    mine = details.where(ProductDetail.product_id == row.product_id).order_by(ProductDetail.id)
    images = select(ProductPicture.img_url, ProductPicture.sort_order)
    pictures = images.where(ProductPicture.product_id == row.product_id)
    pictures = pictures.order_by(ProductPicture.sort_order, ProductPicture.id)
    return ProductPage(
        broadcast=view_of(row),
        channel_image=row.channel_image,
        details=[DetailInfo.model_validate(each) for each in await session.execute(mine)],
        images=[ProductImage.model_validate(each) for each in await session.execute(pictures)],
    )


async def newest_of_product(session: Session, product_id: int) -> BroadcastView | None:
    """Return the product's latest broadcast that has begun, else its next one."""
    row = (await session.execute(_NEWEST, {"product": product_id})).first()
    return view_of(row) if row else None


async def planned_until(session: Session) -> dict[int, datetime]:
    """Return when each channel's last planned broadcast ends, by ``homeshopping_id``."""
    ends = select(Broadcast.homeshopping_id, func.max(Broadcast.ends_at))
    found = await session.execute(ends.group_by(Broadcast.homeshopping_id))
    return {channel: last for channel, last in found}  # noqa: C416 (rows are not plain pairs)


async def stream(
    session: Session, *, homeshopping_id: int | None, src: str | None, now: datetime
) -> Stream:
    """Return the stream of a channel, or of the URL ``src``, which wins.

    Of several broadcasts a day the one on air is meant, else the next. Raises StreamNotFound.
    """
    named = Channel.homeshopping_id == homeshopping_id
    columns = select(Channel.homeshopping_id, Channel.live_url)
    channels = columns.where(named if src is None else Channel.live_url == src)
    # Channels may share an address; then the number chooses among them.
    named_first = channels.order_by(case((named, 0), else_=1), Channel.homeshopping_id)
    channel = (await session.execute(named_first.limit(1))).first()
    if src is None and not (channel and channel.live_url):
        raise StreamNotFound
    if channel is None:
        return Stream(url=src or "", homeshopping_id=None, broadcast=None)
    return Stream(
        url=src or channel.live_url,
        homeshopping_id=channel.homeshopping_id,
        broadcast=await _first(session, _now_or_next(channel.homeshopping_id, now)),
    )


async def _first(session: Session, rows: Select[Any]) -> BroadcastView | None:
    row = (await session.execute(rows.limit(1))).first()
    return None if row is None else view_of(row)


def _within(day: date | None) -> tuple[ColumnElement[bool], ...]:
    if day is None:
        return ()
    start, end = day_bounds(day)
    return (Broadcast.starts_at >= start, Broadcast.starts_at < end)


def _now_or_next(homeshopping_id: int, now: datetime) -> Select[Any]:
    _, midnight = day_bounds(business_day(now))
    shown = broadcasts().where(
        Broadcast.homeshopping_id == homeshopping_id,
        Broadcast.status.in_([LIVE, SCHEDULED]),
        Broadcast.starts_at < midnight,
        Broadcast.ends_at > now,
    )
    return shown.order_by(Broadcast.starts_at, Broadcast.promotion_type, Broadcast.live_id)
