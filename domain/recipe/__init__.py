"""Recipes: dishes, and what they would put in the basket."""

from domain.recipe.errors import RecipeNotFound
from domain.recipe.models import Material, Recipe
from domain.recipe.schemas import NewMaterial, NewRecipe
from domain.recipe.service import add_recipe, get_recipe

__all__ = [
    "Material",
    "NewMaterial",
    "NewRecipe",
    "Recipe",
    "RecipeNotFound",
    "add_recipe",
    "get_recipe",
]
