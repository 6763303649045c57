"""Finding products by a part of their name or their store's, and what somebody looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, func, insert, or_, select, update

from domain.kernel import Key, Keyset, Session, Slice, UserId, Window, folded, wanted_grams
from domain.kok.errors import KokSearchNotFound
from domain.kok.listings import CARD, Card, P
from domain.kok.models import SEARCHES, KokGram
from domain.kok.schemas import KokSearched

# Two pairs leave so few products that comparing texts costs less than asking for another.
GRAMS_MAX: Final = 2
PLACES: Final = tuple(KokGram.__table__.alias(f"filed_{n}") for n in range(GRAMS_MAX))

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
    if not wanted_grams(keyword):
        return Found(0, Slice((), None))
    within = _ids(keyword).subquery()
    total = select(func.count()).select_from(within)
    cards = select(*CARD, total.scalar_subquery().label("total"))
    listed = cards.join(within, within.c.kok_product_id == P.kok_product_id)
    order = Keyset((Key(within.c.kok_product_id, "kok_product_id", descending=True),))
    part: Slice[Any] = await order.rows(session, listed, window)
    if part.rows:
        return Found(part.rows[0].total, part)
    first = window.page == 1 and window.cursor is None
    return Found(0 if first else int(await session.scalar(total) or 0), part)


def _ids(keyword: str) -> Select[Any]:
    """Return the statement for the ids of the products that contain the keyword."""
    wanted = sorted(wanted_grams(keyword), key=_commonness)[:GRAMS_MAX]
    this = PLACES[0].c.kok_product_id
    ids = select(this)
    for gram, place in zip(wanted, PLACES, strict=False):
        ids = ids.where(place.c.gram == gram, place.c.kok_product_id == this)
    sought = folded(keyword)
    if [sought] == wanted:
        return ids  # to be filed under the keyword is to contain it
    texts = (P.name, P.store_name)
    within = or_(*(text.contains(sought, autoescape=True) for text in texts))
    return ids.where(P.kok_product_id == this, within)


def _commonness(gram: str) -> tuple[int, bool, str]:
    # Pairs are rarer than letters, and Korean than the "kg" and "00" of every other product. Any
    # will do, for the text decides.
    return -len(gram), gram.isascii(), gram


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
