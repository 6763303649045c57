"""/api/kok/search: products by a part of their name, and what was looked for before."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.routing import Route

from domain import kok
from domain.kernel import IdempotencyKey
from server.auth import Caller
from server.endpoint import endpoint, once
from server.language import say
from server.noting import note
from server.routes.kok import PUBLIC_SECONDS, TAGS, PageQuery
from server.routes.views import Body, Id, Said, local
from server.state import State

HISTORY: Final = "/api/kok/search/history"

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class SearchQuery(PageQuery):
    keyword: Keyword


class FoundProduct(BaseModel):
    kok_product_id: int
    kok_product_name: str | None
    kok_store_name: str | None
    kok_thumbnail: str | None
    kok_product_price: int | None
    kok_discount_rate: int | None
    kok_discounted_price: int | None
    kok_review_cnt: int | None
    kok_review_score: float | None


class SearchOut(BaseModel):
    total: int
    page: int
    size: int
    products: list[FoundProduct]
    next_cursor: str | None


class SearchBody(Body):
    keyword: Keyword


class SearchEntry(BaseModel):
    """One search; ``created_at`` is what the web client calls the moment."""

    kok_history_id: int
    user_id: int
    kok_keyword: str
    kok_searched_at: datetime | None
    created_at: datetime | None


class Saved(Said):
    saved: SearchEntry


class HistoryQuery(BaseModel):
    limit: int = Field(10, ge=1, le=50)


class History(BaseModel):
    history: list[SearchEntry]


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS)
async def search(
    request: Request[State], *, query: SearchQuery, caller: Caller | None
) -> SearchOut:
    """Return the products whose name or store contains the keyword, the newest first."""
    db, now = request.state["db"], request.state["clock"]()
    # Turning the page is no new search.
    new = caller is not None and query.page == 1 and query.cursor is None
    async with db.sessions.begin() if new else db.reads() as session:
        found = await kok.search(session, query.keyword, window=query.window())
        if caller is not None and new:
            await kok.remember_search(session, query.keyword, by=caller.user_id, now=now)
    if caller is not None:
        seen = {"keyword": query.keyword, "result_count": found.total}
        note(request, "kok_product_search", seen, user_id=caller.user_id)
    return SearchOut(
        total=found.total,
        page=query.page,
        size=query.size,
        products=[_product(each) for each in found.part.rows],
        next_cursor=found.part.next_cursor,
    )


@endpoint(auth="required", idempotent=True, tags=TAGS)
async def remember(
    request: Request[State], *, body: SearchBody, caller: Caller, key: IdempotencyKey | None
) -> Saved:
    """Keep what the caller looked for."""
    async with once(request, key) as work:
        entry = await kok.remember_search(
            work.session, body.keyword, by=caller.user_id, now=request.state["clock"]()
        )
        said = say(request, "검색 이력이 저장되었습니다.")
        out = work.answer(Saved(message=said, saved=_entry(entry)))
    sought = {"keyword": body.keyword}
    note(request, "kok_search_history_save", sought, user_id=caller.user_id)
    return out


@endpoint(auth="required", tags=TAGS)
async def history(request: Request[State], *, query: HistoryQuery, caller: Caller) -> History:
    """Return what the caller looked for, newest first."""
    async with request.state["db"].reads() as session:
        found = await kok.search_history(session, by=caller.user_id, limit=query.limit)
    seen = {"history_count": len(found)}
    note(request, "kok_search_history_view", seen, user_id=caller.user_id)
    return History(history=[_entry(each) for each in found])


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def forget(request: Request[State], *, history_id: Id, caller: Caller) -> Said:
    """Forget one thing the caller looked for."""
    async with request.state["db"].sessions.begin() as session:
        await kok.forget_search(session, history_id, by=caller.user_id)
    gone = {"history_id": history_id}
    note(request, "kok_search_history_delete", gone, user_id=caller.user_id)
    return Said(message=say(request, "검색 이력 ID {id}가 삭제되었습니다.", id=history_id))


def _product(each: kok.Card) -> FoundProduct:
    return FoundProduct(
        kok_product_id=each.kok_product_id,
        kok_product_name=each.name,
        kok_store_name=each.store_name,
        kok_thumbnail=each.image,
        kok_product_price=each.price,
        kok_discount_rate=each.discount_rate,
        kok_discounted_price=each.discounted_price or each.price,
        kok_review_cnt=each.review_cnt,
        kok_review_score=each.review_score,
    )


def _entry(found: kok.KokSearched) -> SearchEntry:
    at = local(found.searched_at)
    return SearchEntry(
        kok_history_id=found.id,
        user_id=found.user_id,
        kok_keyword=found.keyword,
        kok_searched_at=at,
        created_at=at,
    )


routes = [
    Route("/api/kok/search", search),
    Route(HISTORY, remember, methods=["POST"]),
    Route(HISTORY, history),
    Route(f"{HISTORY}/{{history_id}}", forget, methods=["DELETE"]),
]
