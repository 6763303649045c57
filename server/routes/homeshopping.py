"""/api/homeshopping: the schedule, live streams, products and likes."""

from datetime import date, datetime
from typing import Any, Final, Self

from pydantic import BaseModel, Field, model_validator
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from domain import homeshopping
from domain.homeshopping import BroadcastStatus, BroadcastView
from domain.kernel import LiveId
from server.auth import Caller
from server.endpoint import endpoint, reply
from server.errors import Unacceptable, prefers_html
from server.noting import note
from server.pages import PAGES
from server.routes.views import Body, Id, Page, Slot, local
from server.state import State

TAGS = ("homeshopping",)
UNNAMED: Final = "src 또는 homeshopping_id 중 하나가 필요합니다."


class ScheduleQuery(Page):
    live_date: date | None = None


class ScheduleItem(Slot):
    """A broadcast as the earlier API listed it; ``broadcast`` is what the channels tell of it."""

    live_id: int
    homeshopping_id: int
    homeshopping_name: str
    homeshopping_channel: int
    promotion_type: str
    product_id: int
    product_name: str
    thumb_img_url: str
    sale_price: int
    dc_price: int
    dc_rate: int
    broadcast: BroadcastView


class Pagination(BaseModel):
    page: int
    size: int
    total_count: int
    has_more: bool


class Schedule(BaseModel):
    schedules: list[ScheduleItem]
    pagination: Pagination


class StreamQuery(BaseModel):
    homeshopping_id: Id | None = None
    src: str | None = Field(None, max_length=500)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.src is not None and not self.src.startswith(("http://", "https://", "/")):
            raise ValueError("src must be an http(s) address")
        return self


class StreamOut(BaseModel):
    homeshopping_id: int | None = None
    homeshopping_name: str | None = None
    live_id: int | None = None
    product_id: int | None = None
    product_name: str | None = None
    stream_url: str
    live_url: str
    source: str
    is_live: bool = False
    live_date: str | None = None
    live_start_time: str | None = None
    live_end_time: str | None = None
    thumb_img_url: str | None = None


class ProductOut(Slot):
    product_id: int
    product_name: str
    store_name: str | None
    sale_price: int | None
    dc_price: int | None
    dc_rate: int | None
    thumb_img_url: str
    is_liked: bool
    homeshopping_id: int
    homeshopping_name: str
    homeshopping_channel: int
    homeshopping_channel_name: str | None
    homeshopping_channel_image: str | None


class ProductPageOut(BaseModel):
    product: ProductOut
    detail_infos: list[homeshopping.DetailInfo]
    images: list[homeshopping.ProductImage]


class LikeBody(Body):
    live_id: Id


class Liked(BaseModel):
    liked: bool
    message: str


class LikesQuery(BaseModel):
    limit: int = Field(50, ge=1, le=100)


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


@endpoint(tags=TAGS)
async def schedule(request: Request[State], *, query: ScheduleQuery) -> Schedule:
    """Return the schedule of a day in Seoul, or of all days, page by page."""
    now = request.state["clock"]()
    async with request.state["db"].reads() as session:
        found, total = await homeshopping.schedule_page(
            session, query.live_date, now=now, page=query.page, size=query.size
        )
    return Schedule(
        schedules=[ScheduleItem(**_listed(each), broadcast=each) for each in found],
        pagination=Pagination(
            page=query.page,
            size=query.size,
            total_count=total,
            has_more=query.page * query.size < total,
        ),
    )


@endpoint(errors=(400, 404), tags=TAGS, answers=StreamOut)
async def live_stream(request: Request[State], *, query: StreamQuery) -> Response:
    """Return where a channel is seen: as JSON, or a player's page to whoever prefers HTML."""
    if prefers_html(request.headers.get("accept", "")):
        return FileResponse(PAGES / "player.html", headers={"Vary": "Accept"})
    if query.src is None and query.homeshopping_id is None:
        raise Unacceptable(400, code="stream_unnamed", text=UNNAMED)
    async with request.state["db"].reads() as session:
        found = await homeshopping.stream(
            session,
            homeshopping_id=query.homeshopping_id,
            src=query.src,
            now=request.state["clock"](),
        )
    source = "src" if query.src is not None else "homeshopping_id"
    seen = {"stream_url": found.url, "homeshopping_id": found.homeshopping_id}
    note(request, "homeshopping_live_stream_view", seen)
    out = StreamOut(
        homeshopping_id=found.homeshopping_id,
        stream_url=found.url,
        live_url=found.url,
        source=source,
        **_on_stream(found.broadcast),
    )
    return reply(out, headers={"Vary": "Accept"})


