"""Recipes: dishes, what people think of them, and what they would put in the basket."""

from domain.recipe.errors import (
    AmountsMiscounted,
    LeftoversUnclear,
    RecipeNotFound,
    UnitsMiscounted,
)
from domain.recipe.leftovers import Suggestion, leftovers_of, suggest
from domain.recipe.models import Material, Recipe
from domain.recipe.outlines import Outline, outlines
from domain.recipe.queries import (
    material_names,
    recipe_page,
    search_by_materials,
    search_by_name,
)
from domain.recipe.ratings import rate, ratings
from domain.recipe.schemas import (
    Found,
    MaterialRow,
    NewMaterial,
    NewRecipe,
    RecipeCard,
    RecipePage,
)
from domain.recipe.service import add_recipe, check_recipe, plain_name
from domain.recipe.using_up import COMBINATIONS, Leftover, Used

__all__ = [
    "COMBINATIONS",
    "AmountsMiscounted",
    "Found",
    "Leftover",
    "LeftoversUnclear",
    "Material",
    "MaterialRow",
    "NewMaterial",
    "NewRecipe",
    "Outline",
    "Recipe",
    "RecipeCard",
    "RecipeNotFound",
    "RecipePage",
    "Suggestion",
    "UnitsMiscounted",
    "Used",
    "add_recipe",
    "check_recipe",
    "leftovers_of",
    "material_names",
    "outlines",
    "plain_name",
    "rate",
    "ratings",
    "recipe_page",
    "search_by_materials",
    "search_by_name",
    "suggest",
]
