"""Finding products by a part of their name or their store's, and what somebody looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from domain.kernel import (
    Counted,
    Key,
    Keyset,
    Session,
    Slice,
    UserId,
    Window,
    as_grams,
    containing,
    filed_under,
    folded,
    like,
    rarest,
)
from domain.kok.errors import KokSearchNotFound
from domain.kok.listings import CARD, Card, P
from domain.kok.models import SEARCHES, KokGram
from domain.kok.schemas import KokSearched

_NEWEST: Final = Keyset((Key(P.kok_product_id, "kok_product_id", descending=True),))
_LAST: Final = (
    select(SEARCHES.c.keyword)
    .where(SEARCHES.c.user_id == bindparam("by"))
    .order_by(SEARCHES.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# Keeps a search unless it is the user's last one once more.
_ANOTHER: Final = (
    insert(SEARCHES)
    .from_select(
        ("user_id", "keyword", "searched_at"),
        select(
            bindparam("by", type_=SEARCHES.c.user_id.type),
            bindparam("keyword", type_=SEARCHES.c.keyword.type),
            bindparam("now", type_=SEARCHES.c.searched_at.type),
        ).where(func.coalesce(_LAST, "") != bindparam("keyword")),
    )
    .returning(SEARCHES.c.id)
)


@dataclass(frozen=True, slots=True)
class Found:
    """A part of what was found, and how many there are in all."""

    total: int
    part: Slice[Card]


async def search(session: Session, keyword: str, *, window: Window) -> Found:
    """Return a part of the products whose name or store contains the keyword, newest id first.

    A blank keyword finds nothing. Raises CursorInvalid.
    """
    grams = rarest(keyword)
    if not grams:
        return Found(0, Slice((), None))
    sought = folded(keyword)
    # To be filed under the keyword itself is to contain it.
    listed = _containing(len(grams), compared=grams != [sought])
    given = as_grams(grams) | {"sought": containing(sought)}
    part, total = await _NEWEST.counted(session, listed, window, given=given)
    return Found(total, part)


@cache
def _containing(grams: int, *, compared: bool) -> Counted:
    ids = filed_under(KokGram.__table__, grams)
    (this,) = ids.selected_columns
    if compared:
        within = or_(like(P.name, "sought"), like(P.store_name, "sought"))
        ids = ids.where(P.kok_product_id == this, within)
    filed = ids.subquery()
    total = select(func.count()).select_from(filed)
    cards = select(*CARD, total.scalar_subquery().label("total"))
    return Counted(cards.join(filed, filed.c.kok_product_id == P.kok_product_id), total)


async def remember_search(
    session: Session, keyword: str, *, by: UserId, now: datetime
) -> KokSearched:
    """Keep what the user looked for; looking again at once for the same thing is one search."""
    asked = {"by": by, "keyword": keyword, "now": now}
    search_id = await session.scalar(_ANOTHER, asked)
    if search_id is None:
        newest = select(func.max(SEARCHES.c.id)).where(SEARCHES.c.user_id == by)
        search_id = await session.scalar(newest)
        again = update(SEARCHES).where(SEARCHES.c.id == search_id)
        await session.execute(again.values(keyword=keyword, searched_at=now))
    return KokSearched(id=search_id, user_id=by, keyword=keyword, searched_at=now)


async def search_history(session: Session, *, by: UserId, limit: int) -> Sequence[KokSearched]:
    """Return what the user looked for, newest first."""
    mine = select(SEARCHES).where(SEARCHES.c.user_id == by).order_by(SEARCHES.c.id.desc())
    found = await session.execute(mine.limit(limit))
    return [KokSearched.model_validate(row) for row in found]


async def forget_search(session: Session, search_id: int, *, by: UserId) -> None:
    """Forget one search. Raises KokSearchNotFound, also for another user's."""
    mine = delete(SEARCHES).where(SEARCHES.c.id == search_id, SEARCHES.c.user_id == by)
    result = await session.execute(mine)
    if not result.rowcount:  # type: ignore[attr-defined]  # a DELETE's result has one
        raise KokSearchNotFound
