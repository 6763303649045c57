"""/api/kok/product: what a product's own page shows."""

from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import kok, stock
from server.auth import Caller
from server.endpoint import endpoint
from server.noting import note
from server.public import shared
from server.routes.kok import PUBLIC_SECONDS, TAGS
from server.routes.views import Id, Page
from server.state import State

# How long other caches may keep what tells a price and how many are left.
INFO_SECONDS: Final = 1
REVIEWS_MAX: Final = 500


class ProductInfo(BaseModel):
    """A product; ``stock`` is what its channel tells, too."""

    kok_product_id: int
    kok_product_name: str
    kok_store_name: str
    kok_thumbnail: str
    kok_product_price: int
    kok_discount_rate: int
    kok_discounted_price: int
    kok_review_cnt: int
    is_liked: bool
    stock: stock.ProductView


class Picture(BaseModel):
    kok_img_id: int
    kok_product_id: int
    kok_img_url: str


class Tabs(BaseModel):
    images: list[Picture]


class ReviewsQuery(Page):
    """Everything at once, unless less is asked for."""

    size: int = Field(REVIEWS_MAX, ge=1, le=REVIEWS_MAX)


class Stats(BaseModel):
    """What all buyers said together; ratios in percent."""

    kok_review_score: float
    kok_review_cnt: int
    kok_5_ratio: int
    kok_4_ratio: int
    kok_3_ratio: int
    kok_2_ratio: int
    kok_1_ratio: int
    kok_aspect_price: str
    kok_aspect_price_ratio: int
    kok_aspect_delivery: str
    kok_aspect_delivery_ratio: int
    kok_aspect_taste: str
    kok_aspect_taste_ratio: int


class Review(BaseModel):
    """What one buyer wrote; ``kok_review_user`` is what the web client calls the nickname."""

    kok_review_id: int
    kok_product_id: int
    kok_nickname: str
    kok_review_user: str
    kok_review_date: str
    kok_review_score: int
    kok_price_eval: str
    kok_delivery_eval: str
    kok_taste_eval: str
    kok_review_text: str


class Reviews(BaseModel):
    stats: Stats
    reviews: list[Review]
    next_cursor: str | None


class Seller(BaseModel):
    kok_co_ceo: str
    kok_co_reg_no: str
    kok_co_ec_reg: str
    kok_tell: str
    kok_ver_item: str
    kok_ver_date: str
    kok_co_addr: str
    kok_return_addr: str


class Detail(BaseModel):
    kok_detail_col: str
    kok_detail_val: str


class SellerDetails(BaseModel):
    seller_info: Seller
    detail_info: list[Detail]


@endpoint(
    errors=(404,), auth="optional", tags=TAGS, public_seconds=INFO_SECONDS, answers=ProductInfo
)
async def info(
    request: Request[State], *, kok_product_id: Id, caller: Caller | None
) -> ProductInfo | Response:
    """Return a product with its present price and stock, and whether the caller likes it."""
    db, names = request.state["db"], _names(kok_product_id)

    async def read() -> ProductInfo:
        async with db.reads() as session:
            return _info(*await kok.product_info(session, kok_product_id))

    if caller is None:
        key = ("kok.info", kok_product_id)
        return await shared(request, key, read, names=names, seconds=INFO_SECONDS)
    found = await request.state["cache"].get(("kok.product", kok_product_id), read, names=names)
    async with db.reads() as session:
        liked = await kok.is_liked(session, kok_product_id, by=caller.user_id)
    _note(request, "kok_product_info_view", caller, kok_product_id=kok_product_id)
    return found.model_copy(update={"is_liked": liked})


@endpoint(errors=(404,), auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS)
async def tabs(request: Request[State], *, kok_product_id: Id, caller: Caller | None) -> Tabs:
    """Return the pictures that describe a product."""
    async with request.state["db"].reads() as session:
        found = await kok.pictures(session, kok_product_id)
    seen = {"kok_product_id": kok_product_id, "tab_count": len(found)}
    _note(request, "kok_product_tabs_view", caller, **seen)
    return Tabs(
        images=[
            Picture(kok_img_id=each.id, kok_product_id=kok_product_id, kok_img_url=each.img_url)
            for each in found
        ]
    )


