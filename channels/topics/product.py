"""``product:<sku>``: everybody watches one product's price and stock."""

from datetime import timedelta
from typing import Final

from channels.topics import Topic, number
from domain import homeshopping, kok
from domain.kernel import NotFound, Session, UserId, View
from domain.stock import ProductView


class ProductSnapshot(View):
    """The product's price and stock."""

    product: ProductView


async def join(session: Session, name: str, listener: UserId | None) -> ProductSnapshot:
    """Admit everybody; a sku is ``hs-<product_id>`` or ``kok-<kok_product_id>``."""
    shop, _, number_part = name.partition("-")
    product_id = number(number_part)
    if shop == "hs":
        return ProductSnapshot(product=await homeshopping.product_view(session, product_id))
    if shop == "kok":
        return ProductSnapshot(product=await kok.product_view(session, product_id))
    raise NotFound


TOPIC: Final = Topic(
    prefix="product",
    history_size=1,
    history_ttl=timedelta(days=7),
    join=join,
    public=True,
)
