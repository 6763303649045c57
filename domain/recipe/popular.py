"""The recipes that most people keep."""

from collections.abc import Sequence
from typing import Final, cast

from sqlalchemy import Integer, bindparam, select

from domain.kernel import Session
from domain.recipe.queries import CARD, R
from domain.recipe.schemas import RecipeCard

_POPULAR: Final = (
    select(*CARD)
    .order_by(R.scrap_count.desc(), R.recipe_id.desc())
    .limit(bindparam("most", type_=Integer))
)


async def popular(session: Session, *, limit: int) -> Sequence[RecipeCard]:
    """Return the recipes that were scrapped most often; alike, the higher id first."""
    return cast("Sequence[RecipeCard]", (await session.execute(_POPULAR, {"most": limit})).all())
