"""Lists of product cards: the deepest discounts, what sells best, the best of some stores."""

from collections.abc import Collection, Sequence
from typing import Any, Final, Protocol, cast

from sqlalchemy import ColumnElement, select

from domain.kernel import Key, Keyset, Session, Slice, Window
from domain.kok.models import PRODUCTS


class Card(Protocol):
    """A product as lists show it; prices in KRW, the rate in percent, the score of 5."""

    kok_product_id: int
    name: str
    store_name: str
    image: str
    price: int
    discount_rate: int
    discounted_price: int
    review_cnt: int
    review_score: float


P: Final = PRODUCTS.c
CARD: Final = tuple(P[name] for name in Card.__annotations__)

_ID: Final = Key(P.kok_product_id, "kok_product_id", descending=True)
_RATE: Final = Key(P.discount_rate, "discount_rate", descending=True)
_COUNT: Final = Key(P.review_cnt, "review_cnt", descending=True)
_SCORE: Final = Key(P.review_score, "review_score", descending=True)

DEEPEST: Final = Keyset((_RATE, _ID))
MOST_REVIEWED: Final = Keyset((_COUNT, _SCORE, _ID))
BEST_RATED: Final = Keyset((_SCORE, _COUNT, _ID))


async def discounted(session: Session, *, window: Window) -> Slice[Card]:
    """Return a part of the discounted products, the deepest discount first.

    Raises CursorInvalid.
    """
    return await DEEPEST.rows(session, select(*CARD).where(P.discount_rate > 0), window)


async def top_selling(session: Session, *, by_rating: bool, window: Window) -> Slice[Card]:
    """Return a part of the reviewed products, by how many reviews or how good ones they have.

    Raises CursorInvalid.
    """
    reviewed = select(*CARD).where(P.review_cnt > 0)
    if by_rating:
        return await BEST_RATED.rows(session, reviewed.where(P.review_score > 0), window)
    return await MOST_REVIEWED.rows(session, reviewed, window)


async def best_of_stores(
    session: Session, *, bought: Collection[int] | None, by_rating: bool, limit: int
) -> Sequence[Card]:
    """Return the best products of the stores that sell the ``bought`` ones; None is every store."""
    best = select(*CARD)
    if bought is not None:
        sold = P.kok_product_id.in_(bought)
        stores = (await session.scalars(select(P.store_name).where(sold).distinct())).all()
        best = best.where(P.store_name.in_(stores))
    order: list[ColumnElement[Any]] = [
        key.order() for key in (BEST_RATED if by_rating else MOST_REVIEWED).keys
    ]
    found = await session.execute(best.order_by(*order).limit(limit))
    return cast("Sequence[Card]", found.all())
