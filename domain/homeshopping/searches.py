"""Looking for broadcasts by what they sell, and what somebody looked for before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select

from domain.homeshopping.errors import SearchNotFound
from domain.homeshopping.listing import planned, view_of
from domain.homeshopping.lookup import filed_under
from domain.homeshopping.models import Broadcast, Product, Search
from domain.homeshopping.queries import BY_START
from domain.homeshopping.schemas import BroadcastView, SearchView
from domain.kernel import (
    Keyset,
    Session,
    Slice,
    UserId,
    Window,
    count_of,
    folded,
    wanted_grams,
)


async def search(
    session: Session, keyword: str, *, window: Window
) -> tuple[Slice[BroadcastView], int]:
    """Return one part of the broadcasts that sell what is sought, by start, and their number.

    The keyword is a substring of the product's or the store's name; what was called off is not
    found. Raises CursorInvalid.
    """
    if not wanted_grams(keyword):
        return Slice([], None), 0
    sold = _selling(planned(), keyword)
    counted = sold.add_columns(func.count().over().label("total"))
    found = await Keyset(BY_START).rows(session, counted, window)
    # What comes after a cursor is not all there is, and a page beyond the end has no row to tell.
    told = window.cursor is None and found.rows
    total = found.rows[0].total if told else await count_of(session, sold)
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


def _selling(shown: Select[Any], keyword: str) -> Select[Any]:
    """Narrow the broadcasts down to those of products that contain the keyword."""
    filed = filed_under(keyword).subquery()
    sought = folded(keyword)
    return shown.join(filed, filed.c.product_id == Broadcast.product_id).where(
        or_(
            Product.name.contains(sought, autoescape=True),
            Product.store_name.contains(sought, autoescape=True),
        )
    )
