"""/api/recipes: finding recipes by name, by ingredients, and for what is left in the kitchen."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.routing import Route

from domain import recipe
from server.auth import Caller
from server.endpoint import endpoint
from server.noting import note
from server.routes.recipe import TAGS, RecipeOut, told
from server.routes.views import Page
from server.state import State

NAMES_MAX = 50

Keyword = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Unit = Annotated[str, Field(max_length=50)]


class SearchQuery(Page):
    recipe: Keyword
    size: int = Field(15, ge=1, le=50)
    method: Literal["recipe", "ingredient"] = "recipe"


class LeftoversQuery(BaseModel):
    ingredient: list[Name] = Field(min_length=3, max_length=NAMES_MAX)
    amount: list[Amount] | None = Field(None, max_length=NAMES_MAX)
    unit: list[Unit] | None = Field(None, max_length=NAMES_MAX)
    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(5, ge=1, le=50)


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


class UsedIngredient(BaseModel):
    material_name: str
    measure_amount: float | None
    measure_unit: str | None


class Suggested(RecipeOut):
    matched_ingredient_count: int
    total_ingredients_count: int
    used_ingredients: list[UsedIngredient]


class Combination(BaseModel):
    """Recipes that together use up what is left; ``page`` is the combination, 1 to 3."""

    recipes: list[Suggested]
    page: int
    size: int
    total: int
    total_combinations: int


@endpoint(auth="required", tags=TAGS)
async def search(request: Request[State], *, query: SearchQuery, caller: Caller) -> SearchOut:
    """Return recipes by their name, or those that have all of these ingredients (a, b, c)."""
    async with request.state["db"].reads() as session:
        if query.method == "recipe":
            found = await recipe.search_by_name(session, query.recipe, window=query.window())
        else:
            wanted = map(recipe.plain_name, query.recipe.split(","))
            names = list(dict.fromkeys(name for name in wanted if name))[:NAMES_MAX]
            found = await recipe.search_by_materials(
                session, [(name,) for name in names], at_least=len(names), window=query.window()
            )
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


@endpoint(errors=(400,), auth="required", tags=TAGS)
async def by_ingredients(
    request: Request[State], *, query: LeftoversQuery, caller: Caller
) -> Combination:
    """Return the recipes of one combination that use up what is left; later ones share none."""
    left = recipe.leftovers_of(query.ingredient, amounts=query.amount, units=query.unit)
    async with request.state["db"].reads() as session:
        found = await recipe.suggest(
            session, left, number=query.page, size=query.size, taste=caller.user_id % 3
        )
    seen = {
        "ingredients": query.ingredient,
        "page": query.page,
        "size": query.size,
        "recipe_count": len(found),
    }
    note(request, "recipe_search_by_ingredients", seen, user_id=caller.user_id)
    return Combination(
        recipes=[_suggested(each) for each in found],
        page=query.page,
        size=query.size,
        total=len(found),
        total_combinations=recipe.COMBINATIONS,
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


def _suggested(found: recipe.Suggestion) -> Suggested:
    return Suggested(
        **told(found.card),
        matched_ingredient_count=len(found.used),
        total_ingredients_count=found.material_count,
        used_ingredients=[
            UsedIngredient(
                material_name=each.material_name,
                measure_amount=each.amount,
                measure_unit=each.unit,
            )
            for each in found.used
        ],
    )


routes = [
    Route("/api/recipes/search", search),
    Route("/api/recipes/by-ingredients", by_ingredients),
]
