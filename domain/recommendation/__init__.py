"""Recommendation: what goes with what, by the words in its name."""

from domain.recommendation.dishes import (
    Dish,
    Dishes,
    ForProduct,
    dishes_for_products,
    dishes_for_shown,
)
from domain.recommendation.errors import (
    IngredientsUnknown,
    NoKeyword,
    NothingToGoBy,
    NothingToRecommend,
    NoUsableProduct,
    ProductUnknown,
)
from domain.recommendation.goods import Goods, goods_for
from domain.recommendation.holdings import ingredient_status, recipe_notes
from domain.recommendation.ingredients import ingredient_keyword, spellings
from domain.recommendation.schemas import (
    Held,
    Holding,
    IngredientHeld,
    IngredientStatus,
    RecipeNote,
)
from domain.recommendation.similar import ForShopper, Shown, kok_like_shown, shown_like_wanted

__all__ = [
    "Dish",
    "Dishes",
    "ForProduct",
    "ForShopper",
    "Goods",
    "Held",
    "Holding",
    "IngredientHeld",
    "IngredientStatus",
    "IngredientsUnknown",
    "NoKeyword",
    "NoUsableProduct",
    "NothingToGoBy",
    "NothingToRecommend",
    "ProductUnknown",
    "RecipeNote",
    "Shown",
    "dishes_for_products",
    "dishes_for_shown",
    "goods_for",
    "ingredient_keyword",
    "ingredient_status",
    "kok_like_shown",
    "recipe_notes",
    "shown_like_wanted",
    "spellings",
]
