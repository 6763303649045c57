"""What products say of themselves, for whoever makes them findable: many at a time."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Integer, bindparam, select

from domain.kernel import BigId, Session
from domain.kok.models import PRODUCTS


class KokText(NamedTuple):
    """A product in words, and what its buyers made of it."""

    kok_product_id: int
    name: str
    store_name: str
    review_cnt: int
    review_score: float


_P: Final = PRODUCTS.c
_TEXTS: Final = select(*(_P[name] for name in KokText._fields)).where(
    _P.kok_product_id.in_(bindparam("ids", expanding=True, type_=BigId))
)
_AFTER: Final = (
    select(_P.kok_product_id)
    .where(_P.kok_product_id > bindparam("last", type_=BigId))
    .order_by(_P.kok_product_id)
    .limit(bindparam("most", type_=Integer))
)


async def product_texts(session: Session, kok_product_ids: Collection[int]) -> Sequence[KokText]:
    """Return the words of the products there are among these, in no order."""
    found = await session.execute(_TEXTS, {"ids": list(kok_product_ids)})
    return [KokText._make(row) for row in found]


async def product_ids_after(session: Session, last: int, *, limit: int) -> Sequence[int]:
    """Return the next ids after that one, in order."""
    return (await session.scalars(_AFTER, {"last": last, "most": limit})).all()
