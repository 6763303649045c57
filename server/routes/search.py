"""/api/search: recipes and the products of both shops in one list."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import structlog
from pydantic import AwareDatetime, BaseModel, Field
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import recommendation
from domain.kernel import UserId, is_unavailable
from domain.recommendation import EXACT, KINDS, MEANING, Card, Findings, Kind, Library, Question
from server.auth import Caller
from server.endpoint import endpoint, reply
from server.language import say
from server.noting import note
from server.routes.views import Keyword, Page
from server.state import State

TAGS: Final = ("search",)
# Where more is told of a product; of one of the broadcasts, by the broadcast that shows it.
PLACES: Final[Mapping[Kind, str]] = {
    "recipe": "/api/recipes/{id}",
    "kok": "/api/kok/product/{id}/info",
    "homeshopping": "/api/homeshopping/product/{id}",
}

log = structlog.get_logger()


class SearchQuery(Page):
    q: Keyword
    type: Literal["all", "recipe", "kok", "homeshopping"] = "all"
    size: int = Field(20, ge=1, le=50)


class Reason(BaseModel):
    """Why it is in the list: a code to go by, and a sentence for people."""

    code: Literal["all_words", "some_words", "meaning"]
    text: str


class Hit(BaseModel):
    """A recipe or a product; what a recipe has not is null.

    ``live_id`` is the broadcast that shows the product now, else next, else did so lately.
    """

    type: Literal["recipe", "kok", "homeshopping"]
    id: int
    title: str
    subtitle: str
    image: str
    price: int | None
    discount_rate: int | None
    discounted_price: int | None
    sold_out: bool
    live_id: int | None
    on_air: bool
    starts_at: AwareDatetime | None
    ends_at: AwareDatetime | None
    url: str | None
    match: Literal["exact", "similar"]
    reason: Reason


class Totals(BaseModel):
    recipe: int
    kok: int
    homeshopping: int


class SearchOut(BaseModel):
    """A part of what was found; ``total`` counts every row, and each can be paged to.

    ``nearest``: nothing has all that was looked for, and these come nearest. ``semantic``: the
    model had a say, not only the words.
    """

    query: str
    corrected: str | None
    results: list[Hit]
    total: int
    exact: int
    totals: Totals
    nearest: bool
    semantic: bool
    page: int
    size: int
    next_cursor: str | None


@endpoint(auth="optional", tags=TAGS, answers=SearchOut)
async def search(request: Request[State], *, query: SearchQuery, caller: Caller | None) -> Response:
    """Return what has the words that are looked for, then what is like it, the best first.

    Spelling, spacing, initial consonants alone (ㄱㅊㅉㄱ) and the wrong keyboard are forgiven;
    ``corrected`` says what was searched instead.
    """
    shown = KINDS if query.type == "all" else (query.type,)
    question = Question(text=query.q, window=query.window(), shown=shown)
    found = await recommendation.find(library(request), question)
    async with request.state["db"].reads() as session:
        cards = await recommendation.cards(session, [row.item for row in found.rows])
    now = request.state["clock"]()
    hits = [
        _hit(request, cards[row.item], match=row.match, now=now)
        for row in found.rows
        if row.item in cards
    ]
    if caller is not None:
        seen = {"query": query.q, "type": query.type, "result_count": found.total}
        note(request, "search", seen, user_id=caller.user_id)
    answer = reply(_told(query, found, hits))
    if query.page == 1 and query.cursor is None:  # turning the page is no new search
        by = caller.user_id if caller is not None else None
        answer.background = BackgroundTask(_remember, request, query.q, found, by=by)
    return answer


def library(request: Request[State]) -> Library:
    """Return where searches look."""
    state = request.state
    return Library(
        db=state["db"],
        analytics=state["analytics"],
        embedder=state["embedder"],
        kept=state["cache"],
    )


async def _remember(
    request: Request[State], text: str, found: Findings, *, by: UserId | None
) -> None:
    """Write down what was looked for, after the answer; a database that is away loses it."""
    state, words = request.state, found.corrected or text
    try:
        async with state["analytics"].sessions.begin() as session:
            await recommendation.remember_query(
                session, words, by=by, found=found.exact, now=state["clock"]()
            )
    except Exception as error:  # the answer has gone out
        if not is_unavailable(error):
            raise
        log.warning("search_not_remembered", error=type(error).__name__)


def _told(query: SearchQuery, found: Findings, hits: list[Hit]) -> SearchOut:
    return SearchOut(
        query=query.q,
        corrected=found.corrected,
        results=hits,
        total=found.total,
        exact=found.exact,
        totals=Totals.model_validate(found.totals),
        nearest=found.exact == 0 and found.total > 0,
        semantic=found.semantic,
        page=query.page,
        size=query.size,
        next_cursor=found.next_cursor,
    )


def _hit(request: Request[State], card: Card, *, match: int, now: datetime) -> Hit:
    kind, item_id = card.item
    number = card.live_id if kind == "homeshopping" else item_id
    on_air = bool(card.starts_at and card.ends_at and card.starts_at <= now < card.ends_at)
    return Hit(
        type=kind,
        id=item_id,
        title=card.title,
        subtitle=card.subtitle,
        image=card.image,
        price=card.price,
        discount_rate=card.discount_rate,
        discounted_price=card.discounted_price,
        sold_out=card.sold_out,
        live_id=card.live_id,
        on_air=on_air,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        url=PLACES[kind].format(id=number) if number is not None else None,
        match="exact" if match == EXACT else "similar",
        reason=_reason(request, match),
    )


def _reason(request: Request[State], match: int) -> Reason:
    if match == EXACT:
        return Reason(code="all_words", text=say(request, "찾으시는 말이 모두 들어 있어요."))
    if match == MEANING:
        return Reason(code="meaning", text=say(request, "뜻이 비슷해요."))
    return Reason(code="some_words", text=say(request, "찾으시는 말의 일부가 들어 있어요."))


routes = [Route("/api/search", search)]
