"""/api/homeshopping: the schedule, live streams and products."""

from collections.abc import Container
from datetime import date
from typing import Any, Final, Self

from pydantic import BaseModel, Field, model_validator
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from domain import homeshopping
from domain.homeshopping import BroadcastStatus, BroadcastView, ProductPage, Stream
from domain.kernel import LiveId, Slice, business_day
from server.auth import Caller
from server.endpoint import endpoint, reply
from server.errors import Unacceptable, prefers_html
from server.noting import note
from server.pages import PAGES
from server.public import shared
from server.routes.views import Id, Page, Slot
from server.state import State

TAGS = ("homeshopping",)
PUBLIC_SECONDS: Final = 5
# A price is told of the broadcasts since today only; earlier days show it too.
CHANGED_BY: Final = frozenset({"broadcast", "product.priced"})
UNNAMED: Final = "src 또는 homeshopping_id 중 하나가 필요합니다."


class ScheduleQuery(Page):
    live_date: date | None = Field(None, ge=date(1970, 1, 1), le=date(2999, 12, 31))


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
    next_cursor: str | None


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


class Checked(BaseModel):
    is_ingredient: bool


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=Schedule)
async def schedule(
    request: Request[State], *, query: ScheduleQuery, caller: Caller | None
) -> Response:
    """Return the schedule of a day in Seoul, or of all days, page by page.

    What is on air and comes next is listed first; what was called off is left out.
    """
    day, reads, cache = query.live_date, request.state["db"].reads, request.state["cache"]

    async def count() -> int:
        async with reads() as session:
            return await homeshopping.schedule_length(session, day)

    async def fetch() -> Schedule:
        async with reads() as session:
            found = await homeshopping.schedule_page(session, day, window=query.window())
        return _schedule(found, query, total)

    total = await cache.get(("homeshopping.schedule.length", day), count, names=CHANGED_BY)
    key = ("homeshopping.schedule", day, query.page, query.size, query.cursor)
    answer = await shared(request, key, fetch, names=CHANGED_BY, seconds=PUBLIC_SECONDS)
    if caller is not None:
        seen = {"live_date": day.isoformat() if day else None, "total_count": total}
        note(request, "homeshopping_schedule_view", seen, user_id=caller.user_id)
    return answer


@endpoint(errors=(400, 404), auth="optional", tags=TAGS, answers=StreamOut)
async def live_stream(
    request: Request[State], *, query: StreamQuery, caller: Caller | None
) -> Response:
    """Return where a channel is seen: as JSON, or a player's page to whoever prefers HTML."""
    if prefers_html(request.headers.get("accept", "")):
        return FileResponse(PAGES / "player.html", headers={"Vary": "Accept"})
    if query.src is None and query.homeshopping_id is None:
        raise Unacceptable(400, code="stream_unnamed", text=UNNAMED)
    found = await _stream(request, query)
    source = "src" if query.src is not None else "homeshopping_id"
    if caller is not None:
        seen = {"stream_url": found.url, "homeshopping_id": found.homeshopping_id}
        note(request, "homeshopping_live_stream_view", seen, user_id=caller.user_id)
    out = StreamOut(
        homeshopping_id=found.homeshopping_id,
        stream_url=found.url,
        live_url=found.url,
        source=source,
        **_on_stream(found.broadcast),
    )
    return reply(out, headers={"Vary": "Accept"})


@endpoint(errors=(404,), auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS)
async def product(request: Request[State], *, live_id: Id, caller: Caller | None) -> ProductPageOut:
    """Return a broadcast's product with its details and pictures."""
    reads = request.state["db"].reads

    async def fetch() -> ProductPage:
        async with reads() as session:
            return await homeshopping.product_page(session, LiveId(live_id))

    key, names = ("homeshopping.product", live_id), (f"live/{live_id}", "product.priced")
    page = await request.state["cache"].get(key, fetch, names=names)
    mine: Container[int] = ()
    if caller is not None:
        async with reads() as session:
            mine = await homeshopping.likes_of(session, by=caller.user_id, among=[live_id])
        seen = {"live_id": live_id}
        note(request, "homeshopping_product_detail_view", seen, user_id=caller.user_id)
    shown = page.broadcast
    fields = listed(shown) | {
        # The earlier API told nothing rather than zero here.
        "sale_price": shown.product.sale_price or None,
        "dc_price": shown.product.dc_price or None,
        "dc_rate": shown.product.dc_rate or None,
    }
    return ProductPageOut(
        product=ProductOut(
            **fields,
            is_liked=live_id in mine,
            homeshopping_channel_name=f"채널 {shown.homeshopping_channel}",
            homeshopping_channel_image=page.channel_image,
        ),
        detail_infos=list(page.details),
        images=list(page.images),
    )


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=Checked)
async def check(request: Request[State], *, product_id: Id) -> Response:
    """Tell whether a product, or that of the broadcast with this id, is to cook with."""

    async def fetch() -> Checked:
        async with request.state["db"].reads() as session:
            return Checked(is_ingredient=await homeshopping.is_ingredient(session, product_id))

    key = ("homeshopping.check", product_id)
    return await shared(request, key, fetch, names=CHANGED_BY, seconds=PUBLIC_SECONDS)


async def _stream(request: Request[State], query: StreamQuery) -> Stream:
    now = request.state["clock"]()

    async def fetch() -> Stream:
        async with request.state["db"].reads() as session:
            return await homeshopping.stream(
                session, homeshopping_id=query.homeshopping_id, src=query.src, now=now
            )

    if query.src is not None:  # strangers' addresses are not worth remembering
        return await fetch()
    key = ("homeshopping.stream", query.homeshopping_id, business_day(now))
    return await request.state["cache"].get(key, fetch, names=CHANGED_BY)


def _schedule(found: Slice[BroadcastView], query: ScheduleQuery, total: int) -> Schedule:
    return Schedule(
        schedules=[ScheduleItem(**listed(each), broadcast=each) for each in found.rows],
        pagination=Pagination(
            page=query.page,
            size=query.size,
            total_count=total,
            has_more=found.next_cursor is not None,
        ),
        next_cursor=found.next_cursor,
    )


def listed(view: BroadcastView) -> dict[str, Any]:
    """Return the fields by which the earlier API told of a broadcast."""
    return {
        **Slot.times(view.starts_at, view.ends_at),
        "live_id": view.live_id,
        "homeshopping_id": view.homeshopping_id,
        "homeshopping_name": view.homeshopping_name,
        "homeshopping_channel": view.homeshopping_channel,
        "promotion_type": view.promotion_type,
        "product_id": view.product.product_id,
        "product_name": view.product.name,
        "store_name": view.product.store_name,
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
    Route("/api/homeshopping/product/{product_id}/check", check),
]
