"""Products by words in their names, for whoever looks for what goes with what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from sqlalchemy import Integer, Select, Table, bindparam, literal, select, union_all

from domain.kernel import BigId, Session, Texts, UserId, closing_gram, filed_under_any, folded
from domain.kok.listings import CARD, Card, P
from domain.kok.models import CARTS, LIKES, PRODUCTS, KokGram


class Called(Protocol):
    """What a product is called, and whether one cooks with it."""

    kok_product_id: int
    name: str
    is_ingredient: bool


@dataclass(frozen=True, slots=True)
class WantedNames:
    """What the products are called that somebody likes and has in the cart, the newest first."""

    liked: Sequence[str]
    in_cart: Sequence[str]


def _newest(table: Table, number: str) -> Select[Any]:
    whose = literal(table.name).label("whose")
    newest = select(P.name, table.c.created_at, table.c[number].label("number"), whose)
    newest = newest.join_from(table, PRODUCTS, P.kok_product_id == table.c.kok_product_id)
    newest = newest.where(table.c.user_id == bindparam("by", type_=BigId))
    newest = newest.order_by(table.c.created_at.desc(), table.c[number].desc())
    # SQLite orders and limits a part of a union only within parentheses of its own.
    return select(newest.limit(bindparam("limit", type_=Integer)).subquery())


def _filed() -> Select[Any]:
    filed = filed_under_any(KokGram.__table__).subquery()
    found = select(*CARD).join_from(filed, PRODUCTS, filed.c.kok_product_id == P.kok_product_id)
    # From what is filed to the products, never the other way round.
    for dialect in ("mysql", "mariadb"):
        found = found.prefix_with("STRAIGHT_JOIN", dialect=dialect)
    return found


_FILED: Final = _filed()
_INGREDIENTS: Final = _FILED.where(P.is_ingredient)
_CALLED: Final = (
    select(*(P[name] for name in Called.__annotations__))
    .where(P.kok_product_id.in_(bindparam("ids", expanding=True)))
    .order_by(P.kok_product_id)
)
# Both lists in one round trip.
_WANTED: Final = union_all(_newest(LIKES, "id"), _newest(CARTS, "cart_id"))


async def named_like(
    session: Session, words: Collection[str], *, ingredients_only: bool, limit: int
) -> Sequence[Card]:
    """Return the products whose name contains one of the words, those with more reviews first.

    Blank words find nothing.
    """
    sought = {word for word in map(folded, words) if word}
    if not sought:
        return ()
    # One gram a word leads to few enough products, whose names are then read.
    grams = {"grams": sorted(map(closing_gram, sought))}
    filed = (await session.execute(_INGREDIENTS if ingredients_only else _FILED, grams)).all()
    named = [filed[n] for n in Texts(folded(card.name) for card in filed).having(sought)]
    named.sort(key=lambda card: (-card.review_cnt, card.kok_product_id))
    return cast("Sequence[Card]", named[:limit])


async def called(session: Session, kok_product_ids: Collection[int]) -> Sequence[Called]:
    """Return the names of the products there are among these, by id."""
    found = await session.execute(_CALLED, {"ids": list(kok_product_ids)})
    return cast("Sequence[Called]", found.all())


async def wanted_names(session: Session, *, by: UserId, limit: int) -> WantedNames:
    """Return what the user likes and has in the cart, so many of each at most."""
    rows = (await session.execute(_WANTED, {"by": by, "limit": limit})).all()
    rows = sorted(rows, key=lambda row: (row.created_at, row.number), reverse=True)
    return WantedNames(
        liked=[row.name for row in rows if row.whose == LIKES.name],
        in_cart=[row.name for row in rows if row.whose == CARTS.name],
    )
