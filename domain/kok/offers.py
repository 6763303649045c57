"""Products as lists show them, with whether any is left, for whoever found their ids elsewhere."""

from collections.abc import Collection, Mapping
from typing import Final, Protocol, cast

from sqlalchemy import bindparam, literal, select

from domain import stock
from domain.kernel import BigId, Session
from domain.kok.listings import CARD, Card, P
from domain.kok.models import PRODUCTS

_SHELF: Final = stock.StockRow.__table__
_OFFERS: Final = (
    select(*CARD, (_SHELF.c.on_hand <= _SHELF.c.reserved).label("sold_out"))
    .join_from(PRODUCTS, _SHELF, _SHELF.c.sku == literal("kok-").concat(P.kok_product_id))
    .where(P.kok_product_id.in_(bindparam("ids", expanding=True, type_=BigId)))
)


class Offer(Card, Protocol):
    """A product's card, and whether every one of it is promised."""

    sold_out: bool


async def offers(session: Session, kok_product_ids: Collection[int]) -> Mapping[int, Offer]:
    """Return the products there are among these, by id: one statement."""
    found = await session.execute(_OFFERS, {"ids": list(kok_product_ids)})
    return {row.kok_product_id: cast("Offer", row) for row in found}
