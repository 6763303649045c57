"""Food by words in its name and when it is shown, for whoever looks for what goes with what."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, cast

from sqlalchemy import Select, bindparam, case, func, select

from domain.homeshopping.models import Broadcast, Product, ProductGram
from domain.homeshopping.states import CANCELLED, LIVE, SCHEDULED
from domain.kernel import Session, Texts, closing_gram, filed_under_any, folded

# Core's columns: an entity's attributes cost more on every read.
P: Final = Product.__table__.c
B: Final = Broadcast.__table__.c


class Goods(Protocol):
    """A product as recommendations show it; prices in KRW, the rate in percent."""

    product_id: int
    name: str
    store_name: str
    image: str
    sale_price: int
    dc_rate: int
    dc_price: int


class Called(Protocol):
    """What a product is called, and whether one cooks with it."""

    product_id: int
    name: str
    is_ingredient: bool


class Showing(Protocol):
    """When and where a product is shown."""

    live_id: int
    homeshopping_id: int
    starts_at: datetime
    ends_at: datetime


def _filed() -> Select[Any]:
    filed = filed_under_any(ProductGram.__table__).subquery()
    goods = select(*(P[name] for name in Goods.__annotations__))
    goods = goods.where(P.is_food, P.sold_out.is_(False))
    found = goods.join_from(filed, Product.__table__, filed.c.product_id == P.product_id)
    # From what is filed to the products, never the other way round.
    for dialect in ("mysql", "mariadb"):
        found = found.prefix_with("STRAIGHT_JOIN", dialect=dialect)
    return found


def _first_showings() -> Select[Any]:
    state = case((B.status == LIVE, 0), (B.status == SCHEDULED, 1), else_=2)
    soonest = case((B.status == SCHEDULED, B.starts_at))
    order = (state, soonest, B.starts_at.desc(), B.live_id)
    place = func.row_number().over(partition_by=B.product_id, order_by=order).label("place")
    columns = (B.product_id, B.live_id, B.homeshopping_id, B.starts_at, B.ends_at)
    of_them = select(*columns, place).where(
        B.product_id.in_(bindparam("ids", expanding=True)), B.status != CANCELLED
    )
    ranked = of_them.subquery()
    return select(*(ranked.c[column.name] for column in columns)).where(ranked.c.place == 1)


_FILED: Final = _filed()
_INGREDIENTS: Final = _FILED.where(P.is_ingredient)
_SHOWINGS: Final = _first_showings()
_CALLED: Final = (
    select(*(P[name] for name in Called.__annotations__))
    .where(P.product_id.in_(bindparam("ids", expanding=True)))
    .order_by(P.product_id)
)


async def named_like(
    session: Session, words: Collection[str], *, ingredients_only: bool, limit: int
) -> Sequence[Goods]:
    """Return the food whose name contains one of the words, the cheaper first; none sold out.

    Blank words find nothing.
    """
    sought = {word for word in map(folded, words) if word}
    if not sought:
        return ()
    # One gram a word leads to few enough products, whose names are then read.
    grams = {"grams": sorted(map(closing_gram, sought))}
    filed = (await session.execute(_INGREDIENTS if ingredients_only else _FILED, grams)).all()
    named = [filed[n] for n in Texts(folded(each.name) for each in filed).having(sought)]
    named.sort(key=lambda each: (each.sale_price, each.product_id))
    return cast("Sequence[Goods]", named[:limit])


async def called(session: Session, product_ids: Collection[int]) -> Sequence[Called]:
    """Return the names of the products there are among these, by id."""
    found = await session.execute(_CALLED, {"ids": list(product_ids)})
    return cast("Sequence[Called]", found.all())


async def showings(session: Session, product_ids: Collection[int]) -> Mapping[int, Showing]:
    """Return when each product is shown: now, else next, else lately; never what was called off."""
    found = await session.execute(_SHOWINGS, {"ids": list(product_ids)})
    return {row.product_id: cast("Showing", row) for row in found}
