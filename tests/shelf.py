"""Products of the always-open shop, each as a test wants it."""

from datetime import datetime
from typing import Any

from domain import kok
from domain.kernel import Database
from tests.shop import NOON


def a_kok(kok_product_id: int, name: str = "두부", **changes: Any) -> kok.NewKokProduct:
    """Return a product; ``changes`` may also be its reviews' count and score."""
    stats = {key: changes.pop(key) for key in ("review_cnt", "review_score") if key in changes}
    wanted = {
        "store_name": "콩마을",
        "image": "/api/media/kok",
        "price": 10_000,
        "discount_rate": 20,
        "discounted_price": 8_000,
        "stock": 10,
        "stats": kok.ReviewStats(**stats),
    }
    return kok.NewKokProduct(kok_product_id=kok_product_id, name=name, **(wanted | changes))


async def shelve(db: Database, *products: kok.NewKokProduct, now: datetime = NOON) -> None:
    """Take these products into the shop."""
    async with db.sessions.begin() as session:
        for product in products:
            await kok.add_product(session, product, now=now)
