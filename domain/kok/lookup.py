"""Products by words in their names, for whoever looks for what goes with what."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol, cast

from sqlalchemy import Select, case, or_, select, union

from domain.kernel import Session, folded, wanted_grams
from domain.kok.listings import CARD, Card, P
from domain.kok.searches import GRAMS_MAX, PLACES


class Called(Protocol):
    """What a product is called, and whether one cooks with it."""

    kok_product_id: int
    name: str
    is_ingredient: bool


async def named_like(
    session: Session, words: Sequence[str], *, ingredients_only: bool, limit: int
) -> Sequence[Card]:
    """Return the products whose name contains one of the words, those with most of them first.

    Alike, the one with more reviews comes first. Blank words find nothing.
    """
    sought = list(dict.fromkeys(word for word in map(folded, words) if word))
    if not sought:
        return ()
    filed = union(*map(_filed, sought)).subquery()
    named = [P.name.contains(word, autoescape=True) for word in sought]
    hits = sum((case((one, 1), else_=0) for one in named[1:]), case((named[0], 1), else_=0))
    found = select(*CARD).join(filed, filed.c.kok_product_id == P.kok_product_id).where(or_(*named))
    if ingredients_only:
        found = found.where(P.is_ingredient)
    ordered = found.order_by(hits.desc(), P.review_cnt.desc(), P.kok_product_id).limit(limit)
    return cast("Sequence[Card]", (await session.execute(ordered)).all())


async def called(session: Session, kok_product_ids: Collection[int]) -> Sequence[Called]:
    """Return the names of the products there are among these, by id."""
    columns = (P[name] for name in Called.__annotations__)
    named = select(*columns).where(P.kok_product_id.in_(kok_product_ids))
    found = await session.execute(named.order_by(P.kok_product_id))
    return cast("Sequence[Called]", found.all())


def _filed(word: str) -> Select[Any]:
    wanted = sorted(wanted_grams(word), key=lambda gram: (-len(gram), gram))[:GRAMS_MAX]
    this = PLACES[0].c.kok_product_id
    ids = select(this)
    for gram, place in zip(wanted, PLACES, strict=False):
        ids = ids.where(place.c.gram == gram, place.c.kok_product_id == this)
    return ids
