"""What is on air now and what comes next, and what broadcasts show."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import Integer, bindparam, case, select

from domain.homeshopping.listing import broadcasts, view_of
from domain.homeshopping.models import Broadcast
from domain.homeshopping.schemas import BroadcastView
from domain.homeshopping.states import LIVE, SCHEDULED
from domain.kernel import BigId, Session

_COMING: Final = (
    broadcasts()
    .where(Broadcast.status.in_([LIVE, SCHEDULED]))
    .order_by(case((Broadcast.status == LIVE, 0), else_=1), Broadcast.starts_at, Broadcast.live_id)
    .limit(bindparam("most", type_=Integer))
)
_PRODUCTS: Final = select(Broadcast.live_id, Broadcast.product_id).where(
    Broadcast.live_id.in_(bindparam("ids", expanding=True, type_=BigId))
)


async def coming(session: Session, *, limit: int) -> Sequence[BroadcastView]:
    """Return what is on air, then what comes next, by start; so many broadcasts at most."""
    return [view_of(row) for row in await session.execute(_COMING, {"most": limit})]


async def products_of(session: Session, live_ids: Collection[int]) -> Mapping[int, int]:
    """Return the product that each of these broadcasts shows, by ``live_id``."""
    found = await session.execute(_PRODUCTS, {"ids": list(live_ids)})
    return {live_id: product_id for live_id, product_id in found}  # noqa: C416 (rows are not plain pairs)
