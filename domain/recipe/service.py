"""Taking recipes into the book, and looking them up."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from domain.kernel import Session
from domain.recipe.errors import RecipeNotFound
from domain.recipe.models import Material, Recipe
from domain.recipe.schemas import NewRecipe


async def add_recipe(session: Session, new: NewRecipe) -> None:
    """Take a recipe into the book."""
    materials = [Material(**each.model_dump()) for each in new.materials]
    session.add(Recipe(**new.model_dump(exclude={"materials"}), materials=materials))


async def get_recipe(session: Session, recipe_id: int) -> Recipe:
    """Return the recipe with its ingredients. Raises RecipeNotFound."""
    wanted = select(Recipe).where(Recipe.recipe_id == recipe_id)
    recipe = await session.scalar(wanted.options(selectinload(Recipe.materials)))
    if recipe is None:
        raise RecipeNotFound
    return recipe
