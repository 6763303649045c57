"""Recipes in outline, as they are told of beside something that was bought for them."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, func, select

from domain.kernel import BigId, Session
from domain.recipe.models import Material, Rating, Recipe

R: Final = Recipe.__table__.c
M: Final = Material.__table__.c
S: Final = Rating.__table__.c
# Between names, in none of which it is.
SEPARATOR: Final = "\x1f"

_STARS: Final = select(func.avg(S.rating)).where(S.recipe_id == R.recipe_id)
# Put together by the database: one row a recipe is read, not one an ingredient.
_NAMES: Final = select(func.aggregate_strings(M.material_name, SEPARATOR)).where(
    M.recipe_id == R.recipe_id
)
_OUTLINES: Final = select(
    R.recipe_id,
    R.recipe_title,
    R.scrap_count,
    R.cooking_introduction,
    _STARS.scalar_subquery().label("stars"),
    _NAMES.scalar_subquery().label("names"),
).where(R.recipe_id.in_(bindparam("ids", expanding=True, type_=BigId)))


class Outline(NamedTuple):
    """A recipe's face, its average stars, 0 before anybody rated it, and what it is made of."""

    recipe_id: int
    recipe_title: str
    scrap_count: int
    cooking_introduction: str
    stars: float
    material_names: frozenset[str]


async def outlines(session: Session, recipe_ids: Collection[int]) -> Sequence[Outline]:
    """Return the outlines of the recipes there are among these, in no order: one statement."""
    found = await session.execute(_OUTLINES, {"ids": list(recipe_ids)})
    return [
        Outline(
            recipe_id=row.recipe_id,
            recipe_title=row.recipe_title,
            scrap_count=row.scrap_count,
            cooking_introduction=row.cooking_introduction,
            stars=float(row.stars or 0),
            material_names=frozenset(filter(None, (row.names or "").split(SEPARATOR))),
        )
        for row in found
    ]
