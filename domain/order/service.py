"""What moves orders: each function is one business step in the caller's transaction.

Locks are taken in one order everywhere: the order's row, then the shelf in SKU order, then the
product's broadcasts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from domain import homeshopping, kok, stock
from domain.kernel import OrderId, Session, Sku, UserId, emit
from domain.order.errors import OrderNotFound
from domain.order.models import Order, OrderLine
from domain.order.schemas import Delays
from domain.order.states import CANCELLED, HOLDING, NEXT, ORDER_RECEIVED, SHIPPING, OrderStatus

WITH_LINES = (selectinload(Order.lines).selectinload(OrderLine.history),)


async def move(  # noqa: PLR0913 (a move has these parts)
    session: Session,
    order: Order,
    to: OrderStatus,
    *,
    by: UserId | None,
    now: datetime,
    delays: Delays | None = None,
    line_ids: frozenset[int] = frozenset(),
) -> None:
    """Move a locked order, keep the shelf in step and tell the buyer. Raises IllegalMove.

    ``line_ids`` moves just those lines; ``delays`` plans the next step that happens by itself,
    counted from when the order as a whole got where it is.
    """
    held, was = order.holdings(HOLDING), order.status
    fact = order.move(to, at=now, by=by, line_ids=line_ids)
    let_go = Counter(held) - Counter(order.holdings(HOLDING))
    if to is SHIPPING:
        await stock.dispatch(session, let_go, order_id=OrderId(order.order_id), now=now)
    elif let_go:
        await _release(session, order, let_go, now=now)
    if delays is not None and order.status is not was:
        order.plan_next(delays, at=now)
    emit(session, fact)


async def advance_due(session: Session, *, now: datetime, delays: Delays, limit: int) -> int:
    """Let up to ``limit`` paid orders take the step that is due; return how many."""
    for order in (due := await _claim(session, Order.next_move_at <= now, limit)):
        # An operator may have taken other lines further.
        behind, to = order.line_ids(order.status), NEXT[order.status]
        await move(session, order, to, by=None, now=now, delays=delays, line_ids=behind)
    return len(due)


async def resume(session: Session, order_id: OrderId, *, now: datetime, delays: Delays) -> None:
    """See to it that a paid order goes on by itself; one that does is left as it is.

    Raises OrderNotFound.
    """
    order = await lock(session, order_id)
    if order.next_move_at is None:
        order.plan_next(delays, at=now)


async def expire_due(session: Session, *, now: datetime, limit: int) -> int:
    """Cancel up to ``limit`` orders whose payment nobody began in time; return how many."""
    unpaid = (Order.status == ORDER_RECEIVED) & (Order.pay_by <= now)
    for order in (due := await _claim(session, unpaid, limit)):
        await move(session, order, CANCELLED, by=None, now=now)
    return len(due)


async def anything_due(session: Session, *, now: datetime) -> bool:
    """Tell whether time should move any order; takes no lock."""
    unpaid = select(Order.order_id).where(Order.status == ORDER_RECEIVED, Order.pay_by <= now)
    paid = select(Order.order_id).where(Order.next_move_at <= now)
    due = [await session.scalar(query.limit(1)) for query in (unpaid, paid)]
    return any(found is not None for found in due)


async def lock(session: Session, order_id: OrderId, *, by: UserId | None = None) -> Order:
    """Return the order, locked, with its lines.

    Raises OrderNotFound, also for another buyer's order when ``by`` is given.
    """
    mine = select(Order).where(Order.order_id == order_id).options(*WITH_LINES)
    if by is not None:
        mine = mine.where(Order.user_id == by)
    fresh = mine.with_for_update().execution_options(populate_existing=True)
    order = await session.scalar(fresh)
    if order is None:
        raise OrderNotFound
    return order


async def _claim(session: Session, due: ColumnElement[bool], limit: int) -> Sequence[Order]:
    found = (
        select(Order)
        .where(due)
        .order_by(Order.order_id)
        .limit(limit)
        .options(*WITH_LINES)
        .with_for_update(skip_locked=True)  # another clock may be doing the same
    )
    return (await session.scalars(found)).all()


async def _release(
    session: Session, order: Order, held: Mapping[Sku, int], *, now: datetime
) -> None:
    shop = homeshopping.release if order.kind == "homeshopping" else kok.release
    await shop(session, held, order_id=OrderId(order.order_id), now=now)