@endpoint(errors=(404,), auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=Reviews)
async def reviews(
    request: Request[State], *, kok_product_id: Id, query: ReviewsQuery, caller: Caller | None
) -> Response:
    """Return what buyers said together, and what each wrote, newest first."""

    async def read() -> Reviews:
        async with request.state["db"].reads() as session:
            stats, part = await kok.reviews(session, kok_product_id, window=query.window())
        written = [_review(kok_product_id, each) for each in part.rows]
        return Reviews(stats=_stats(stats), reviews=written, next_cursor=part.next_cursor)

    key = ("kok.reviews", kok_product_id, query.page, query.size, query.cursor)
    names = _names(kok_product_id)
    answer = await shared(request, key, read, names=names, seconds=PUBLIC_SECONDS)
    _note(request, "kok_product_reviews_view", caller, kok_product_id=kok_product_id)
    return answer


@endpoint(errors=(404,), auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS)
async def seller_details(
    request: Request[State], *, kok_product_id: Id, caller: Caller | None
) -> SellerDetails:
    """Return who sells a product, and its table of information."""
    async with request.state["db"].reads() as session:
        seller, details = await kok.seller_details(session, kok_product_id)
    _note(request, "kok_product_details_view", caller, kok_product_id=kok_product_id)
    return SellerDetails(
        seller_info=Seller(**seller.model_dump(include=set(Seller.model_fields))),
        detail_info=[Detail(**each.model_dump()) for each in details],
    )


def _names(kok_product_id: int) -> tuple[str, ...]:
    """Return what the facts that change the product are known by."""
    return (f"product/kok-{kok_product_id}",)


def _note(request: Request[State], event: str, caller: Caller | None, **seen: int) -> None:
    if caller is not None:
        note(request, event, seen, user_id=caller.user_id)


def _info(found: kok.Info, left: stock.ProductView) -> ProductInfo:
    return ProductInfo(
        kok_product_id=found.kok_product_id,
        kok_product_name=found.name,
        kok_store_name=found.store_name,
        kok_thumbnail=found.image,
        kok_product_price=found.price,
        kok_discount_rate=found.discount_rate,
        kok_discounted_price=left.dc_price,
        kok_review_cnt=found.review_cnt,
        is_liked=False,
        stock=left,
    )


def _stats(of: kok.ReviewStats) -> Stats:
    return Stats(
        kok_review_score=of.review_score,
        kok_review_cnt=of.review_cnt,
        kok_5_ratio=of.ratio_5,
        kok_4_ratio=of.ratio_4,
        kok_3_ratio=of.ratio_3,
        kok_2_ratio=of.ratio_2,
        kok_1_ratio=of.ratio_1,
        kok_aspect_price=of.aspect_price,
        kok_aspect_price_ratio=of.aspect_price_ratio,
        kok_aspect_delivery=of.aspect_delivery,
        kok_aspect_delivery_ratio=of.aspect_delivery_ratio,
        kok_aspect_taste=of.aspect_taste,
        kok_aspect_taste_ratio=of.aspect_taste_ratio,
    )


def _review(kok_product_id: int, each: kok.Written) -> Review:
    return Review(
        kok_review_id=each.id,
        kok_product_id=kok_product_id,
        kok_nickname=each.nickname,
        kok_review_user=each.nickname,
        kok_review_date=each.date,
        kok_review_score=each.score,
        kok_price_eval=each.price_eval,
        kok_delivery_eval=each.delivery_eval,
        kok_taste_eval=each.taste_eval,
        kok_review_text=each.text,
    )


PRODUCT: Final = "/api/kok/product/{kok_product_id}"

routes = [
    Route(f"{PRODUCT}/info", info),
    Route(f"{PRODUCT}/tabs", tabs),
    Route(f"{PRODUCT}/reviews", reviews),
    Route(f"{PRODUCT}/seller-details", seller_details),
]
