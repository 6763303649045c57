"""/api/recipes: what to cook with what is left in the kitchen."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import structlog
from pydantic import BaseModel, Field, StringConstraints
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import recipe, recommendation
from domain.kernel import UserId, is_unavailable
from server.auth import Caller
from server.endpoint import endpoint, reply
from server.language import say
from server.noting import note
from server.routes.recipe import TAGS, RecipeOut, told
from server.state import State

NAMES_MAX: Final = 50
# So many names are read out; the others are counted.
TOLD_MAX: Final = 3

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Unit = Annotated[str, Field(max_length=50)]

log = structlog.get_logger()


class LeftoversQuery(BaseModel):
    """``page`` is the combination; "cover" uses up the most ingredients, and lacks the fewest."""

    ingredient: list[Name] = Field(min_length=3, max_length=NAMES_MAX)
    amount: list[Amount] | None = Field(None, max_length=NAMES_MAX)
    unit: list[Unit] | None = Field(None, max_length=NAMES_MAX)
    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(5, ge=1, le=50)
    method: recipe.Method = "greedy"


class UsedIngredient(BaseModel):
    material_name: str
    measure_amount: float | None
    measure_unit: str | None


class Use(BaseModel):
    """Why it is suggested: a code to go by, and a sentence for people."""

    code: Literal["nothing_missing", "some_missing"]
    text: str


class Suggested(RecipeOut):
    matched_ingredient_count: int
    total_ingredients_count: int
    used_ingredients: list[UsedIngredient]
    missing_ingredients: list[str]
    reason: Use


class Combination(BaseModel):
    """Recipes that together use up what is left; ``page`` is the combination, 1 to 3.

    ``optimal``: there is no better choice by "cover"; false where that was not proven, null where
    nobody claims it.
    """

    recipes: list[Suggested]
    page: int
    size: int
    total: int
    total_combinations: int
    method: recipe.Method
    optimal: bool | None


@endpoint(errors=(400,), auth="required", tags=TAGS, answers=Combination)
async def by_ingredients(
    request: Request[State], *, query: LeftoversQuery, caller: Caller
) -> Response:
    """Return the recipes of one combination that use up what is left; later ones share none.

    What is named here counts as owned in `GET /api/recipes/{recipe_id}/status` for seven days.
    """
    state = request.state
    left = recipe.leftovers_of(query.ingredient, amounts=query.amount, units=query.unit)
    shelves = recommendation.Shelves(state["db"], state["analytics"])
    wish = recipe.Wish(query.page, query.size, caller.user_id % 3, query.method)
    found = await recommendation.use_up(shelves, left, wish)
    seen = {
        "ingredients": query.ingredient,
        "page": query.page,
        "size": query.size,
        "recipe_count": len(found.dishes),
    }
    note(request, "recipe_search_by_ingredients", seen, user_id=caller.user_id)
    answer = reply(
        Combination(
            recipes=[_suggested(request, each) for each in found.dishes],
            page=query.page,
            size=query.size,
            total=len(found.dishes),
            total_combinations=recipe.COMBINATIONS,
            method=query.method,
            optimal=found.optimal,
        )
    )
    answer.background = BackgroundTask(_remember, request, left, by=caller.user_id)
    return answer


async def _remember(
    request: Request[State], left: Sequence[recipe.Leftover], *, by: UserId
) -> None:
    """Keep what somebody has, after the answer; a database that is away loses it."""
    state = request.state
    try:
        async with state["db"].sessions.begin() as session:
            await recommendation.remember_entered(session, left, by=by, now=state["clock"]())
    except Exception as error:  # the answer has gone out
        if not is_unavailable(error):
            raise
        log.warning("pantry_not_remembered", error=type(error).__name__)


def _suggested(request: Request[State], found: recipe.Suggestion) -> Suggested:
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
        missing_ingredients=list(found.missing),
        reason=_reason(request, found),
    )


def _reason(request: Request[State], found: recipe.Suggestion) -> Use:
    names = ", ".join(each.material_name for each in found.used[:TOLD_MAX])
    used, lacking = len(found.used), len(found.missing)
    if not lacking:
        text = say(
            request, "{names} · {used}가지를 쓰고, 더 필요한 재료가 없어요.", names=names, used=used
        )
        return Use(code="nothing_missing", text=text)
    text = say(
        request,
        "{names} · {used}가지를 쓰고, {lacking}가지만 더 있으면 돼요.",
        names=names,
        used=used,
        lacking=lacking,
    )
    return Use(code="some_missing", text=text)


routes = [Route("/api/recipes/by-ingredients", by_ingredients)]
