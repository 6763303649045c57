"""What was looked for: by oneself lately, and by many people this week."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
)

from domain.kernel import (
    AnalyticsBase,
    BigId,
    Session,
    UserId,
    business_day,
    day_bounds,
    folded,
)
from domain.recommendation.errors import QueryNotFound
from domain.recommendation.index.models import SearchQuery

QUERY_LENGTH_MAX: Final = 100
# The last so many searches of somebody are looked through for different ones.
LOOKED_THROUGH: Final = 200
POPULAR_DAYS: Final = 7
PEOPLE_MIN: Final = 3  # what fewer looked for might tell who they are
KEPT: Final = timedelta(days=90)

_QUERIES: Final = AnalyticsBase.metadata.tables[SearchQuery.__tablename__]
Q: Final = _QUERIES.c
_MINE: Final = Q.user_id == bindparam("by", type_=BigId)
_NEWEST: Final = (
    select(Q.query_id, Q.query, Q.asked_at)
    .where(_MINE)
    .order_by(Q.query_id.desc())
    .limit(LOOKED_THROUGH)
)
_THIS: Final = select(Q.query).where(_MINE, Q.query_id == bindparam("query_id", type_=BigId))
_OLD: Final = (
    select(Q.query_id)
    .where(Q.asked_at < bindparam("before", type_=Q.asked_at.type))
    .order_by(Q.asked_at)
    .limit(bindparam("most", type_=Integer))
)


class Searched(NamedTuple):
    """Something that somebody looked for, and when last."""

    query_id: int
    query: str
    asked_at: datetime


async def remember_query(
    session: Session, text: str, *, by: UserId | None, found: int, now: datetime
) -> None:
    """Write down what was looked for, and how much was found; strangers have no name."""
    # In one spelling and size, which a few letters make longer.
    query = folded(text)[:QUERY_LENGTH_MAX]
    row = {"user_id": by, "query": query, "found": found, "asked_at": now}
    await session.execute(insert(_QUERIES), row)


async def recent_queries(session: Session, *, by: UserId, limit: int) -> Sequence[Searched]:
    """Return what the user looked for, each once, the newest first."""
    mine: dict[str, Searched] = {}
    for row in await session.execute(_NEWEST, {"by": by}):
        mine.setdefault(row.query, Searched._make(row))
    return list(mine.values())[:limit]


async def forget_query(session: Session, query_id: int, *, by: UserId) -> None:
    """Forget one thing that the user looked for, however often. Raises QueryNotFound."""
    query = await session.scalar(_THIS, {"by": by, "query_id": query_id})
    if query is None:
        raise QueryNotFound
    await session.execute(delete(_QUERIES).where(Q.user_id == by, Q.query == query))


async def forget_queries(session: Session, *, by: UserId) -> int:
    """Forget all that the user looked for; return how many searches that were."""
    result = await session.execute(delete(_QUERIES).where(Q.user_id == by))
    return int(result.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has one


async def popular_queries(session: Session, *, now: datetime, limit: int) -> Sequence[str]:
    """Return what most people looked for and found in the last seven days, the first the most.

    A query counts once a person and day, and is told only when enough different people asked.
    """
    midnights = [day_bounds(business_day(now - timedelta(days=n))) for n in range(POPULAR_DAYS)]
    counts = [_people(start, end) for start, end in midnights]
    score: ColumnElement[int] = reduce(add, counts)
    asked = (
        select(Q.query)
        .where(Q.asked_at >= midnights[-1][0], Q.found > 0, Q.user_id.is_not(None))
        .group_by(Q.query)
        .having(func.count(Q.user_id.distinct()) >= PEOPLE_MIN)
        .order_by(score.desc(), Q.query)
    )
    return (await session.scalars(asked.limit(limit))).all()


async def forget_old_queries(session: Session, *, now: datetime, limit: int) -> int:
    """Forget up to so many of the searches that are too old; return how many."""
    found = await session.scalars(_OLD, {"before": now - KEPT, "most": limit})
    ids = found.all()
    if ids:
        await session.execute(delete(_QUERIES).where(Q.query_id.in_(ids)))
    return len(ids)


def _people(start: datetime, end: datetime) -> ColumnElement[Any]:
    within = and_(Q.asked_at >= start, Q.asked_at < end)
    return func.count(case((within, Q.user_id)).distinct())
