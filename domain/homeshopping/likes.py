"""Who wants to be told that a broadcast begins."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from domain.homeshopping.broadcasts import WITH_PARTS
from domain.homeshopping.errors import BroadcastNotFound
from domain.homeshopping.listing import broadcasts, view_of
from domain.homeshopping.models import Broadcast, Like
from domain.homeshopping.queries import BY_START
from domain.homeshopping.schemas import BroadcastView
from domain.homeshopping.states import LIVE, SCHEDULED
from domain.kernel import Keyset, LiveId, Session, Slice, UserId, Window, is_duplicate

_LIKES: Final = Like.__table__.c
_OF_THESE: Final = select(_LIKES.live_id, _LIKES.id).where(
    _LIKES.user_id == bindparam("by"), _LIKES.live_id.in_(bindparam("among", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Liked:
    """A broadcast that somebody likes, and since when."""

    broadcast: BroadcastView
    since: datetime


async def toggle_like(session: Session, live_id: LiveId, *, by: UserId, now: datetime) -> bool:
    """Like the broadcast, or no longer; return whether it is liked now.

    Raises BroadcastNotFound. Two first likes at once are one like.
    """
    broadcast = await session.get(Broadcast, live_id)
    if broadcast is None:
        raise BroadcastNotFound
    mine = select(Like).where(Like.user_id == by, Like.live_id == live_id).with_for_update()
    like = await session.scalar(mine)
    if like is not None:
        await session.delete(like)
        return False
    # Whoever likes a broadcast that is on already needs no reminder.
    reminded = None if broadcast.status is SCHEDULED else now
    try:
        async with session.begin_nested():
            session.add(Like(user_id=by, live_id=live_id, created_at=now, reminded_at=reminded))
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
    return True


async def liked(session: Session, *, by: UserId, window: Window) -> Slice[Liked]:
    """Return one part of what the user likes, by the broadcasts' start. Raises CursorInvalid."""
    mine = broadcasts().add_columns(Like.created_at.label("liked_at"))
    mine = mine.join(Like, Like.live_id == Broadcast.live_id).where(Like.user_id == by)
    found = await Keyset(BY_START).rows(session, mine, window)
    return Slice([Liked(view_of(row), row.liked_at) for row in found.rows], found.next_cursor)


async def likes_of(session: Session, *, by: UserId, among: Collection[int]) -> dict[int, int]:
    """Return the ids of the user's likes of these broadcasts, by ``live_id``."""
    found = await session.execute(_OF_THESE, {"by": by, "among": list(among)})
    return {live_id: like_id for live_id, like_id in found}  # noqa: C416 (rows are not plain pairs)


async def anyone_to_remind(session: Session) -> bool:
    """Tell whether somebody waits for a broadcast that is on by now; takes no lock."""
    waiting = select(Like.id).join(Broadcast, Broadcast.live_id == Like.live_id)
    due = waiting.where(Broadcast.status == LIVE, Like.reminded_at.is_(None)).limit(1)
    return await session.scalar(due) is not None


async def take_reminders(
    session: Session, *, now: datetime, limit: int
) -> Sequence[tuple[UserId, Broadcast]]:
    """Return up to ``limit`` people to remind, marked as reminded in this transaction.

    A reminder needs no row of its own: a moved broadcast takes its likes along, and one that was
    cancelled is never on air.
    """
    on_air = select(Broadcast).where(Broadcast.status == LIVE).options(*WITH_PARTS)
    live = {each.live_id: each for each in await session.scalars(on_air)}
    due = (
        select(Like)
        .where(Like.live_id.in_(live), Like.reminded_at.is_(None))
        .order_by(Like.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    likes = (await session.scalars(due)).all()
    for like in likes:
        like.reminded_at = now
    return [(UserId(like.user_id), live[like.live_id]) for like in likes]
