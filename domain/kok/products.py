"""The shop's products: taking them in, their price and stock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import bindparam, insert, literal, select

from domain import stock
from domain.kernel import OrderId, Session, Sku, emit, grams
from domain.kok.errors import KokProductNotFound
from domain.kok.events import KokProductChanged
from domain.kok.models import (
    PRODUCTS,
    KokDetail,
    KokGram,
    KokPicture,
    KokPrice,
    KokProduct,
    KokReviewRow,
)
from domain.kok.schemas import NewKokProduct


class Priced(Protocol):
    """A product, or a row of its columns, with what ``view_of`` tells."""

    kok_product_id: int
    name: str
    image: str
    price: int
    discount_rate: int
    discounted_price: int


PRICED: Final = tuple(PRODUCTS.c[name] for name in Priced.__annotations__)
_SHELF: Final = stock.StockRow.__table__
_OFFERED: Final = (
    select(
        *PRICED,
        _SHELF.c.sku,
        (_SHELF.c.on_hand - _SHELF.c.reserved).label("available"),
        _SHELF.c.version,
    )
    .join_from(PRODUCTS, _SHELF, _SHELF.c.sku == literal("kok-").concat(PRODUCTS.c.kok_product_id))
    .where(PRODUCTS.c.kok_product_id.in_(bindparam("numbers", expanding=True)))
    .order_by(_SHELF.c.sku)
)


async def add_product(session: Session, new: NewKokProduct, *, now: datetime) -> None:
    """Take a product into the shop, put it on the shelf and file it for searching."""
    parts = {"stock", "stats", "seller", "details", "images", "reviews"}
    product = KokProduct(
        **new.model_dump(exclude=parts), **new.stats.model_dump(), **new.seller.model_dump()
    )
    session.add(product)
    await session.flush()
    await _set_price(session, product, rate=new.discount_rate, price=new.discounted_price, now=now)
    of_product = {"kok_product_id": new.kok_product_id}
    filed = [{**of_product, "gram": gram} for gram in sorted(grams(new.name, new.store_name))]
    await session.execute(insert(KokGram), filed)
    session.add_all(KokDetail(**of_product, **each.model_dump()) for each in new.details)
    session.add_all(KokPicture(**of_product, img_url=url) for url in new.images)
    session.add_all(KokReviewRow(**of_product, **each.model_dump()) for each in new.reviews)
    await stock.stock_up(session, product.sku, new.stock, now=now)
    emit(session, KokProductChanged(at=now, kok_product_id=new.kok_product_id))


async def change_price(
    session: Session, kok_product_id: int, *, rate: int, price: int, now: datetime
) -> None:
    """Sell the product at another price from now on. Raises KokProductNotFound."""
    product = await get_product(session, kok_product_id)
    level = await stock.touch(session, product.sku)
    await _set_price(session, product, rate=rate, price=price, now=now)
    emit(session, stock.ProductPriced(at=now, product=view_of(product, level)))


async def get_product(session: Session, kok_product_id: int) -> KokProduct:
    """Return the product. Raises KokProductNotFound."""
    product = await session.get(KokProduct, kok_product_id)
    if product is None:
        raise KokProductNotFound
    return product


async def reserve(
    session: Session, wanted: Mapping[Sku, int], *, order_id: OrderId, now: datetime
) -> None:
    """Promise products to the order and tell everybody what is left. Raises stock.SoldOut."""
    await stock.reserve(session, wanted, order_id=order_id, now=now)
    await _retell(session, wanted, now)


async def release(
    session: Session, held: Mapping[Sku, int], *, order_id: OrderId, now: datetime
) -> None:
    """Take promised products back and tell everybody."""
    await stock.release(session, held, order_id=order_id, now=now)
    await _retell(session, held, now)


async def _retell(session: Session, skus: Iterable[Sku], now: datetime) -> None:
    ours = {"numbers": [int(sku.removeprefix("kok-")) for sku in skus]}
    for row in await session.execute(_OFFERED, ours):
        level = stock.Level(sku=row.sku, available=row.available, version=row.version)
        emit(session, stock.ProductChanged(at=now, product=view_of(row, level)))


async def _set_price(
    session: Session, product: KokProduct, *, rate: int, price: int, now: datetime
) -> None:
    row = KokPrice(
        kok_product_id=product.kok_product_id,
        discount_rate=rate,
        discounted_price=price,
        since=now,
    )
    session.add(row)
    await session.flush()
    product.price_id, product.discount_rate, product.discounted_price = row.price_id, rate, price


def view_of(product: Priced, level: stock.Level) -> stock.ProductView:
    """Return what everybody may know of the product and what is left of it."""
    return stock.ProductView(
        kind="kok",
        sku=level.sku,
        product_id=product.kok_product_id,
        name=product.name,
        image=product.image,
        sale_price=product.price,
        dc_rate=product.discount_rate,
        dc_price=product.discounted_price or product.price,
        available=level.available,
        sold_out=level.available == 0,
        version=level.version,
    )
