"""What may be asked about orders: a bounded number of statements each."""

from collections.abc import Sequence

from sqlalchemy import func, select

from domain.kernel import OrderId, Session, UserId
from domain.order.errors import OrderNotFound
from domain.order.models import Order
from domain.order.schemas import OrderView
from domain.order.service import WITH_LINES


async def get(session: Session, order_id: OrderId, *, by: UserId) -> Order:
    """Return the buyer's own order with its lines.

    Raises OrderNotFound, also for another buyer's order.
    """
    mine = select(Order).where(Order.order_id == order_id, Order.user_id == by)
    order = await session.scalar(mine.options(*WITH_LINES))
    if order is None:
        raise OrderNotFound
    return order


async def newest(session: Session, *, by: UserId, limit: int) -> Sequence[OrderView]:
    """Return the buyer's newest orders, newest first."""
    mine = select(Order).where(Order.user_id == by).order_by(Order.order_id.desc())
    found = await session.scalars(mine.limit(limit).options(*WITH_LINES))
    return [order.view() for order in found]


async def count(session: Session, *, by: UserId) -> int:
    """Return how many orders the buyer ever placed."""
    mine = select(func.count()).select_from(Order).where(Order.user_id == by)
    return int(await session.scalar(mine) or 0)
