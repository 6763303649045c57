"""Products by words in their names, for whoever looks for what goes with what."""

from collections.abc import Collection, Sequence
from typing import Final, Protocol, cast

from sqlalchemy import select

from domain.kernel import Session, closing_gram, folded
from domain.kok.listings import CARD, Card, P
from domain.kok.models import KokGram, KokProduct

F: Final = KokGram.__table__.c


class Called(Protocol):
    """What a product is called, and whether one cooks with it."""

    kok_product_id: int
    name: str
    is_ingredient: bool


async def named_like(
    session: Session, words: Collection[str], *, ingredients_only: bool, limit: int
) -> Sequence[Card]:
    """Return the products whose name contains one of the words, those with most of them first.

    Alike, the one with more reviews comes first. Blank words find nothing.
    """
    sought = {word for word in map(folded, words) if word}
    if not sought:
        return ()
    # One gram a word leads to few enough products, whose names are then read.
    wanted = {closing_gram(word) for word in sought}
    filed = select(F.kok_product_id).where(F.gram.in_(wanted)).distinct().subquery()
    found = select(*CARD).join_from(filed, KokProduct, filed.c.kok_product_id == P.kok_product_id)
    # From what is filed to the products, never the other way round.
    for dialect in ("mysql", "mariadb"):
        found = found.prefix_with("STRAIGHT_JOIN", dialect=dialect)
    if ingredients_only:
        found = found.where(P.is_ingredient)
    cards = cast("Sequence[Card]", (await session.execute(found)).all())
    hits = {card: _hits(card.name, sought) for card in cards}
    named = [card for card in cards if hits[card]]
    named.sort(key=lambda card: (-hits[card], -card.review_cnt, card.kok_product_id))
    return named[:limit]


async def called(session: Session, kok_product_ids: Collection[int]) -> Sequence[Called]:
    """Return the names of the products there are among these, by id."""
    columns = (P[name] for name in Called.__annotations__)
    named = select(*columns).where(P.kok_product_id.in_(kok_product_ids))
    found = await session.execute(named.order_by(P.kok_product_id))
    return cast("Sequence[Called]", found.all())


def _hits(name: str, words: Collection[str]) -> int:
    text = folded(name)
    return sum(word in text for word in words)
