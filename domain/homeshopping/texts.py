"""What products say of themselves, for whoever makes them findable: many at a time."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Integer, bindparam, select

from domain.homeshopping.models import Product
from domain.kernel import BigId, Session


class ProductText(NamedTuple):
    """A product in words; only ``is_food`` goes with recipes."""

    product_id: int
    name: str
    store_name: str
    is_food: bool


_P: Final = Product.__table__.c
_TEXTS: Final = select(*(_P[name] for name in ProductText._fields)).where(
    _P.product_id.in_(bindparam("ids", expanding=True, type_=BigId))
)
_AFTER: Final = (
    select(_P.product_id)
    .where(_P.product_id > bindparam("last", type_=BigId))
    .order_by(_P.product_id)
    .limit(bindparam("most", type_=Integer))
)


async def product_texts(session: Session, product_ids: Collection[int]) -> Sequence[ProductText]:
    """Return the words of the products there are among these, in no order."""
    found = await session.execute(_TEXTS, {"ids": list(product_ids)})
    return [ProductText._make(row) for row in found]


async def product_ids_after(session: Session, last: int, *, limit: int) -> Sequence[int]:
    """Return the next ids after that one, in order."""
    return (await session.scalars(_AFTER, {"last": last, "most": limit})).all()
