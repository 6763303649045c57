"""/api/homeshopping/search: broadcasts by what they sell, and what was looked for before."""

from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import homeshopping
from domain.homeshopping import SearchView
from domain.kernel import IdempotencyKey
from server.auth import Caller
from server.endpoint import endpoint, once
from server.language import say
from server.noting import note
from server.public import shared
from server.routes.homeshopping import CHANGED_BY, PUBLIC_SECONDS, TAGS, listed
from server.routes.views import Body, Id, Keyword, Page, Said, Slot, local
from server.state import State

HISTORY: Final = "/api/homeshopping/search/history"


class SearchQuery(Page):
    keyword: Keyword


class Found(Slot):
    live_id: int
    product_id: int
    product_name: str
    store_name: str | None
    sale_price: int | None
    dc_price: int | None
    dc_rate: int | None
    thumb_img_url: str


class SearchOut(BaseModel):
    total: int
    page: int
    size: int
    products: list[Found]
    next_cursor: str | None


class SearchBody(Body):
    keyword: Keyword


class SearchEntry(BaseModel):
    """One search; ``created_at`` is what the web client calls the moment."""

    homeshopping_history_id: int
    user_id: int
    homeshopping_keyword: str
    homeshopping_searched_at: datetime | None
    created_at: datetime | None


class HistoryQuery(BaseModel):
    limit: int = Field(5, ge=1, le=20)


class History(BaseModel):
    history: list[SearchEntry]


class ForgetBody(Body):
    homeshopping_history_id: Id


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=SearchOut)
async def search(request: Request[State], *, query: SearchQuery, caller: Caller | None) -> Response:
    """Return the broadcasts whose product or store is named so, by their start."""

    async def fetch() -> SearchOut:
        async with request.state["db"].reads() as session:
            found, total = await homeshopping.search(session, query.keyword, window=query.window())
        return SearchOut(
            total=total,
            page=query.page,
            size=query.size,
            products=[Found(**listed(each)) for each in found.rows],
            next_cursor=found.next_cursor,
        )

    key = ("homeshopping.search", query.keyword, query.page, query.size, query.cursor)
    answer = await shared(request, key, fetch, names=CHANGED_BY, seconds=PUBLIC_SECONDS)
    if caller is not None:
        sought = {"keyword": query.keyword}
        note(request, "homeshopping_search", sought, user_id=caller.user_id)
    return answer


@endpoint(auth="required", idempotent=True, tags=TAGS)
async def remember(
    request: Request[State], *, body: SearchBody, caller: Caller, key: IdempotencyKey | None
) -> SearchEntry:
    """Write down what the caller looked for."""
    async with once(request, key) as work:
        entry = await homeshopping.remember_search(
            work.session, body.keyword, by=caller.user_id, now=request.state["clock"]()
        )
        out = work.answer(_entry(entry))
    sought = {"keyword": body.keyword}
    note(request, "homeshopping_search_history_save", sought, user_id=caller.user_id)
    return out


@endpoint(auth="required", tags=TAGS)
async def history(request: Request[State], *, query: HistoryQuery, caller: Caller) -> History:
    """Return what the caller looked for, newest first."""
    async with request.state["db"].reads() as session:
        found = await homeshopping.searches(session, by=caller.user_id, limit=query.limit)
    seen = {"history_count": len(found)}
    note(request, "homeshopping_search_history_view", seen, user_id=caller.user_id)
    return History(history=[_entry(each) for each in found])


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def forget(request: Request[State], *, body: ForgetBody, caller: Caller) -> Said:
    """Strike out one thing the caller looked for."""
    async with request.state["db"].sessions.begin() as session:
        await homeshopping.forget_search(session, body.homeshopping_history_id, by=caller.user_id)
    gone = {"history_id": body.homeshopping_history_id}
    note(request, "homeshopping_search_history_delete", gone, user_id=caller.user_id)
    return Said(message=say(request, "검색 이력이 삭제되었습니다."))


def _entry(view: SearchView) -> SearchEntry:
    at = local(view.searched_at)
    return SearchEntry(
        homeshopping_history_id=view.id,
        user_id=view.user_id,
        homeshopping_keyword=view.keyword,
        homeshopping_searched_at=at,
        created_at=at,
    )


routes = [
    Route("/api/homeshopping/search", search),
    Route(HISTORY, remember, methods=["POST"]),
    Route(HISTORY, history),
    Route(HISTORY, forget, methods=["DELETE"]),
]
