"""``product:<sku>``: everybody watches one product's price and stock."""

from datetime import timedelta
from typing import Any, Final

from channels.topics import Topic, number
from domain import homeshopping, kok
from domain.kernel import NotFound, Session, UserId


async def join(session: Session, name: str, listener: UserId | None) -> dict[str, Any]:
    """Admit everybody to ``hs-<product_id>`` and ``kok-<kok_product_id>``."""
    shop, _, number_part = name.partition("-")
    product_id = number(number_part)
    if shop == "hs":
        shown = await homeshopping.product_view(session, product_id)
        return {"product": shown.model_dump(mode="json")}
    if shop == "kok":
        sold = await kok.product_view(session, product_id)
        return {"product": sold.model_dump(mode="json")}
    raise NotFound


TOPIC: Final = Topic(prefix="product", history_size=1, history_ttl=timedelta(days=7), join=join)
