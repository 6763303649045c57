"""What a product's own page shows: its price and stock, pictures, reviews, and who sells it."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Row, select

from domain import stock
from domain.kernel import Key, Keyset, Session, Sku, Slice, Window
from domain.kok.errors import KokProductNotFound
from domain.kok.models import PRODUCTS, REVIEWS, KokDetail, KokPicture
from domain.kok.products import PRICED, Priced, view_of
from domain.kok.schemas import KokDetailInfo, ReviewStats, SellerInfo

NEWEST: Final = Keyset(
    (Key(REVIEWS.c.date, "date", descending=True), Key(REVIEWS.c.id, "id", descending=True))
)


class Info(Priced, Protocol):
    """What the head of the page shows besides its price."""

    store_name: str
    review_cnt: int


class Written(Protocol):
    """One review: what ``KokReview`` tells, and its id."""

    id: int
    nickname: str
    score: int
    date: str
    text: str
    price_eval: str
    delivery_eval: str
    taste_eval: str


_INFO: Final = (*PRICED, *(PRODUCTS.c[name] for name in Info.__annotations__))
_REVIEW: Final = tuple(REVIEWS.c[name] for name in Written.__annotations__)
_STATS: Final = tuple(PRODUCTS.c[name] for name in ReviewStats.model_fields)
_SELLER: Final = tuple(PRODUCTS.c[name] for name in SellerInfo.model_fields)


async def product_info(session: Session, kok_product_id: int) -> tuple[Info, stock.ProductView]:
    """Return what the page's head shows, and the product's price and stock.

    Raises KokProductNotFound.
    """
    shelf, sku = stock.StockRow.__table__, Sku(f"kok-{kok_product_id}")
    left = (shelf.c.on_hand - shelf.c.reserved).label("available")
    on_shelf = select(*_INFO, left, shelf.c.version).join_from(PRODUCTS, shelf, shelf.c.sku == sku)
    this = on_shelf.where(PRODUCTS.c.kok_product_id == kok_product_id)
    found: Any = (await session.execute(this)).one_or_none()
    if found is None:
        raise KokProductNotFound
    level = stock.Level(sku=sku, available=found.available, version=found.version)
    return found, view_of(found, level)


async def product_view(session: Session, kok_product_id: int) -> stock.ProductView:
    """Return the product's price and stock. Raises KokProductNotFound."""
    return (await product_info(session, kok_product_id))[1]


async def pictures(session: Session, kok_product_id: int) -> Sequence[KokPicture]:
    """Return the product's pictures in their order. Raises KokProductNotFound."""
    of_product = select(KokPicture).where(KokPicture.kok_product_id == kok_product_id)
    found = (await session.scalars(of_product.order_by(KokPicture.id))).all()
    if not found:
        await _of_product(session, kok_product_id, PRODUCTS.c.kok_product_id)
    return found


async def reviews(
    session: Session, kok_product_id: int, *, window: Window
) -> tuple[ReviewStats, Slice[Written]]:
    """Return what all buyers said together and a part of what each wrote, newest first.

    Raises KokProductNotFound, CursorInvalid.
    """
    stats = ReviewStats.model_validate(await _of_product(session, kok_product_id, *_STATS))
    written = select(*_REVIEW).where(REVIEWS.c.kok_product_id == kok_product_id)
    return stats, await NEWEST.rows(session, written, window)


async def seller_details(
    session: Session, kok_product_id: int
) -> tuple[SellerInfo, Sequence[KokDetailInfo]]:
    """Return who sells the product and its table of information. Raises KokProductNotFound."""
    seller = SellerInfo.model_validate(await _of_product(session, kok_product_id, *_SELLER))
    table = select(KokDetail.kok_detail_col, KokDetail.kok_detail_val)
    of_product = table.where(KokDetail.kok_product_id == kok_product_id).order_by(KokDetail.id)
    details = (await session.execute(of_product)).all()
    return seller, [KokDetailInfo.model_validate(each) for each in details]


async def _of_product(session: Session, kok_product_id: int, *columns: Any) -> Row[Any]:  # noqa: ANN401 (columns of any type)
    wanted = select(*columns).where(PRODUCTS.c.kok_product_id == kok_product_id)
    found = (await session.execute(wanted)).one_or_none()
    if found is None:
        raise KokProductNotFound
    return found
