"""What goes with what: products of one shop for those of the other."""

from collections.abc import Sequence
from datetime import date, time
from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import kok, recommendation, user
from domain.kernel import Session, emit
from server.auth import Caller
from server.endpoint import endpoint
from server.language import Language, say, speaking
from server.noting import note
from server.public import shared
from server.routes.recommendation_reasons import Reason, filled_up
from server.routes.views import Id, Said, Slot
from server.state import State

TAGS: Final = ("recommendation",)
PUBLIC_SECONDS: Final = 5
# The facts that change what is like a product: a price, and somebody in charge who doubts it.
PRICED: Final = "product.priced"
ALIKE: Final = "recommended"


class KokProduct(BaseModel):
    kok_product_id: int
    kok_thumbnail: str | None
    kok_discount_rate: int | None
    kok_discounted_price: int | None
    kok_product_name: str | None
    kok_store_name: str | None
    reason: Reason


class KokProducts(BaseModel):
    products: list[KokProduct]


class BestQuery(BaseModel):
    k: int = Field(5, ge=1, le=20)


class ShownProduct(BaseModel):
    product_id: int
    product_name: str
    store_name: str | None
    sale_price: int | None
    dc_price: int | None
    dc_rate: int | None
    thumb_img_url: str
    live_date: date | None = None
    live_start_time: time | None = None
    live_end_time: time | None = None
    similarity_score: float | None = None
    reason: Reason


class AlgorithmInfo(BaseModel):
    """How it came about; every number is text, as it always was."""

    algorithm: str
    status: str
    search_terms: str
    source_products_count: str
    liked_products_count: str
    cart_products_count: str
    total_recommendations: str
    product_recommendations_count: str


class ForShopper(BaseModel):
    kok_product_id: int | None
    kok_product_name: str
    recommendations: list[ShownProduct]
    total_count: int
    algorithm_info: AlgorithmInfo
    product_recommendations: dict[str, list[ShownProduct]]


class InvalidateQuery(BaseModel):
    product_id: Id | None = None


class Invalidated(Said):
    deleted_count: int


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=KokProducts)
async def kok_recommend(
    request: Request[State], *, product_id: Id, caller: Caller | None
) -> Response:
    """Return up to five kok products like a product of the broadcasts; of an unknown one, none."""
    language = speaking(request)

    async def find(session: Session, near: Sequence[int]) -> recommendation.Likeness:
        return await recommendation.kok_like_shown(session, product_id, near=near)

    async def read() -> KokProducts:
        found = await filled_up(request.state, find, kind="kok")
        return KokProducts(products=[kok_product(each, language) for each in found.rows])

    # A product that sells out goes when the answer's age does: its shelf changes all the time.
    names = (PRICED, f"kok/{ALIKE}", f"kok/{ALIKE}/{product_id}")
    key = ("kok.recommended", product_id, language)  # it holds sentences
    return await shared(request, key, read, names=names, seconds=PUBLIC_SECONDS)


@endpoint(errors=(400,), auth="required", tags=TAGS)
async def homeshopping_recommend(
    request: Request[State], *, query: BestQuery, caller: Caller
) -> ForShopper:
    """Return food of the broadcasts that goes with what the caller likes or has in the cart."""

    async def find(session: Session, near: Sequence[int]) -> recommendation.ForShopper:
        return await recommendation.shown_like_wanted(
            session, by=caller.user_id, limit=query.k, near=near
        )

    found = await filled_up(request.state, find, kind="homeshopping")
    # Many go with several products, and are told once.
    language = speaking(request)
    told = {number: shown_product(each, language) for number, each in found.by_id.items()}
    by_name = {name: [told[n] for n in own] for name, own in found.by_name.items()}
    info = AlgorithmInfo(
        algorithm="multi_product_keyword_based",
        status="success",
        search_terms=", ".join(found.terms),
        source_products_count=str(found.source_count),
        liked_products_count=str(found.liked_count),
        cart_products_count=str(found.cart_count),
        total_recommendations=str(len(found.recommended)),
        product_recommendations_count=str(len(by_name)),
    )
    note(
        request,
        "kok_homeshopping_recommendation",
        info.model_dump() | {"k": query.k},
        user_id=caller.user_id,
    )
    return ForShopper(
        kok_product_id=None,
        kok_product_name="사용자 맞춤 추천",
        recommendations=[told[number] for number in found.recommended],
        total_count=len(found.recommended),
        algorithm_info=info,
        product_recommendations=by_name,
    )


@endpoint(auth="required", role=user.Role.ADMIN, tags=TAGS)
async def invalidate(request: Request[State], *, query: InvalidateQuery) -> Invalidated:
    """Have what is like a product, or every product, looked up anew."""
    name = ALIKE if query.product_id is None else f"{ALIKE}/{query.product_id}"
    cache, now = request.state["cache"], request.state["clock"]()
    async with request.state["db"].sessions.begin() as session:
        emit(session, kok.KokListsDoubted(at=now, name=name))  # for the other processes
    deleted = cache.forget(lambda names: f"kok/{name}" in names)
    return Invalidated(
        message=say(request, "KOK 추천 캐시가 무효화되었습니다."), deleted_count=deleted
    )


def kok_product(alike: recommendation.Alike, language: Language) -> KokProduct:
    """Return the earlier API's card, and why it is there."""
    card = alike.card
    return KokProduct(
        kok_product_id=card.kok_product_id,
        kok_thumbnail=card.image,
        kok_discount_rate=card.discount_rate,
        kok_discounted_price=card.discounted_price or card.price,
        kok_product_name=card.name,
        kok_store_name=card.store_name,
        reason=Reason.of(alike.reason, language),
    )


def shown_product(shown: recommendation.Shown, language: Language) -> ShownProduct:
    """Return the earlier API's card, and why it is there."""
    when = shown.showing
    return ShownProduct(
        product_id=shown.goods.product_id,
        product_name=shown.goods.name,
        store_name=shown.goods.store_name,
        sale_price=shown.goods.sale_price,
        dc_price=shown.goods.dc_price,
        dc_rate=shown.goods.dc_rate,
        thumb_img_url=shown.goods.image,
        reason=Reason.of(shown.reason, language),
        **(Slot.times(when.starts_at, when.ends_at) if when else {}),
    )


routes = [
    Route("/api/homeshopping/product/{product_id}/kok-recommend", kok_recommend),
    Route("/api/homeshopping/cache/invalidate/kok-recommend", invalidate, methods=["POST"]),
    Route("/api/kok/product/homeshopping-recommend", homeshopping_recommend),
]
