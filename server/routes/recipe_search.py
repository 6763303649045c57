"""/api/recipes: finding recipes by name, and by all their ingredients."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.routing import Route

from domain import recipe, recommendation
from domain.kernel import Slice
from domain.recommendation import Kind, Question
from server.auth import Caller
from server.endpoint import endpoint
from server.noting import note
from server.routes.recipe import TAGS, RecipeOut, told
from server.routes.search import library
from server.routes.views import Page
from server.state import State

NAMES_MAX = 50
ONLY: Final[tuple[Kind, ...]] = ("recipe",)

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class SearchQuery(Page):
    recipe: Keyword
    size: int = Field(15, ge=1, le=50)
    method: Literal["recipe", "ingredient"] = "recipe"


class FoundRecipe(RecipeOut):
    """A recipe, also in the capitals the earlier API told it in; RECIPE_TITLE is the dish."""

    RECIPE_ID: int
    RECIPE_TITLE: str | None
    SCRAP_COUNT: int | None
    COOKING_CASE_NAME: str | None
    COOKING_CATEGORY_NAME: str | None
    COOKING_INTRODUCTION: str | None
    NUMBER_OF_SERVING: str | None
    THUMBNAIL_URL: str | None


class SearchOut(BaseModel):
    recipes: list[FoundRecipe]
    page: int
    total: int
    next_cursor: str | None


@endpoint(auth="required", tags=TAGS)
async def search(request: Request[State], *, query: SearchQuery, caller: Caller) -> SearchOut:
    """Return recipes by their name, or those that have all of these ingredients (a, b, c).

    By name: what has every word, then what is like it, as `GET /api/search` finds it.
    """
    by_name = query.method == "recipe"
    found = await (_by_name(request, query) if by_name else _by_materials(request, query))
    seen = {
        "recipe": query.recipe,
        "method": query.method,
        "page": query.page,
        "size": query.size,
        "total": found.total,
    }
    note(request, "recipe_search_by_keyword", seen, user_id=caller.user_id)
    return SearchOut(
        recipes=[_found(card) for card in found.part.rows],
        page=query.page,
        total=found.total,
        next_cursor=found.part.next_cursor,
    )


async def _by_name(request: Request[State], query: SearchQuery) -> recipe.Found:
    asked = Question(text=query.recipe, window=query.window(), kinds=ONLY, shown=ONLY)
    found = await recommendation.find(library(request), asked)
    ids = [row.item.item_id for row in found.rows]
    async with request.state["db"].reads() as session:
        cards = await recipe.cards(session, ids)
    rows = [cards[recipe_id] for recipe_id in ids if recipe_id in cards]
    return recipe.Found(found.total, Slice(rows, found.next_cursor))


async def _by_materials(request: Request[State], query: SearchQuery) -> recipe.Found:
    wanted = map(recipe.plain_name, query.recipe.split(","))
    names = list(dict.fromkeys(name for name in wanted if name))[:NAMES_MAX]
    async with request.state["db"].reads() as session:
        return await recipe.search_by_materials(
            session, [(name,) for name in names], at_least=len(names), window=query.window()
        )


def _found(card: recipe.RecipeCard) -> FoundRecipe:
    return FoundRecipe(
        **told(card),
        RECIPE_ID=card.recipe_id,
        RECIPE_TITLE=card.cooking_name,
        SCRAP_COUNT=card.scrap_count,
        COOKING_CASE_NAME=card.cooking_case_name,
        COOKING_CATEGORY_NAME=card.cooking_category_name,
        COOKING_INTRODUCTION=card.cooking_introduction,
        NUMBER_OF_SERVING=card.number_of_serving,
        THUMBNAIL_URL=card.thumbnail_url,
    )


routes = [
    Route("/api/recipes/search", search),
]
