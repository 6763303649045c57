"""What people think of a recipe: one rating each, which they may change."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from domain.kernel import Session, UserId, is_duplicate
from domain.recipe.models import Rating
from domain.recipe.service import check_recipe

_OF: Final = Rating.__table__.c
_AVERAGES: Final = (
    select(_OF.recipe_id, func.avg(_OF.rating))
    .where(_OF.recipe_id.in_(bindparam("ids", expanding=True)))
    .group_by(_OF.recipe_id)
)


async def rate(session: Session, recipe_id: int, *, by: UserId, stars: int, now: datetime) -> None:
    """Rate the recipe with 0 to 5 stars, or otherwise than before. Raises RecipeNotFound."""
    mine = update(Rating).where(Rating.user_id == by, Rating.recipe_id == recipe_id)
    change = mine.values(rating=stars, rated_at=now)
    if (await session.execute(change)).rowcount:  # type: ignore[attr-defined]  # an UPDATE's has one
        return
    await check_recipe(session, recipe_id)
    try:
        async with session.begin_nested():
            session.add(Rating(user_id=by, recipe_id=recipe_id, rating=stars, rated_at=now))
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        await session.execute(change)  # a twin came first; the later word counts


async def ratings(session: Session, recipe_ids: Collection[int]) -> Mapping[int, float]:
    """Return the average stars of those recipes that were rated."""
    found = await session.execute(_AVERAGES, {"ids": list(recipe_ids)})
    return {recipe_id: float(stars) for recipe_id, stars in found}
