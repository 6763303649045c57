"""Which ingredients of a recipe somebody has, by what they bought, entered and mean to buy."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from domain import recipe
from domain.kernel import Session
from domain.recommendation.errors import IngredientsUnknown
from domain.recommendation.ingredients import ingredient_keyword, ingredient_named
from domain.recommendation.schemas import (
    Held,
    Holding,
    IngredientHeld,
    IngredientStatus,
    RecipeNote,
    Source,
)

_STATUS: Final[Mapping[Source, Held]] = {"order": "owned", "entered": "owned", "cart": "cart"}
_RANKS: Final[Mapping[Source, int]] = {"order": 0, "entered": 1, "cart": 2}


async def ingredient_status(
    session: Session, recipe_id: int, *, holdings: Sequence[Holding]
) -> IngredientStatus:
    """Return what of the recipe is bought, in the cart or missing, in the recipe's order.

    What was bought comes before what somebody said they have, and that before what is in the cart;
    of several products the first given counts.
    Raises IngredientsUnknown.
    """
    found = await recipe.material_names(session, [recipe_id])
    if recipe_id not in found:
        raise IngredientsUnknown
    kept = _by_ingredient(holdings)
    held = (_held(name, kept) for name in found[recipe_id])
    return IngredientStatus(recipe_id=recipe_id, ingredients=tuple(held))


async def recipe_notes(
    session: Session, recipe_ids: Collection[int], *, holdings: Sequence[Holding]
) -> Mapping[int, RecipeNote]:
    """Return a note of each recipe there is among these, by its id."""
    if not recipe_ids:
        return {}
    owned = _by_ingredient(each for each in holdings if _STATUS[each.source] == "owned")
    return {
        each.recipe_id: RecipeNote(
            recipe_id=each.recipe_id,
            title=each.recipe_title,
            rating=each.stars,
            scrap_count=each.scrap_count,
            description=each.cooking_introduction,
            ingredients_owned=_count_kept(each.material_names, owned),
            total_ingredients=len(each.material_names),
        )
        for each in await recipe.outlines(session, recipe_ids)
    }


def ingredient_key(name: str) -> str:
    """Return what two ingredients' names have in common when they are the same thing."""
    known = ingredient_named(name)
    return known.name if known else recipe.plain_name(name)


def _by_ingredient(holdings: Iterable[Holding]) -> Mapping[str, Holding]:
    kept: dict[str, Holding] = {}
    for each in sorted(holdings, key=lambda holding: _RANKS[holding.source]):
        # What was entered is an ingredient's name; what is sold has a title.
        read = ingredient_key if each.source == "entered" else ingredient_keyword
        if keyword := read(each.product_name):
            kept.setdefault(keyword, each)
    return kept


def _count_kept(names: Iterable[str], kept: Mapping[str, Holding]) -> int:
    return sum(ingredient_key(name) in kept for name in names) if kept else 0


def _held(name: str, kept: Mapping[str, Holding]) -> IngredientHeld:
    holding = kept.get(ingredient_key(name))
    status: Held = _STATUS[holding.source] if holding else "not_owned"
    return IngredientHeld(material_name=name, status=status, holding=holding)
