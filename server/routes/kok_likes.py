"""/api/kok/likes: the products that somebody likes."""

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import kok
from domain.kernel import IdempotencyKey
from server.auth import Caller
from server.endpoint import endpoint, once
from server.language import say
from server.noting import note
from server.routes.kok import TAGS
from server.routes.views import Body, Id
from server.state import State


class LikeBody(Body):
    kok_product_id: Id


class LikeOut(BaseModel):
    liked: bool
    message: str


class LikesQuery(BaseModel):
    limit: int = Field(50, ge=1, le=100)


class LikedProduct(BaseModel):
    """A liked product; the web client cannot do without a price."""

    kok_product_id: int
    kok_product_name: str | None
    kok_thumbnail: str | None
    kok_product_price: int
    kok_discount_rate: int
    kok_discounted_price: int
    kok_store_name: str | None


class LikedProducts(BaseModel):
    liked_products: list[LikedProduct]


@endpoint(errors=(404,), auth="required", idempotent=True, tags=TAGS)
async def toggle_like(
    request: Request[State], *, body: LikeBody, caller: Caller, key: IdempotencyKey | None
) -> LikeOut:
    """Like a product, or no longer."""
    async with once(request, key) as work:
        liked = await kok.toggle_like(
            work.session, body.kok_product_id, by=caller.user_id, now=request.state["clock"]()
        )
        words = "상품을 찜했습니다." if liked else "찜이 취소되었습니다."
        out = work.answer(LikeOut(liked=liked, message=say(request, words)))
    done = {"kok_product_id": body.kok_product_id, "liked": liked}
    note(request, "kok_likes_toggle", done, user_id=caller.user_id)
    return out


@endpoint(auth="required", tags=TAGS)
async def likes(request: Request[State], *, query: LikesQuery, caller: Caller) -> LikedProducts:
    """Return the products the caller likes, the newest like first."""
    async with request.state["db"].reads() as session:
        found = await kok.liked(session, by=caller.user_id, limit=query.limit)
    seen = {"limit": query.limit, "product_count": len(found)}
    note(request, "kok_liked_products_view", seen, user_id=caller.user_id)
    return LikedProducts(
        liked_products=[
            LikedProduct(
                kok_product_id=each.kok_product_id,
                kok_product_name=each.name,
                kok_thumbnail=each.image,
                kok_product_price=each.price,
                kok_discount_rate=each.discount_rate,
                kok_discounted_price=each.discounted_price or each.price,
                kok_store_name=each.store_name,
            )
            for each in found
        ]
    )


routes = [
    Route("/api/kok/likes/toggle", toggle_like, methods=["POST"]),
    Route("/api/kok/likes", likes),
]
