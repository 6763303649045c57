"""/api/kok: lists of product cards."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import kok, order
from domain.kernel import Slice
from server.auth import Caller
from server.endpoint import endpoint
from server.noting import note
from server.public import shared
from server.routes.views import Page
from server.state import State

TAGS: Final = ("kok",)
PUBLIC_SECONDS: Final = 5
BEST: Final = 10
RATING: Final = "rating"
# The fact that changes every list of cards.
PRICED: Final = "product.priced"
# Marks what is packed to be sent, to count it apart from the lists it was packed from.
ANSWER: Final = "kok.answer"
DISCOUNTED, TOP_SELLING, STORE_BEST = "discounted", "top_selling", "store_best"


class PageQuery(Page):
    size: int = Field(20, ge=1, le=100)


class CardsQuery(PageQuery):
    use_cache: bool = True


class RankedQuery(PageQuery):
    """Sorted by "rating", or else by the number of reviews."""

    sort_by: str = Field("review_count", max_length=50)


class BestQuery(BaseModel):
    """Sorted by "rating", or else by the number of reviews."""

    sort_by: str = Field("review_count", max_length=50)


class Card(BaseModel):
    kok_product_id: int
    kok_thumbnail: str | None
    kok_discount_rate: int | None
    kok_discounted_price: int | None
    kok_product_name: str | None
    kok_store_name: str | None
    kok_review_cnt: int | None
    kok_review_score: float | None


class Cards(BaseModel):
    products: list[Card]


class CardsPage(Cards):
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is the same for everybody, kept until a price changes or somebody doubts it."""

    name: str
    asked: tuple[object, ...]
    read: Callable[[], Awaitable[Cards]]

    async def cards(self, request: Request[State]) -> Cards:
        """Return the list itself."""
        key, names = ("kok.cards", self.name, self.asked), (PRICED, f"kok/{self.name}")
        return await request.state["cache"].get(key, self.read, names=names)

    async def answer(self, request: Request[State]) -> Response:
        """Answer with the list, as it was packed once for everybody."""
        key, names = ("kok.answer", self.name, self.asked), (PRICED, f"kok/{self.name}", ANSWER)
        fetch = partial(self.cards, request)
        return await shared(request, key, fetch, names=names, seconds=PUBLIC_SECONDS)


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=CardsPage)
async def discounted(
    request: Request[State], *, query: CardsQuery, caller: Caller | None
) -> Cards | Response:
    """Return discounted products, the deepest discount first."""
    return await _discounted(request, query, caller, event="kok_discounted_products_view")


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=CardsPage)
async def discounted_window(
    request: Request[State], *, query: CardsQuery, caller: Caller | None
) -> Cards | Response:
    """Return discounted products; the earlier API asked in two ways, and this was one."""
    return await _discounted(request, query, caller, event="kok_discounted_products_view")


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=CardsPage)
async def discounted_max_join(
    request: Request[State], *, query: CardsQuery, caller: Caller | None
) -> Cards | Response:
    """Return discounted products; the earlier API asked in two ways, and this was the other."""
    return await _discounted(request, query, caller, event="kok_discounted_products_view_max_join")


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=CardsPage)
async def discounted_baseline(
    request: Request[State], *, query: PageQuery, caller: Caller | None
) -> Cards | Response:
    """Return discounted products as they are in the database now, past the cache."""
    past_cache = CardsQuery(**query.model_dump(), use_cache=False)
    return await _discounted(
        request, past_cache, caller, event="kok_discounted_products_view_baseline"
    )


async def _discounted(
    request: Request[State], query: CardsQuery, caller: Caller | None, *, event: str
) -> Cards | Response:
    clock = request.state["clock"]
    began = clock()

    async def read() -> CardsPage:
        async with request.state["db"].reads() as session:
            return _page(await kok.discounted(session, window=query.window()))

    listing = Listing(DISCOUNTED, (query.page, query.size, query.cursor), read)
    if caller is not None:
        found = await (listing.cards(request) if query.use_cache else read())
        seen = {
            "product_count": len(found.products),
            "execution_time_ms": (clock() - began) / timedelta(milliseconds=1),
            "use_cache": query.use_cache,
        }
        note(request, event, seen, user_id=caller.user_id)
    return await (listing.answer(request) if query.use_cache else read())


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=CardsPage)
async def top_selling(
    request: Request[State], *, query: RankedQuery, caller: Caller | None
) -> Response:
    """Return the products with the most reviews, or with the best."""
    by_rating = query.sort_by == RATING

    async def read() -> CardsPage:
        async with request.state["db"].reads() as session:
            window = query.window()
            return _page(await kok.top_selling(session, by_rating=by_rating, window=window))

    listing = Listing(TOP_SELLING, (query.page, query.size, query.cursor, by_rating), read)
    if caller is not None:
        found = await listing.cards(request)
        seen = {"product_count": len(found.products), "sort_by": query.sort_by}
        note(request, "kok_top_selling_products_view", seen, user_id=caller.user_id)
    return await listing.answer(request)


@endpoint(auth="optional", tags=TAGS, public_seconds=PUBLIC_SECONDS, answers=Cards)
async def store_best(
    request: Request[State], *, query: BestQuery, caller: Caller | None
) -> Cards | Response:
    """Return the ten best products of the stores the caller bought from; a stranger's, of all."""
    by_rating = query.sort_by == RATING
    if caller is None:

        async def read() -> Cards:
            async with request.state["db"].reads() as session:
                return _cards(
                    await kok.best_of_stores(session, bought=None, by_rating=by_rating, limit=BEST)
                )

        return await Listing(STORE_BEST, (by_rating,), read).answer(request)
    async with request.state["db"].reads() as session:
        bought = await order.bought_kok_products(session, by=caller.user_id)
        best = (
            await kok.best_of_stores(session, bought=bought, by_rating=by_rating, limit=BEST)
            if bought
            else ()
        )
    seen = {"product_count": len(best), "sort_by": query.sort_by}
    note(request, "kok_store_best_items_view", seen, user_id=caller.user_id)
    return _cards(best)


def _page(part: Slice[kok.Card]) -> CardsPage:
    return CardsPage(products=_cards(part.rows).products, next_cursor=part.next_cursor)


def _cards(found: Sequence[kok.Card]) -> Cards:
    return Cards(
        products=[
            Card(
                kok_product_id=each.kok_product_id,
                kok_thumbnail=each.image,
                kok_discount_rate=each.discount_rate,
                kok_discounted_price=each.discounted_price or each.price,
                kok_product_name=each.name,
                kok_store_name=each.store_name,
                kok_review_cnt=each.review_cnt,
                kok_review_score=each.review_score,
            )
            for each in found
        ]
    )


routes = [
    Route("/api/kok/discounted", discounted),
    Route("/api/kok/discounted/window", discounted_window),
    Route("/api/kok/discounted/max-join", discounted_max_join),
    Route("/api/kok/discounted/baseline", discounted_baseline),
    Route("/api/kok/top-selling", top_selling),
    Route("/api/kok/store-best-items", store_best),
]
