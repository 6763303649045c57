"""A product's price and stock, and who is told when they change.

The shelf's row is locked first, then the product's broadcasts in ``live_id`` order, so that each
topic hears changes in the order in which they happened.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, insert, literal, select, update

from domain import stock
from domain.homeshopping.broadcasts import lock_showing
from domain.homeshopping.errors import ProductNotFound
from domain.homeshopping.events import HomeshoppingProductChanged
from domain.homeshopping.models import (
    Broadcast,
    Channel,
    Product,
    ProductDetail,
    ProductGram,
    ProductPicture,
)
from domain.homeshopping.schemas import NewChannel, NewProduct
from domain.kernel import OrderId, Session, Sku, business_day, day_bounds, emit, grams

PRODUCTS: Final = Product.__table__
_SHELF: Final = stock.StockRow.__table__
_PRICED: Final = ("product_id", "name", "image", "sale_price", "dc_rate", "dc_price", "sold_out")
_OFFERED: Final[Select[Any]] = (
    select(
        *(PRODUCTS.c[name] for name in _PRICED),
        _SHELF.c.sku,
        (_SHELF.c.on_hand - _SHELF.c.reserved).label("available"),
        _SHELF.c.version,
    )
    .join_from(PRODUCTS, _SHELF, _SHELF.c.sku == literal("hs-").concat(PRODUCTS.c.product_id))
    .where(PRODUCTS.c.product_id.in_(bindparam("numbers", expanding=True)))
    .order_by(_SHELF.c.sku)
)
_MARK: Final = (
    update(Product)
    .where(Product.product_id == bindparam("number"))
    .values(sold_out=bindparam("gone"))
    .execution_options(synchronize_session=False)
)


async def add_channel(session: Session, new: NewChannel) -> None:
    """Take a home-shopping channel into the programme."""
    session.add(Channel(**new.model_dump()))


async def add_product(session: Session, new: NewProduct, *, now: datetime) -> None:
    """Take a product into the shop, put it on the shelf and file it where searches find it."""
    product = Product(
        **new.model_dump(exclude={"stock", "details", "images"}), sold_out=new.stock == 0
    )
    session.add(product)
    await session.flush()
    session.add_all(
        ProductDetail(product_id=new.product_id, **detail.model_dump()) for detail in new.details
    )
    session.add_all(
        ProductPicture(product_id=new.product_id, sort_order=order, img_url=url)
        for order, url in enumerate(new.images)
    )
    filed = sorted(grams(new.name, new.store_name))
    rows = [{"gram": gram, "product_id": new.product_id} for gram in filed]
    await session.execute(insert(ProductGram), rows)
    await stock.stock_up(session, product.sku, new.stock, now=now)
    emit(session, HomeshoppingProductChanged(at=now, product_id=new.product_id))


async def is_ingredient(session: Session, number: int) -> bool:
    """Tell whether the product is something to cook with; an unknown one is not.

    Where no product has the number, the product of the broadcast with that ``live_id`` is meant.
    """
    of_product = select(Product.is_ingredient)
    found = await session.scalar(of_product.where(Product.product_id == number))
    if found is None:
        shown = of_product.join(Broadcast, Broadcast.product_id == Product.product_id)
        found = await session.scalar(shown.where(Broadcast.live_id == number))
    return bool(found)


async def get_product(session: Session, product_id: int) -> Product:
    """Return the product. Raises ProductNotFound."""
    product = await session.get(Product, product_id)
    if product is None:
        raise ProductNotFound
    return product


async def product_view(session: Session, product_id: int) -> stock.ProductView:
    """Return the product's price and stock. Raises ProductNotFound."""
    product = await get_product(session, product_id)
    (level,) = await stock.levels(session, [product.sku])
    return _view(product, level)


async def change_price(
    session: Session, product_id: int, *, dc_rate: int, dc_price: int, now: datetime
) -> None:
    """Sell the product at another price from now on. Raises ProductNotFound."""
    product = await get_product(session, product_id)
    level = await stock.touch(session, product.sku)
    product.dc_rate, product.dc_price = dc_rate, dc_price
    emit(session, stock.ProductPriced(at=now, product=_view(product, level)))
    for broadcast in await lock_showing(session, product_id, since=_today(now)):
        emit(session, broadcast.retell_price(at=now))


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


async def restock(session: Session, product_id: int, change: int, *, now: datetime) -> None:
    """Correct the shelf by ``change``. Raises ProductNotFound, stock.SoldOut."""
    product = await get_product(session, product_id)
    await stock.adjust(session, product.sku, change, now=now)
    await _retell(session, [product.sku], now)


async def _retell(session: Session, skus: Iterable[Sku], now: datetime) -> None:
    ours = {"numbers": [int(sku.removeprefix("hs-")) for sku in skus]}
    for product in (await session.execute(_OFFERED, ours)).all():
        level = stock.Level(sku=product.sku, available=product.available, version=product.version)
        gone = level.available == 0
        emit(session, stock.ProductChanged(at=now, product=_view(product, level)))
        if product.sold_out != gone:
            await session.execute(_MARK, {"number": product.product_id, "gone": gone})
            for broadcast in await lock_showing(session, product.product_id, since=_today(now)):
                emit(session, broadcast.retell_stock(at=now))


def _view(product: Product | Row[Any], level: stock.Level) -> stock.ProductView:
    return stock.ProductView(
        kind="homeshopping",
        sku=level.sku,
        product_id=product.product_id,
        name=product.name,
        image=product.image,
        sale_price=product.sale_price,
        dc_rate=product.dc_rate,
        dc_price=product.dc_price,
        available=level.available,
        sold_out=level.available == 0,
        version=level.version,
    )


def _today(now: datetime) -> datetime:
    # The day's schedule shows ended broadcasts too, so they are told as well.
    return day_bounds(business_day(now))[0]
