"""Telling people that something on air goes with what they like or have in the cart.

A broadcast that begins is noted with the transaction that hears of it; a job then finds the kok
products that are akin to its product and goes through the people who want one of these, some at
a time. What is written about somebody and the event that tells them share one transaction, so
they are told exactly what is written, however often the job is cut off or runs twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import JSON, Date, Index, bindparam, delete, insert, select, update
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from domain import homeshopping, kok, user
from domain.homeshopping import BroadcastNotFound, BroadcastStatus, BroadcastView
from domain.kernel import Base, BigId, Fact, LiveId, Session, UserId, business_day, emit
from domain.kok import Want
from domain.recommendation.events import GoesWith, RecommendationReady
from domain.recommendation.index import Shelves
from domain.recommendation.kinds import Item
from domain.recommendation.nearby import near_items
from domain.recommendation.reasons import Reason, ReasonCode
from domain.recommendation.similar import akin_to

STARTED: Final = "broadcast.started"
A_DAY_MAX: Final = 3  # told to one person, by the day in Seoul
AKIN_MAX: Final = 100
# Nobody is woken up for what only lies in the same direction.
VERY_NEAR: Final = 0.3


class Announcement(Base):
    """A broadcast that people are still to be told of, and how far that has come.

    ``akin`` holds the ids of the kok products it goes with, once they have been looked for.
    """

    __tablename__ = "recommendation_announcements"

    live_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    akin: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    after_user_id: Mapped[int] = mapped_column(BigId, default=0)
    noted_at: Mapped[datetime]


class Told(Base):
    """How many recommendations somebody was told of, ever and on the last such day in Seoul."""

    __tablename__ = "recommendation_told"

    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date)
    that_day: Mapped[int]
    version: Mapped[int]


class Notice(Base):
    """Somebody was told of a broadcast; nobody is told twice."""

    __tablename__ = "recommendation_notices"
    __table_args__ = (Index(None, "live_id"),)

    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    live_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date)


class _Person(NamedTuple):
    """Somebody to be told, and the newest of the products they want that it goes with."""

    user_id: int
    want: Want


_A, _T, _N = (Base.metadata.tables[each.__tablename__] for each in (Announcement, Told, Notice))
A, T, N = _A.c, _T.c, _N.c
_USERS: Final = bindparam("users", expanding=True, type_=BigId)
_WHICH: Final = bindparam("which", type_=BigId)
_NOTE: Final = insert(_A)
_ANY: Final = select(A.live_id).limit(1)
_UNREAD: Final = select(A.live_id).where(A.akin.is_(None)).order_by(A.live_id).limit(1)
_FOUND: Final = update(_A).where(A.live_id == _WHICH, A.akin.is_(None))
_NEXT: Final = (
    select(A.live_id, A.akin, A.after_user_id)
    .where(A.akin.is_not(None))
    .order_by(A.live_id)
    .limit(1)
    .with_for_update(skip_locked=True)  # another clock may be doing the same
)
_GO_ON: Final = update(_A).where(A.live_id == _WHICH).values(after_user_id=bindparam("after"))
_DROP: Final = delete(_A).where(A.live_id == _WHICH)
_NOTICED: Final = select(N.user_id).where(N.live_id == _WHICH, N.user_id.in_(_USERS))
_COUNTS: Final = (
    select(T.user_id, T.day, T.that_day, T.version)
    .where(T.user_id.in_(_USERS))
    .order_by(T.user_id)
    .with_for_update()
)
_COUNT: Final = (
    update(_T)
    .where(T.user_id == bindparam("who", type_=BigId))
    .values(day=bindparam("on"), that_day=bindparam("told"), version=T.version + 1)
)
_NOTICE: Final = insert(_N)
_OLD: Final = select(N.user_id, N.live_id).where(N.day < bindparam("before", type_=N.day.type))
_FORGET: Final = delete(_N).where(
    N.user_id == bindparam("who", type_=BigId), N.live_id == bindparam("live", type_=BigId)
)


async def note(session: Session, facts: Sequence[Fact]) -> None:
    """Note the broadcasts that have begun; a reaction to the event stream."""
    rows = [
        {
            "live_id": fact.body["data"]["broadcast"]["live_id"],
            "akin": None,
            "after_user_id": 0,
            "noted_at": fact.created_at,
        }
        for fact in facts
        if fact.kind == STARTED
    ]
    if rows:
        await session.execute(_NOTE, rows)


async def anything_to_announce(session: Session) -> bool:
    """Tell whether a broadcast waits to be told of; takes no lock."""
    return await session.scalar(_ANY) is not None


async def find_akin(shelves: Shelves) -> int:
    """Find the kok products that go with the oldest announcement's; return how many it read.

    By the rules, and by the vectors if they are there in time. Whoever finds them first is right.
    """
    async with shelves.db.reads() as session:
        live_id = await session.scalar(_UNREAD)
        if live_id is None:
            return 0
        broadcast = await _on_air(session, live_id)
        name = broadcast.product.name if broadcast else ""
        akin = await akin_to(session, name, limit=AKIN_MAX) if name else []
    if broadcast is not None:
        item = Item("homeshopping", broadcast.product.product_id)
        akin += await near_items(shelves.analytics, [item], kind="kok", within=VERY_NEAR)
    async with shelves.db.sessions.begin() as session:
        which = {"which": live_id}
        if akin:
            await session.execute(_FOUND.values(akin=sorted(set(akin))), which)
        else:
            await session.execute(_DROP, which)
    return 1


async def tell_some(session: Session, *, now: datetime, limit: int) -> int:
    """Tell the next people of the oldest announcement; return how many were gone through.

    A broadcast that is over or sold out is dropped. Nobody is told twice of one broadcast, nor of
    more than three a day, nor at all who wants no notifications.
    """
    row = (await session.execute(_NEXT)).one_or_none()
    if row is None:
        return 0
    broadcast = await _on_air(session, row.live_id)
    if broadcast is None:
        await session.execute(_DROP, {"which": row.live_id})
        return 0
    people = await kok.wanting(session, row.akin, after_user_id=row.after_user_id, limit=limit)
    willing = await user.wishing_notifications(session, map(UserId, people))
    told = [_Person(who, wants[0]) for who, wants in people.items() if wants and who in willing]
    await _tell(session, broadcast, told, now=now)
    if len(people) < limit:
        await session.execute(_DROP, {"which": row.live_id})
    else:
        await session.execute(_GO_ON, {"which": row.live_id, "after": max(people)})
    return len(people)


async def forget_notices(session: Session, *, before: datetime, limit: int) -> int:
    """Delete what people were told of before that day; return how much."""
    old = (await session.execute(_OLD.limit(limit), {"before": business_day(before)})).all()
    if old:
        rows = [{"who": each.user_id, "live": each.live_id} for each in old]
        await session.execute(_FORGET, rows)
    return len(old)


async def _on_air(session: Session, live_id: int) -> BroadcastView | None:
    try:
        broadcast = await homeshopping.broadcast_view(session, LiveId(live_id))
    except BroadcastNotFound:
        return None
    live = broadcast.status is BroadcastStatus.LIVE and not broadcast.product.sold_out
    return broadcast if live else None


async def _tell(
    session: Session, broadcast: BroadcastView, people: Sequence[_Person], *, now: datetime
) -> None:
    live_id, today = broadcast.live_id, business_day(now)
    users = [each.user_id for each in people]
    noticed = set(
        (await session.scalars(_NOTICED, {"which": live_id, "users": users})).all() if users else ()
    )
    users = sorted(set(users) - noticed)
    counts = await _locked(session, users, today=today)
    told = [
        each for each in people if each.user_id in counts and counts[each.user_id][0] < A_DAY_MAX
    ]
    if not told:
        return
    await session.execute(
        _COUNT,
        [{"who": who, "on": today, "told": counts[who][0] + 1} for who, _ in told],
    )
    await session.execute(
        _NOTICE, [{"user_id": who, "live_id": live_id, "day": today} for who, _ in told]
    )
    for who, want in told:
        emit(session, _ready(broadcast, want, version=counts[who][1] + 1, now=now))


async def _locked(
    session: Session, users: Sequence[int], *, today: date
) -> Mapping[int, tuple[int, int]]:
    """Lock how often each was told; return that of today, and ever.

    In the order of their ids, so that no two clocks can wait for each other in turn.
    """
    if not users:
        return {}
    fresh = [{"user_id": who, "day": today, "that_day": 0, "version": 0} for who in users]
    await session.execute(_known(session.get_bind().dialect.name), fresh)
    rows = await session.execute(_COUNTS, {"users": users})
    return {row.user_id: (row.that_day if row.day == today else 0, row.version) for row in rows}


def _ready(
    broadcast: BroadcastView, want: Want, *, version: int, now: datetime
) -> RecommendationReady:
    code: ReasonCode = "like_liked" if want.way == "liked" else "like_in_cart"
    return RecommendationReady(
        at=now,
        user_id=want.user_id,
        live_id=broadcast.live_id,
        product=broadcast.product,
        goes_with=GoesWith(kok_product_id=want.kok_product_id, name=want.name),
        reason=Reason(code=code, what=want.name),
        version=version,
    )


@cache
def _known(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own INSERT)
    if dialect == "sqlite":
        return sqlite.insert(_T).on_conflict_do_nothing(index_elements=["user_id"])
    # It changes nothing, and locks the row, unlike INSERT IGNORE, which would hide mistakes too.
    return mysql.insert(_T).on_duplicate_key_update(user_id=_T.c.user_id)
