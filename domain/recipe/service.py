"""Taking recipes into the book."""

import unicodedata
from datetime import datetime

from sqlalchemy import insert, select

from domain.kernel import Session, emit, grams
from domain.recipe.errors import RecipeNotFound
from domain.recipe.events import RecipeChanged
from domain.recipe.models import Material, Recipe, RecipeGram
from domain.recipe.schemas import NewRecipe


def plain_name(name: str) -> str:
    """Return an ingredient's name as it is kept: composed, without blanks around it."""
    return unicodedata.normalize("NFC", name).strip()


async def add_recipe(session: Session, new: NewRecipe, *, now: datetime) -> None:
    """Take a recipe into the book, and file it where searches find it."""
    session.add(Recipe(**new.model_dump(exclude={"materials"})))
    await session.flush()
    session.add_all(
        Material(
            recipe_id=new.recipe_id,
            material_name=plain_name(each.material_name),
            measure_amount=each.measure_amount,
            measure_unit=each.measure_unit,
        )
        for each in new.materials
    )
    filed = sorted(grams(new.cooking_name, new.recipe_title))
    if filed:
        rows = [{"gram": gram, "recipe_id": new.recipe_id} for gram in filed]
        await session.execute(insert(RecipeGram), rows)
    emit(session, RecipeChanged(at=now, recipe_id=new.recipe_id))


async def check_recipe(session: Session, recipe_id: int) -> None:
    """Raise RecipeNotFound if there is no such recipe."""
    known = select(Recipe.recipe_id).where(Recipe.recipe_id == recipe_id)
    if await session.scalar(known) is None:
        raise RecipeNotFound
