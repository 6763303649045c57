"""What somebody said they have at home; it is believed for a week."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, Protocol, cast

from sqlalchemy import Double, Index, Integer, String, bindparam, delete, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from domain import recipe
from domain.kernel import Base, BigId, Session, UserId, UtcDateTime
from domain.recommendation.errors import EntryNotFound

KEPT: Final = timedelta(days=7)
ENTRIES_MAX: Final = 200
EPSILON: Final = recipe.EPSILON


class PantryEntry(Base):
    """So much of an ingredient, as somebody entered it last."""

    __tablename__ = "pantry_entries"
    __table_args__ = (Index(None, "entered_at"),)

    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    ingredient: Mapped[str] = mapped_column(String(100), primary_key=True)
    amount: Mapped[float] = mapped_column(Double)
    unit: Mapped[str] = mapped_column(String(50))
    entered_at: Mapped[datetime]


class Entry(Protocol):
    """An ingredient somebody has, so much of a unit that may be unknown ("")."""

    ingredient: str
    amount: float
    unit: str
    entered_at: datetime


_ENTRIES: Final = Base.metadata.tables[PantryEntry.__tablename__]
E: Final = _ENTRIES.c
_MINE: Final = E.user_id == bindparam("by", type_=BigId)
_SINCE: Final = bindparam("since", type_=UtcDateTime())
_KEPT: Final = (
    select(*(E[name] for name in Entry.__annotations__))
    .where(_MINE, E.entered_at >= _SINCE)
    .order_by(E.entered_at.desc(), E.ingredient)
    .limit(bindparam("most", type_=Integer))
)
_THESE: Final = bindparam("names", expanding=True, type_=E.ingredient.type)
_GONE: Final = delete(_ENTRIES).where(_MINE, E.ingredient.in_(_THESE))
_OLD: Final = select(E.user_id, E.ingredient).where(E.entered_at < _SINCE)
_DROP: Final = delete(_ENTRIES).where(_MINE, E.ingredient == bindparam("name"))


async def remember_entered(
    session: Session, leftovers: Sequence[recipe.Leftover], *, by: UserId, now: datetime
) -> None:
    """Keep what the user has entered, instead of what they said of the same names before.

    An amount of 0 says that it is gone.
    """
    # In the order of the names, so that two requests at once do not wait for each other in turn.
    stock = sorted(recipe.merged(leftovers), key=lambda each: each.name)
    gone = [each.name for each in stock if each.amount <= EPSILON]
    rows = [
        {
            "user_id": by,
            "ingredient": each.name,
            "amount": each.amount,
            "unit": each.unit,
            "entered_at": now,
        }
        for each in stock
        if each.amount > EPSILON
    ]
    if rows:
        await session.execute(_enter(session.get_bind().dialect.name), rows)
    if gone:
        await session.execute(_GONE, {"by": by, "names": gone})


async def entered(session: Session, *, by: UserId, now: datetime) -> Sequence[Entry]:
    """Return what the user entered in the last seven days, the newest first, 200 at most."""
    asked = {"by": by, "since": now - KEPT, "most": ENTRIES_MAX}
    return cast("Sequence[Entry]", (await session.execute(_KEPT, asked)).all())


async def forget_entered(session: Session, ingredient: str, *, by: UserId) -> None:
    """Take an ingredient out of what the user has. Raises EntryNotFound."""
    names = [recipe.plain_name(ingredient)]
    result = await session.execute(_GONE, {"by": by, "names": names})
    if not result.rowcount:  # type: ignore[attr-defined]  # a DELETE's result has one
        raise EntryNotFound


async def forget_old_entries(session: Session, *, now: datetime, limit: int) -> int:
    """Delete entries of more than seven days ago; return how many."""
    old = (await session.execute(_OLD.limit(limit), {"since": now - KEPT})).all()
    for user_id, ingredient in old:
        await session.execute(_DROP, {"by": user_id, "name": ingredient})
    return len(old)


@cache
def _enter(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own INSERT)
    told = ("amount", "unit", "entered_at")
    if dialect == "sqlite":
        lite = sqlite.insert(_ENTRIES)
        changed = {name: lite.excluded[name] for name in told}
        return lite.on_conflict_do_update(["user_id", "ingredient"], set_=changed)
    maria = mysql.insert(_ENTRIES)
    return maria.on_duplicate_key_update({name: maria.inserted[name] for name in told})
