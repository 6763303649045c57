"""What recipes say of themselves, for whoever makes them findable: many at a time."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Integer, bindparam, func, select

from domain.kernel import BigId, Session
from domain.recipe.models import Material, Recipe

_R: Final = Recipe.__table__.c
_M: Final = Material.__table__.c
_IDS: Final = bindparam("ids", expanding=True, type_=BigId)


class Ingredient(NamedTuple):
    """One ingredient as the recipe has it; ``id`` says where it stands."""

    id: int
    material_name: str
    measure_amount: str | None
    measure_unit: str | None


class RecipeText(NamedTuple):
    """A recipe in words, and how many people kept it; ingredients in the recipe's own order."""

    recipe_id: int
    recipe_title: str
    cooking_name: str
    cooking_case_name: str
    cooking_category_name: str
    cooking_introduction: str
    scrap_count: int
    ingredients: tuple[Ingredient, ...] = ()


_TEXTS: Final = select(*(_R[name] for name in RecipeText._fields[:-1])).where(
    _R.recipe_id.in_(_IDS)
)
_INGREDIENTS: Final = (
    select(_M.recipe_id, *(_M[name] for name in Ingredient._fields))
    .where(_M.recipe_id.in_(_IDS))
    .order_by(_M.id)
)
_AFTER: Final = (
    select(_R.recipe_id)
    .where(_R.recipe_id > bindparam("last", type_=BigId))
    .order_by(_R.recipe_id)
    .limit(bindparam("most", type_=Integer))
)


async def recipe_texts(session: Session, recipe_ids: Collection[int]) -> Sequence[RecipeText]:
    """Return the words of the recipes there are among these, in no order: two statements."""
    ids: dict[str, Any] = {"ids": list(recipe_ids)}
    ingredients: defaultdict[int, list[Ingredient]] = defaultdict(list)
    for recipe_id, *ingredient in await session.execute(_INGREDIENTS, ids):
        ingredients[recipe_id].append(Ingredient(*ingredient))
    return [
        RecipeText._make((*row, tuple(ingredients[row.recipe_id])))
        for row in await session.execute(_TEXTS, ids)
    ]


async def recipe_count(session: Session) -> int:
    """Return how many recipes there are."""
    return int(await session.scalar(select(func.count()).select_from(Recipe)) or 0)


async def recipe_ids_after(session: Session, last: int, *, limit: int) -> Sequence[int]:
    """Return the next ids after that one, in order."""
    return (await session.scalars(_AFTER, {"last": last, "most": limit})).all()
