"""Products of the broadcasts, whenever they are shown: by their ids, or by a part of their name."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Final, Protocol, cast

from sqlalchemy import bindparam, func, or_, select

from domain.homeshopping.lookup import Goods, P
from domain.homeshopping.models import Product, ProductGram
from domain.kernel import (
    BigId,
    Counted,
    Key,
    Keyset,
    Session,
    Slice,
    Window,
    as_grams,
    containing,
    filed_under,
    folded,
    like,
    rarest,
)

PRODUCTS: Final = Product.__table__


class Offer(Goods, Protocol):
    """A product as recommendations show it, whether it is food, and whether it is sold out."""

    is_food: bool
    sold_out: bool


_OFFER: Final = (*(P[name] for name in Goods.__annotations__), P.is_food, P.sold_out)
_OFFERS: Final = select(*_OFFER).where(
    P.product_id.in_(bindparam("ids", expanding=True, type_=BigId))
)
_NEWEST: Final = Keyset((Key(P.product_id, "product_id", descending=True),))


async def offers(session: Session, product_ids: Collection[int]) -> Mapping[int, Offer]:
    """Return the products there are among these, by id: one statement."""
    found = await session.execute(_OFFERS, {"ids": list(product_ids)})
    return {row.product_id: cast("Offer", row) for row in found}


async def search_products(
    session: Session, keyword: str, *, window: Window
) -> tuple[Slice[Offer], int]:
    """Return a part of the products whose name or store contains the keyword, and their number.

    The newest id comes first; a blank keyword finds nothing. Raises CursorInvalid.
    """
    grams = rarest(keyword)
    if not grams:
        return Slice((), None), 0
    given = as_grams(grams) | {"sought": containing(folded(keyword))}
    return await _NEWEST.counted(session, _named(len(grams)), window, given=given)


@cache
def _named(grams: int) -> Counted:
    """Return the statement of the products that contain :sought."""
    filed = filed_under(ProductGram.__table__, grams).subquery()
    within = or_(like(P.name, "sought"), like(P.store_name, "sought"))
    # Counted while there are only their ids: what is sorted to be counted had better be narrow.
    ids = (
        select(P.product_id, func.count().over().label("total"))
        .select_from(filed.join(PRODUCTS, P.product_id == filed.c.product_id))
        .where(within)
        .subquery()
    )
    listed = select(*_OFFER, ids.c.total).join_from(ids, PRODUCTS, ids.c.product_id == P.product_id)
    return Counted(listed, select(func.count()).select_from(ids))
