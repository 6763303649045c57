"""/api/recipes: one recipe, and what people think of it."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import recipe
from domain.kernel import IdempotencyKey, naive_kst
from server.auth import Caller
from server.cache import BYTES_MAX, ENTRY_BYTES, KEPT_SECONDS
from server.endpoint import JSON, endpoint, once
from server.noting import note
from server.routes.views import Body, Id
from server.state import State

TAGS: Final = ("recipe",)
PUBLISHED: Final = "https://www.10000recipe.com/recipe/{recipe_id}"
# The name of what this process keeps of the book.
PAGES: Final = "recipe.page"


class RecipeOut(BaseModel):
    """What every list of recipes tells."""

    recipe_id: int
    recipe_title: str | None
    cooking_name: str | None
    scrap_count: int | None
    cooking_case_name: str | None
    cooking_category_name: str | None
    cooking_introduction: str | None
    number_of_serving: str | None
    thumbnail_url: str | None
    recipe_url: str


class MaterialOut(BaseModel):
    """An ingredient; ``recipe_id`` and ``details`` are always null, as they always were."""

    material_id: int
    recipe_id: int | None
    material_name: str | None
    measure_amount: str | None
    measure_unit: str | None
    details: str | None


class RecipeDetail(RecipeOut):
    materials: list[MaterialOut]


class Address(BaseModel):
    url: str


class Rating(BaseModel):
    recipe_id: int
    rating: float


class Stars(Body):
    rating: Annotated[int, Field(ge=0, le=5)]


class Kept(BaseModel):
    """What this process keeps of the book; searches are not kept."""

    cache_size: int
    search_cache_size: int
    max_size: int
    search_max_size: int
    ttl_seconds: int
    search_ttl_seconds: int


class Stats(BaseModel):
    cache_stats: Kept
    timestamp: datetime


def address(recipe_id: int) -> str:
    """Return where the recipe was published."""
    return PUBLISHED.format(recipe_id=recipe_id)


def told(card: recipe.RecipeCard) -> dict[str, object]:
    """Return the fields of ``RecipeOut``."""
    return {
        "recipe_id": card.recipe_id,
        "recipe_title": card.recipe_title,
        "cooking_name": card.cooking_name,
        "scrap_count": card.scrap_count,
        "cooking_case_name": card.cooking_case_name,
        "cooking_category_name": card.cooking_category_name,
        "cooking_introduction": card.cooking_introduction,
        "number_of_serving": card.number_of_serving,
        "thumbnail_url": card.thumbnail_url,
        "recipe_url": address(card.recipe_id),
    }


@endpoint(errors=(404,), auth="required", tags=TAGS, answers=RecipeDetail)
async def detail(request: Request[State], *, recipe_id: Id, caller: Caller) -> Response:
    """Return a recipe with its ingredients by name."""

    async def read() -> bytes:
        async with request.state["db"].reads() as session:
            page = await recipe.recipe_page(session, recipe_id)
        return _packed(page)

    # A page of the book is the same for everybody, but only for those who are signed in.
    body = await request.state["cache"].get((PAGES, recipe_id), read, names=(PAGES,))
    note(request, "recipe_detail_view", {"recipe_id": recipe_id}, user_id=caller.user_id)
    return Response(body, media_type=JSON)


@endpoint(auth="required", tags=TAGS)
async def url(request: Request[State], *, recipe_id: Id, caller: Caller) -> Address:
    """Return where a recipe was published; whether there is such a recipe is not asked."""
    note(request, "recipe_url_view", {"recipe_id": recipe_id}, user_id=caller.user_id)
    return Address(url=address(recipe_id))


@endpoint(auth="required", tags=TAGS)
async def rating(request: Request[State], *, recipe_id: Id, caller: Caller) -> Rating:
    """Return the average of a recipe's ratings, 0 while there is none."""
    async with request.state["db"].reads() as session:
        found = await recipe.ratings(session, [recipe_id])
    stars = found.get(recipe_id, 0.0)
    seen = {"recipe_id": recipe_id, "rating": stars}
    note(request, "recipe_rating_view", seen, user_id=caller.user_id)
    return Rating(recipe_id=recipe_id, rating=stars)


@endpoint(errors=(404,), auth="required", idempotent=True, tags=TAGS)
async def rate(
    request: Request[State],
    *,
    recipe_id: Id,
    body: Stars,
    caller: Caller,
    key: IdempotencyKey | None,
) -> Rating:
    """Rate a recipe, or otherwise than before; the answer is the caller's own rating."""
    now = request.state["clock"]()
    async with once(request, key) as work:
        await recipe.rate(work.session, recipe_id, by=caller.user_id, stars=body.rating, now=now)
        out = work.answer(Rating(recipe_id=recipe_id, rating=float(body.rating)))
    done = {"recipe_id": recipe_id, "rating": body.rating}
    note(request, "recipe_rating_create", done, user_id=caller.user_id)
    return out


@endpoint(auth="required", tags=TAGS)
async def stats(request: Request[State]) -> Stats:
    """Return how many recipes this process keeps at hand, and for how long."""
    kept = Kept(
        cache_size=request.state["cache"].held(PAGES),
        search_cache_size=0,
        max_size=BYTES_MAX // ENTRY_BYTES,
        search_max_size=0,
        ttl_seconds=int(KEPT_SECONDS),
        search_ttl_seconds=0,
    )
    return Stats(cache_stats=kept, timestamp=naive_kst(request.state["clock"]()))


def _packed(page: recipe.RecipePage) -> bytes:
    materials = [
        MaterialOut(
            material_id=each.id,
            recipe_id=None,
            material_name=each.material_name,
            measure_amount=each.measure_amount,
            measure_unit=each.measure_unit,
            details=None,
        )
        for each in page.materials
    ]
    return RecipeDetail(**told(page.card), materials=materials).model_dump_json().encode()


routes = [
    Route("/api/recipes/cache/stats", stats),
    Route("/api/recipes/{recipe_id}", detail),
    Route("/api/recipes/{recipe_id}/url", url),
    Route("/api/recipes/{recipe_id}/rating", rating),
    Route("/api/recipes/{recipe_id}/rating", rate, methods=["POST"]),
]
