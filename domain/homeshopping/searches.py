"""Looking for broadcasts by what they sell, and what somebody looked for before."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import delete, func, or_, select

from domain.homeshopping.errors import SearchNotFound
from domain.homeshopping.listing import broadcasts, view_of
from domain.homeshopping.lookup import B, P
from domain.homeshopping.models import Broadcast, Product, ProductGram, Search
from domain.homeshopping.queries import BY_START
from domain.homeshopping.schemas import BroadcastView, SearchView
from domain.homeshopping.states import CANCELLED
from domain.kernel import (
    Counted,
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

PRODUCTS: Final = Product.__table__
BROADCASTS: Final = Broadcast.__table__
_BY_START: Final = Keyset(BY_START)


async def search(
    session: Session, keyword: str, *, window: Window
) -> tuple[Slice[BroadcastView], int]:
    """Return one part of the broadcasts that sell what is sought, by start, and their number.

    The keyword is a substring of the product's or the store's name; what was called off is not
    found. Raises CursorInvalid.
    """
    grams = rarest(keyword)
    if not grams:
        return Slice([], None), 0
    given = as_grams(grams) | {"sought": containing(folded(keyword))}
    listed = _selling(len(grams))
    found, total = await _BY_START.counted(session, listed, window, given=given)
    return Slice([view_of(row) for row in found.rows], found.next_cursor), total


async def remember_search(
    session: Session, keyword: str, *, by: UserId, now: datetime
) -> SearchView:
    """Write down what the user looked for."""
    entry = Search(user_id=by, keyword=keyword, searched_at=now)
    session.add(entry)
    await session.flush()
    return SearchView.model_validate(entry)


async def searches(session: Session, *, by: UserId, limit: int) -> Sequence[SearchView]:
    """Return what the user looked for, newest first."""
    columns = select(Search.id, Search.user_id, Search.keyword, Search.searched_at)
    mine = columns.where(Search.user_id == by).order_by(Search.id.desc()).limit(limit)
    return [SearchView.model_validate(row) for row in await session.execute(mine)]


async def forget_search(session: Session, search_id: int, *, by: UserId) -> None:
    """Strike out what the user looked for. Raises SearchNotFound, also for another user's."""
    mine = delete(Search).where(Search.id == search_id, Search.user_id == by)
    result = await session.execute(mine)
    if not result.rowcount:  # type: ignore[attr-defined]  # a DELETE's result has one
        raise SearchNotFound


@cache
def _selling(grams: int) -> Counted:
    """Return the statement of the broadcasts of products that contain :sought."""
    filed = filed_under(ProductGram.__table__, grams).subquery()
    within = or_(like(P.name, "sought"), like(P.store_name, "sought"))
    # Counted while there are only their ids: what is sorted to be counted had better be narrow.
    ids = (
        select(B.live_id, func.count().over().label("total"))
        .select_from(filed.join(PRODUCTS, P.product_id == filed.c.product_id))
        .join(BROADCASTS, B.product_id == P.product_id)
        .where(B.status != CANCELLED, within)
        .subquery()
    )
    shown = broadcasts().add_columns(ids.c.total)
    total = select(func.count()).select_from(ids)
    return Counted(shown.join(ids, ids.c.live_id == Broadcast.live_id), total)
