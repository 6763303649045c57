"""Products by words in their names, for whoever looks for what goes with what."""

from collections.abc import Collection, Sequence
from typing import Any, Final, Protocol, cast

from sqlalchemy import Select, bindparam, select

from domain.kernel import Session, Texts, closing_gram, filed_under_any, folded
from domain.kok.listings import CARD, Card, P
from domain.kok.models import PRODUCTS, KokGram


class Called(Protocol):
    """What a product is called, and whether one cooks with it."""

    kok_product_id: int
    name: str
    is_ingredient: bool


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
