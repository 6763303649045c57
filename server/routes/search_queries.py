"""/api/search: what to look for, while one types, from what oneself and everybody looked for."""

from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import recommendation
from server.auth import Caller
from server.endpoint import endpoint
from server.language import say
from server.public import shared
from server.routes.search import TAGS
from server.routes.views import Id, Said
from server.state import State

PUBLIC_SECONDS: Final = 5
RECENT: Final = "/api/search/recent"
# What everybody is told is a few moments old: no fact says that it changed.
UNTOLD: Final = ("search",)

Typed = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class LimitQuery(BaseModel):
    limit: int = Field(10, ge=1, le=20)


class SuggestionsQuery(LimitQuery):
    q: Typed = ""


class Suggestion(BaseModel):
    text: str


class Suggestions(BaseModel):
    """What may be meant; when nothing is typed yet, what is popular."""

    query: str
    suggestions: list[Suggestion]


class Popular(BaseModel):
    popular: list[Suggestion]


class Searched(BaseModel):
    id: int
    text: str
    searched_at: AwareDatetime


class Recent(BaseModel):
    recent: list[Searched]


class Forgotten(Said):
    deleted_count: int


@endpoint(tags=TAGS, public_seconds=PUBLIC_SECONDS)
async def suggestions(request: Request[State], *, query: SuggestionsQuery) -> Suggestions:
    """Return what begins as it was typed, the most common first; nothing typed, what is popular.

    Unfinished syllables (떡보), initial consonants (ㄱㅊ) and the wrong keyboard (rlacl) count.
    """
    if query.q:
        async with request.state["analytics"].reads() as session:
            found = await recommendation.suggest(session, query.q, limit=query.limit)
    else:
        found = await _popular(request, query.limit)
    return Suggestions(query=query.q, suggestions=[Suggestion(text=text) for text in found])


@endpoint(tags=TAGS, answers=Popular)
async def popular(request: Request[State], *, query: LimitQuery) -> Response:
    """Return what most people looked for, and found, in the last seven days."""

    async def fetch() -> Popular:
        found = await _popular(request, query.limit)
        return Popular(popular=[Suggestion(text=text) for text in found])

    key = ("search.popular", query.limit)
    return await shared(request, key, fetch, names=UNTOLD, seconds=PUBLIC_SECONDS)


@endpoint(auth="required", tags=TAGS)
async def recent(request: Request[State], *, query: LimitQuery, caller: Caller) -> Recent:
    """Return what the caller looked for, each once, the newest first."""
    async with request.state["analytics"].reads() as session:
        found = await recommendation.recent_queries(session, by=caller.user_id, limit=query.limit)
    return Recent(
        recent=[Searched(id=e.query_id, text=e.query, searched_at=e.asked_at) for e in found]
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def forget(request: Request[State], *, query_id: Id, caller: Caller) -> Said:
    """Forget one thing that the caller looked for, however often."""
    async with request.state["analytics"].sessions.begin() as session:
        await recommendation.forget_query(session, query_id, by=caller.user_id)
    return Said(message=say(request, "검색 이력이 삭제되었습니다."))


@endpoint(auth="required", tags=TAGS)
async def forget_all(request: Request[State], *, caller: Caller) -> Forgotten:
    """Forget everything that the caller looked for."""
    async with request.state["analytics"].sessions.begin() as session:
        count = await recommendation.forget_queries(session, by=caller.user_id)
    said = say(request, "최근 검색어를 모두 삭제했습니다.")
    return Forgotten(message=said, deleted_count=count)


async def _popular(request: Request[State], limit: int) -> list[str]:
    now = request.state["clock"]()
    async with request.state["analytics"].reads() as session:
        return list(await recommendation.popular_queries(session, now=now, limit=limit))


routes = [
    Route("/api/search/suggestions", suggestions),
    Route("/api/search/popular", popular),
    Route(RECENT, recent),
    Route(RECENT, forget_all, methods=["DELETE"]),
    Route(f"{RECENT}/{{query_id}}", forget, methods=["DELETE"]),
]
