"""Recipes as lists show them, for whoever found their ids elsewhere."""

from collections.abc import Collection, Mapping
from typing import Final, cast

from sqlalchemy import select

from domain.kernel import Session
from domain.recipe.queries import CARD, OF_THESE, R
from domain.recipe.schemas import RecipeCard

_CARDS: Final = select(*CARD).where(R.recipe_id.in_(OF_THESE))


async def cards(session: Session, recipe_ids: Collection[int]) -> Mapping[int, RecipeCard]:
    """Return the recipes there are among these, by id: one statement."""
    found = await session.execute(_CARDS, {"ids": list(recipe_ids)})
    return {row.recipe_id: cast("RecipeCard", row) for row in found}