@endpoint(errors=(404,), auth="optional", tags=TAGS)
async def product(request: Request[State], *, live_id: Id, caller: Caller | None) -> ProductPageOut:
    """Return a broadcast's product with its details and pictures."""
    async with request.state["db"].reads() as session:
        page = await homeshopping.product_page(session, LiveId(live_id))
        mine = caller and await homeshopping.liked_ids(session, by=caller.user_id, among=[live_id])
    if caller is not None:
        seen = {"live_id": live_id}
        note(request, "homeshopping_product_detail_view", seen, user_id=caller.user_id)
    shown = page.broadcast
    fields = _listed(shown) | {
        # The earlier API told nothing rather than zero here.
        "sale_price": shown.product.sale_price or None,
        "dc_price": shown.product.dc_price or None,
        "dc_rate": shown.product.dc_rate or None,
    }
    return ProductPageOut(
        product=ProductOut(
            **fields,
            store_name=shown.product.store_name,
            is_liked=bool(mine),
            homeshopping_channel_name=f"채널 {shown.homeshopping_channel}",
            homeshopping_channel_image=page.channel_image,
        ),
        detail_infos=list(page.details),
        images=list(page.images),
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def toggle_like(request: Request[State], *, body: LikeBody, caller: Caller) -> Liked:
    """Like a broadcast, to be told when it begins, or no longer."""
    async with request.state["db"].sessions.begin() as session:
        liked = await homeshopping.toggle_like(
            session, LiveId(body.live_id), by=caller.user_id, now=request.state["clock"]()
        )
    done = {"live_id": body.live_id, "liked": liked}
    note(request, "homeshopping_likes_toggle", done, user_id=caller.user_id)
    return Liked(liked=liked, message="찜이 등록되었습니다." if liked else "찜이 해제되었습니다.")


@endpoint(auth="required", tags=TAGS)
async def likes(request: Request[State], *, query: LikesQuery, caller: Caller) -> LikedProducts:
    """Return the broadcasts the caller likes, by their start."""
    async with request.state["db"].reads() as session:
        found = await homeshopping.liked(session, by=caller.user_id, limit=query.limit)
    return LikedProducts(
        liked_products=[
            LikedProduct(
                **_listed(broadcast.view()),
                store_name=broadcast.product.store_name,
                homeshopping_like_created_at=local(like.created_at),
            )
            for like, broadcast in found
        ]
    )


def _listed(view: BroadcastView) -> dict[str, Any]:
    return {
        **Slot.times(view.starts_at, view.ends_at),
        "live_id": view.live_id,
        "homeshopping_id": view.homeshopping_id,
        "homeshopping_name": view.homeshopping_name,
        "homeshopping_channel": view.homeshopping_channel,
        "promotion_type": view.promotion_type,
        "product_id": view.product.product_id,
        "product_name": view.product.name,
        "thumb_img_url": view.product.image,
        "sale_price": view.product.sale_price,
        "dc_price": view.product.dc_price,
        "dc_rate": view.product.dc_rate,
    }


def _on_stream(view: BroadcastView | None) -> dict[str, Any]:
    if view is None:
        return {}
    times = Slot.times(view.starts_at, view.ends_at)
    return {
        **{name: value.isoformat() for name, value in times.items()},
        "homeshopping_name": view.homeshopping_name,
        "live_id": view.live_id,
        "product_id": view.product.product_id,
        "product_name": view.product.name,
        "thumb_img_url": view.product.image,
        "is_live": view.status is BroadcastStatus.LIVE,
    }


routes = [
    Route("/api/homeshopping/schedule", schedule),
    Route("/api/homeshopping/schedule/live-stream", live_stream),
    Route("/api/homeshopping/product/{live_id}", product),
    Route("/api/homeshopping/likes/toggle", toggle_like, methods=["POST"]),
    Route("/api/homeshopping/likes", likes),
]
