"""Which products somebody likes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Integer, bindparam, delete, literal, select
from sqlalchemy.sql.dml import ReturningInsert

from domain.kernel import BigId, Session, UserId, UtcDateTime
from domain.kok.errors import KokProductNotFound
from domain.kok.listings import CARD, Card
from domain.kok.models import LIKES, PRODUCTS, KokLike
from domain.kok.upserts import upsert

# Marks, within one transaction, a like that was there before.
THERE_BEFORE: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LIKED: Final = (
    select(*CARD)
    .join_from(LIKES, PRODUCTS, PRODUCTS.c.kok_product_id == LIKES.c.kok_product_id)
    .where(LIKES.c.user_id == bindparam("by"))
    .order_by(LIKES.c.created_at.desc(), LIKES.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


async def toggle_like(session: Session, kok_product_id: int, *, by: UserId, now: datetime) -> bool:
    """Like the product, or no longer; return whether it is liked now. Raises KokProductNotFound.

    Toggles at once have the outcome of some order of them.
    """
    wanted = {"by": by, "product": kok_product_id, "now": now}
    like = _like(session.get_bind().dialect.name)
    found = (await session.execute(like, wanted)).one_or_none()
    if found is None:
        raise KokProductNotFound
    if found.created_at != THERE_BEFORE:
        return True
    await session.execute(delete(LIKES).where(LIKES.c.id == found.id))
    return False


@cache
def _like(dialect: str) -> ReturningInsert[*tuple[Any, ...]]:
    new = select(
        bindparam("by", type_=BigId).label("user_id"),
        PRODUCTS.c.kok_product_id,
        bindparam("now", type_=UtcDateTime()).label("created_at"),
    ).where(PRODUCTS.c.kok_product_id == bindparam("product"))
    mark = literal(THERE_BEFORE, UtcDateTime())
    return upsert(dialect, KokLike, new, change=lambda _there, _new: {"created_at": mark})


async def liked(session: Session, *, by: UserId, limit: int) -> Sequence[Card]:
    """Return the products the user likes, the newest like first."""
    found = await session.execute(_LIKED, {"by": by, "limit": limit})
    return cast("Sequence[Card]", found.all())


async def is_liked(session: Session, kok_product_id: int, *, by: UserId) -> bool:
    """Tell whether the user likes the product."""
    mine = select(LIKES.c.id).where(LIKES.c.user_id == by, LIKES.c.kok_product_id == kok_product_id)
    return await session.scalar(mine) is not None
