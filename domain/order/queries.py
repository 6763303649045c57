"""What may be asked about orders: a bounded number of statements each."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from domain.kernel import Key, Keyset, OrderId, Session, Slice, UserId, Window
from domain.order.errors import OrderNotFound
from domain.order.models import LineHistory, Order, OrderLine
from domain.order.schemas import HistoryView, LineView, OrderView
from domain.order.service import WITH_LINES

# Columns, not entities: a page of orders is hundreds of rows that nobody is going to change.
_ORDERS: Final = select(
    Order.order_id,
    Order.user_id,
    Order.kind,
    Order.status,
    Order.version,
    Order.total_amount,
    Order.order_time,
    Order.pay_by,
    Order.cancel_time,
)
_LINES: Final = select(
    OrderLine.order_id,
    OrderLine.line_id,
    OrderLine.kind,
    OrderLine.product_id,
    OrderLine.sku,
    OrderLine.product_name,
    OrderLine.image,
    OrderLine.quantity,
    OrderLine.unit_price,
    OrderLine.line_total,
    OrderLine.live_id,
    OrderLine.recipe_id,
    OrderLine.status,
).order_by(OrderLine.order_id, OrderLine.line_id)
_STEPS: Final = (
    select(LineHistory.line_id, LineHistory.status, LineHistory.at)
    .join(OrderLine, OrderLine.line_id == LineHistory.line_id)
    .order_by(LineHistory.line_id, LineHistory.id)
)
_NEWEST_FIRST: Final = Keyset((Key(Order.order_id, "order_id", descending=True),))


async def get(session: Session, order_id: OrderId, *, by: UserId) -> Order:
    """Return the buyer's own order with its lines.

    Raises OrderNotFound, also for another buyer's order.
    """
    order = await find(session, order_id, by=by)
    if order is None:
        raise OrderNotFound
    return order


async def find(session: Session, order_id: OrderId, *, by: UserId) -> Order | None:
    """Return the buyer's own order with its lines, None for another buyer's."""
    mine = select(Order).where(Order.order_id == order_id, Order.user_id == by)
    found: Order | None = await session.scalar(mine.options(*WITH_LINES))
    return found


async def newest(session: Session, *, by: UserId, limit: int) -> Sequence[OrderView]:
    """Return the buyer's newest orders, newest first."""
    return (await page(session, by=by, window=Window(limit))).rows


async def page(session: Session, *, by: UserId, window: Window) -> Slice[OrderView]:
    """Return one part of the buyer's orders, newest first: three statements, however many.

    Raises kernel.CursorInvalid.
    """
    found = await _NEWEST_FIRST.rows(session, _ORDERS.where(Order.user_id == by), window)
    ids = [row.order_id for row in found.rows]
    if not ids:
        return Slice([], None)
    lines = defaultdict[int, list[LineView]](list)
    steps = defaultdict[int, list[HistoryView]](list)
    for line_id, status, at in await session.execute(_STEPS.where(OrderLine.order_id.in_(ids))):
        steps[line_id].append(HistoryView(status=status, status_name=status.label, at=at))
    for row in await session.execute(_LINES.where(OrderLine.order_id.in_(ids))):
        line = row._asdict()
        order_id, status = line.pop("order_id"), row.status
        history = tuple(steps[row.line_id])
        lines[order_id].append(LineView(**line, status_name=status.label, history=history))
    views = [
        OrderView(**row._asdict(), status_name=row.status.label, lines=tuple(lines[row.order_id]))
        for row in found.rows
    ]
    return Slice(views, found.next_cursor)


async def count(session: Session, *, by: UserId) -> int:
    """Return how many orders the buyer ever placed."""
    mine = select(func.count()).select_from(Order).where(Order.user_id == by)
    return int(await session.scalar(mine) or 0)
