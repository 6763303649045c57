"""/api/homeshopping/likes: the broadcasts that somebody waits for."""

from datetime import datetime

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import homeshopping
from domain.kernel import CURSOR_LENGTH_MAX, IdempotencyKey, LiveId, Window
from server.auth import Caller
from server.endpoint import endpoint, once
from server.language import say
from server.noting import note
from server.routes.homeshopping import TAGS, listed
from server.routes.views import Body, Id, Slot, local
from server.state import State


class LikeBody(Body):
    live_id: Id


class LikeOut(BaseModel):
    liked: bool
    message: str


class LikesQuery(BaseModel):
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, max_length=CURSOR_LENGTH_MAX)


class LikedProduct(Slot):
    live_id: int
    product_id: int
    product_name: str
    store_name: str | None
    dc_price: int
    dc_rate: int
    thumb_img_url: str
    homeshopping_like_created_at: datetime | None
    homeshopping_id: int | None


class LikedProducts(BaseModel):
    liked_products: list[LikedProduct]
    next_cursor: str | None


@endpoint(errors=(404,), auth="required", idempotent=True, tags=TAGS)
async def toggle_like(
    request: Request[State], *, body: LikeBody, caller: Caller, key: IdempotencyKey | None
) -> LikeOut:
    """Like a broadcast, to be told when it begins, or no longer."""
    async with once(request, key) as work:
        liked = await homeshopping.toggle_like(
            work.session, LiveId(body.live_id), by=caller.user_id, now=request.state["clock"]()
        )
        on, off = say(request, "찜이 등록되었습니다."), say(request, "찜이 해제되었습니다.")
        out = work.answer(LikeOut(liked=liked, message=on if liked else off))
    done = {"live_id": body.live_id, "liked": liked}
    note(request, "homeshopping_likes_toggle", done, user_id=caller.user_id)
    return out


@endpoint(auth="required", tags=TAGS)
async def likes(request: Request[State], *, query: LikesQuery, caller: Caller) -> LikedProducts:
    """Return the broadcasts the caller likes, by their start."""
    window = Window(query.limit, cursor=query.cursor)
    async with request.state["db"].reads() as session:
        found = await homeshopping.liked(session, by=caller.user_id, window=window)
    seen = {"liked_products_count": len(found.rows)}
    note(request, "homeshopping_liked_products_view", seen, user_id=caller.user_id)
    return LikedProducts(
        liked_products=[
            LikedProduct(**listed(each.broadcast), homeshopping_like_created_at=local(each.since))
            for each in found.rows
        ],
        next_cursor=found.next_cursor,
    )


routes = [
    Route("/api/homeshopping/likes/toggle", toggle_like, methods=["POST"]),
    Route("/api/homeshopping/likes", likes),
]
