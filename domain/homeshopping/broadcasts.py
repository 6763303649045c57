"""Planning broadcasts and letting time move them: each function is one step of a transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from domain.homeshopping.errors import BroadcastNotFound, EndsBeforeStart
from domain.homeshopping.events import BroadcastEvent, BroadcastScheduled
from domain.homeshopping.models import Broadcast
from domain.homeshopping.schemas import NewBroadcast
from domain.homeshopping.states import CANCELLED, ENDED, LIVE, SCHEDULED
from domain.kernel import LiveId, Session, emit

WITH_PARTS = (selectinload(Broadcast.channel), selectinload(Broadcast.product))


async def schedule(session: Session, new: NewBroadcast, *, now: datetime) -> Broadcast:
    """Plan a broadcast. Raises EndsBeforeStart."""
    if new.ends_at <= new.starts_at:
        raise EndsBeforeStart
    broadcast = Broadcast(**new.model_dump(), status=SCHEDULED, soon=False, pinned=False, version=1)
    session.add(broadcast)
    await session.flush()
    await session.refresh(broadcast, ["channel", "product"])
    emit(session, BroadcastScheduled(at=now, broadcast=broadcast.view()))
    return broadcast


async def reschedule(
    session: Session, live_id: LiveId, *, starts_at: datetime, ends_at: datetime, now: datetime
) -> Broadcast:
    """Move a broadcast to another slot. Raises BroadcastNotFound, IllegalMove, EndsBeforeStart."""
    broadcast = await lock(session, live_id)
    emit(session, broadcast.reschedule(starts_at, ends_at, at=now))
    return broadcast


async def cancel(session: Session, live_id: LiveId, *, now: datetime) -> Broadcast:
    """Call a broadcast off. Raises BroadcastNotFound, IllegalMove."""
    broadcast = await lock(session, live_id)
    emit(session, broadcast.move(CANCELLED, at=now))
    return broadcast


async def pin(session: Session, live_id: LiveId, *, now: datetime) -> Broadcast:
    """Show this product of the slot now, instead of its siblings.

    Raises BroadcastNotFound, IllegalMove unless it is on air.
    """
    chosen = await lock(session, live_id)
    slot = (
        Broadcast.homeshopping_id == chosen.homeshopping_id,
        Broadcast.starts_at == chosen.starts_at,
        Broadcast.pinned.is_(True),
        Broadcast.live_id != live_id,
    )
    for sibling in await _locked(session, *slot):
        emit(session, sibling.pin(pinned=False, at=now))
    emit(session, chosen.pin(pinned=True, at=now))
    return chosen


def announcements_due(now: datetime, lead: timedelta) -> ColumnElement[bool]:
    """Return the condition of broadcasts about to start that nobody was told of."""
    return (
        (Broadcast.status == SCHEDULED)
        & (Broadcast.starts_at <= now + lead)
        & (Broadcast.starts_at > now)
        & Broadcast.soon.is_(False)
    )


def starts_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition of broadcasts that should be on air or over but are still planned."""
    return (Broadcast.status == SCHEDULED) & (Broadcast.starts_at <= now)


def ends_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition of broadcasts on air whose time is over."""
    return (Broadcast.status == LIVE) & (Broadcast.ends_at <= now)


async def anything_due(session: Session, *, now: datetime, lead: timedelta) -> bool:
    """Tell whether time should move any broadcast; takes no lock."""
    due = or_(announcements_due(now, lead), starts_due(now), ends_due(now))
    return await session.scalar(select(Broadcast.live_id).where(due).limit(1)) is not None


async def announce_due(session: Session, *, now: datetime, lead: timedelta, limit: int) -> int:
    """Say of up to ``limit`` broadcasts that they start within ``lead``; return how many."""
    due = announcements_due(now, lead)
    return await _move_due(session, due, lambda each: each.announce(at=now), limit=limit)


async def start_due(session: Session, *, now: datetime, limit: int) -> int:
    """Put up to ``limit`` broadcasts on air; those slept through just end. Return how many."""

    def begin(each: Broadcast) -> BroadcastEvent:
        return each.move(ENDED if each.ends_at <= now else LIVE, at=now)

    return await _move_due(session, starts_due(now), begin, limit=limit)


async def end_due(session: Session, *, now: datetime, limit: int) -> int:
    """Take up to ``limit`` broadcasts off air; return how many."""
    return await _move_due(
        session, ends_due(now), lambda each: each.move(ENDED, at=now), limit=limit
    )


async def lock(session: Session, live_id: LiveId) -> Broadcast:
    """Return the broadcast, locked. Raises BroadcastNotFound."""
    found = await _locked(session, Broadcast.live_id == live_id)
    if not found:
        raise BroadcastNotFound
    return found[0]


async def lock_showing(
    session: Session, product_id: int, *, since: datetime
) -> Sequence[Broadcast]:
    """Return, locked, the broadcasts of the product that had not ended by then."""
    return await _locked(session, Broadcast.product_id == product_id, Broadcast.ends_at > since)


async def _locked(session: Session, *where: ColumnElement[bool]) -> Sequence[Broadcast]:
    found = select(Broadcast).where(*where).order_by(Broadcast.live_id).options(*WITH_PARTS)
    fresh = found.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(fresh)).all()


async def _move_due(
    session: Session,
    due: ColumnElement[bool],
    step: Callable[[Broadcast], BroadcastEvent],
    *,
    limit: int,
) -> int:
    found = (
        select(Broadcast)
        .where(due)
        .order_by(Broadcast.starts_at, Broadcast.live_id)
        .limit(limit)
        .options(*WITH_PARTS)
        .with_for_update(skip_locked=True)  # another clock may be doing the same
    )
    broadcasts = (await session.scalars(found)).all()
    for broadcast in broadcasts:
        emit(session, step(broadcast))
    return len(broadcasts)
