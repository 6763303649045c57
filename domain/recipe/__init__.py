"""Recipes: dishes, what people think of them, and what they would put in the basket."""

from domain.recipe.cards import cards
from domain.recipe.errors import (
    AmountsMiscounted,
    LeftoversUnclear,
    RecipeNotFound,
    UnitsMiscounted,
)
from domain.recipe.events import RecipeChanged
from domain.recipe.leftovers import Method, Plan, Suggestion, Wish, leftovers_of, plan, suggestions
from domain.recipe.measures import EPSILON, Leftover, merged, places
from domain.recipe.models import Material, Recipe
from domain.recipe.needs import (
    COLUMNS,
    NOBODY,
    Needs,
    Rows,
    joined,
    names_of,
    needs_from_book,
    needs_of,
)
from domain.recipe.outlines import Outline, outlines
from domain.recipe.popular import popular
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
from domain.recipe.texts import (
    Ingredient,
    RecipeText,
    recipe_count,
    recipe_ids_after,
    recipe_texts,
)
from domain.recipe.using_up import COMBINATIONS, Choice, Used

__all__ = [
    "COLUMNS",
    "COMBINATIONS",
    "EPSILON",
    "NOBODY",
    "AmountsMiscounted",
    "Choice",
    "Found",
    "Ingredient",
    "Leftover",
    "LeftoversUnclear",
    "Material",
    "MaterialRow",
    "Method",
    "Needs",
    "NewMaterial",
    "NewRecipe",
    "Outline",
    "Plan",
    "Recipe",
    "RecipeCard",
    "RecipeChanged",
    "RecipeNotFound",
    "RecipePage",
    "RecipeText",
    "Rows",
    "Suggestion",
    "UnitsMiscounted",
    "Used",
    "Wish",
    "add_recipe",
    "cards",
    "check_recipe",
    "joined",
    "leftovers_of",
    "material_names",
    "merged",
    "names_of",
    "needs_from_book",
    "needs_of",
    "outlines",
    "places",
    "plain_name",
    "plan",
    "popular",
    "rate",
    "ratings",
    "recipe_count",
    "recipe_ids_after",
    "recipe_page",
    "recipe_texts",
    "search_by_materials",
    "search_by_name",
    "suggestions",
]
