"""What may be asked about broadcasts: a bounded number of statements each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from domain.homeshopping.errors import BroadcastNotFound, PageNotFound, StreamNotFound
from domain.homeshopping.models import Broadcast, Channel, ProductDetail, ProductPicture
from domain.homeshopping.schemas import BroadcastView, DetailInfo, ProductImage, ScheduleView
from domain.homeshopping.states import LIVE, SCHEDULED
from domain.kernel import LiveId, Session, business_day, day_bounds

_PARTS = (
    joinedload(Broadcast.channel, innerjoin=True),
    joinedload(Broadcast.product, innerjoin=True),
)


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
    """Return every broadcast of the Seoul day, by start."""
    found = await session.scalars(_of_day(day).options(*_PARTS))
    return ScheduleView(date=day, broadcasts=tuple(each.view() for each in found))


async def schedule_page(
    session: Session, day: date | None, *, now: datetime, page: int, size: int
) -> tuple[Sequence[BroadcastView], int]:
    """Return one page (from 1) of the day's, or every day's, broadcasts and their number.

    Today's list begins with what is on air and comes next, because most callers read page one.
    """
    listed = _of_day(day) if day else select(Broadcast)
    total = await session.scalar(select(func.count()).select_from(listed.order_by(None).subquery()))
    order: list[Any] = [Broadcast.starts_at, Broadcast.live_id]
    if day == business_day(now):
        over = case((Broadcast.status.in_([LIVE, SCHEDULED]), 0), else_=1)
        order.insert(0, over)
    rows = listed.order_by(None).order_by(*order).offset((page - 1) * size).limit(size)
    found = await session.scalars(rows.options(*_PARTS))
    return [each.view() for each in found], int(total or 0)


async def on_air(session: Session) -> Sequence[BroadcastView]:
    """Return what is on air now, main products first."""
    live = select(Broadcast).where(Broadcast.status == LIVE)
    rows = live.order_by(Broadcast.homeshopping_id, Broadcast.promotion_type, Broadcast.live_id)
    return [each.view() for each in await session.scalars(rows.options(*_PARTS))]


async def broadcast_view(session: Session, live_id: LiveId) -> BroadcastView:
    """Return one broadcast. Raises BroadcastNotFound."""
    broadcast = await _find(session, live_id)
    if broadcast is None:
        raise BroadcastNotFound
    return broadcast.view()


async def product_page(session: Session, live_id: LiveId) -> ProductPage:
    """Return a broadcast's product with its details and pictures. Raises PageNotFound."""
    broadcast = await _find(session, live_id)
    if broadcast is None:
        raise PageNotFound
    details = select(ProductDetail).where(ProductDetail.product_id == broadcast.product_id)
    images = select(ProductPicture).where(ProductPicture.product_id == broadcast.product_id)
    return ProductPage(
        broadcast=broadcast.view(),
        channel_image=broadcast.channel.image,
        details=[
            DetailInfo.model_validate(row)
            for row in await session.scalars(details.order_by(ProductDetail.id))
        ],
        images=[
            ProductImage.model_validate(row)
            for row in await session.scalars(images.order_by(ProductPicture.sort_order))
        ],
    )


async def newest_of_product(session: Session, product_id: int) -> BroadcastView | None:
    """Return the product's latest broadcast that has begun, else its next one."""
    mine = select(Broadcast).where(Broadcast.product_id == product_id).options(*_PARTS)
    rank = case((Broadcast.status == LIVE, 0), (Broadcast.status == SCHEDULED, 1), else_=2)
    found = await session.scalar(mine.order_by(rank, Broadcast.starts_at.desc()).limit(1))
    return found.view() if found else None


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
    channels = select(Channel).where(named if src is None else Channel.live_url == src)
    # Channels may share an address; then the number chooses among them.
    named_first = channels.order_by(case((named, 0), else_=1), Channel.homeshopping_id)
    channel = await session.scalar(named_first.limit(1))
    if channel is None and src is None:
        raise StreamNotFound
    if channel is None:
        return Stream(url=src or "", homeshopping_id=None, broadcast=None)
    found = await session.scalar(_now_or_next(channel.homeshopping_id, now))
    return Stream(
        url=src or channel.live_url,
        homeshopping_id=channel.homeshopping_id,
        broadcast=found.view() if found else None,
    )


async def _find(session: Session, live_id: LiveId) -> Broadcast | None:
    return await session.get(Broadcast, live_id, options=_PARTS)


def _of_day(day: date) -> Select[Broadcast]:
    start, end = day_bounds(day)
    in_day = select(Broadcast).where(Broadcast.starts_at >= start, Broadcast.starts_at < end)
    return in_day.order_by(Broadcast.starts_at, Broadcast.live_id)


def _now_or_next(homeshopping_id: int, now: datetime) -> Select[Broadcast]:
    _, midnight = day_bounds(business_day(now))
    shown = select(Broadcast).where(
        Broadcast.homeshopping_id == homeshopping_id,
        Broadcast.status.in_([LIVE, SCHEDULED]),
        Broadcast.starts_at < midnight,
        Broadcast.ends_at > now,
    )
    first = shown.order_by(Broadcast.starts_at, Broadcast.promotion_type, Broadcast.live_id)
    return first.limit(1).options(*_PARTS)
