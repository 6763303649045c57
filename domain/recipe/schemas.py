"""What a recipe is made from, and how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.kernel import Slice, View


class NewMaterial(View):
    """One ingredient; the amount is text, because "약간" is an amount."""

    material_name: str
    measure_amount: str | None = None
    measure_unit: str | None = None


class NewRecipe(View):
    """A recipe as it is taken into the book."""

    recipe_id: int
    recipe_title: str
    cooking_name: str
    scrap_count: int
    cooking_case_name: str
    cooking_category_name: str
    cooking_introduction: str
    number_of_serving: str
    thumbnail_url: str
    materials: tuple[NewMaterial, ...]


class RecipeCard(Protocol):
    """A recipe as lists show it."""

    recipe_id: int
    recipe_title: str
    cooking_name: str
    scrap_count: int
    cooking_case_name: str
    cooking_category_name: str
    cooking_introduction: str
    number_of_serving: str
    thumbnail_url: str


class MaterialRow(Protocol):
    """One ingredient as it stands in a recipe."""

    id: int
    material_name: str
    measure_amount: str | None
    measure_unit: str | None


@dataclass(frozen=True, slots=True)
class RecipePage:
    """A recipe with its ingredients by name."""

    card: RecipeCard
    materials: Sequence[MaterialRow]


@dataclass(frozen=True, slots=True)
class Found:
    """A part of what was found, and how many there are in all."""

    total: int
    part: Slice[RecipeCard]
