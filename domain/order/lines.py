"""Single lines of orders: the earlier API numbers, shows and moves each one on its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, select

from domain.kernel import Key, Keyset, OrderId, Session, Slice, UserId, Window
from domain.order.errors import (
    HomeshoppingOrderNotFound,
    KokOrderNotFound,
    NotPaid,
    OrderNotFound,
)
from domain.order.models import LineHistory, Order, OrderLine
from domain.order.schemas import Delays, Kind, Line, Purchase, Step
from domain.order.service import resume
from domain.order.states import CANCELLED, DELIVERED, NEXT, PAID, OrderStatus

NOT_FOUND: Final[dict[str, type[OrderNotFound]]] = {
    "kok": KokOrderNotFound,
    "homeshopping": HomeshoppingOrderNotFound,
}
_IN_ORDER: Final = Order.order_id == OrderLine.order_id
_LINES: Final = (
    select(
        OrderLine.order_id,
        Order.order_time,
        OrderLine.line_id,
        OrderLine.kind,
        OrderLine.product_id,
        OrderLine.product_name,
        OrderLine.image,
        OrderLine.quantity,
        OrderLine.unit_price,
        OrderLine.line_total,
        OrderLine.price_id,
        OrderLine.recipe_id,
        OrderLine.status,
        LineHistory.at.label("delivered_at"),
    )
    .join(Order, _IN_ORDER)
    .outerjoin(
        LineHistory,
        and_(LineHistory.line_id == OrderLine.line_id, LineHistory.status == DELIVERED),
    )
)
_NEWEST_FIRST: Final = Keyset(
    (
        Key(Order.order_time, "order_time", descending=True),
        Key(OrderLine.line_id, "line_id", descending=True),
    )
)


async def find_line(
    session: Session, line_id: int, *, kind: Kind, by: UserId | None
) -> Line | None:
    """Return a line of that shop, None for another buyer's; staff (``by=None``) see everybody's."""
    found = (await session.execute(_only(_LINES, line_id, kind=kind, by=by))).one_or_none()
    return None if found is None else Line.model_validate(found)


async def order_of_line(
    session: Session, line_id: int, *, kind: Kind, by: UserId | None = None
) -> OrderId:
    """Return which order the line belongs to.

    Raises KokOrderNotFound or HomeshoppingOrderNotFound, also for another buyer's line.
    """
    lines = select(OrderLine.order_id).join(Order, _IN_ORDER)
    found = await session.scalar(_only(lines, line_id, kind=kind, by=by))
    if found is None:
        raise NOT_FOUND[kind]
    return OrderId(found)


async def steps_of(
    session: Session, line_id: int, *, kind: Kind, by: UserId | None
) -> Sequence[Step]:
    """Return the steps of the line's life, the present one first; there is always one.

    Raises KokOrderNotFound or HomeshoppingOrderNotFound, also for another buyer's line.
    """
    number = LineHistory.id.label("history_id")
    steps = (
        select(number, LineHistory.status, LineHistory.at, LineHistory.by)
        .join(OrderLine, OrderLine.line_id == LineHistory.line_id)
        .join(Order, _IN_ORDER)
    )
    # By number, because a clock may stand still or be set back between two steps.
    newest_first = _only(steps, line_id, kind=kind, by=by).order_by(LineHistory.id.desc())
    found = [Step.model_validate(row) for row in await session.execute(newest_first)]
    if not found:
        raise NOT_FOUND[kind]
    return found


async def resume_line(  # noqa: PLR0913 (whose line, and what planning takes)
    session: Session, line_id: int, *, kind: Kind, by: UserId | None, now: datetime, delays: Delays
) -> OrderStatus:
    """See to it that the line's paid order goes on by itself; return the line's status.

    Nothing is locked when it already does. Raises KokOrderNotFound or HomeshoppingOrderNotFound,
    also for another buyer's line, NotPaid.
    """
    columns = select(OrderLine.status, OrderLine.order_id, Order.next_move_at, Order.status)
    its = _only(columns.join(Order, _IN_ORDER), line_id, kind=kind, by=by)
    found = (await session.execute(its)).one_or_none()
    if found is None:
        raise NOT_FOUND[kind]
    status, order_id, planned, overall = found
    if status not in PAID:
        raise NotPaid(status)
    if planned is None and overall in NEXT:
        await resume(session, OrderId(order_id), now=now, delays=delays)
    return OrderStatus(status)


async def lines_since(
    session: Session, *, by: UserId, since: datetime, window: Window
) -> Slice[Line]:
    """Return one part of what the buyer ordered since that moment, newest first.

    Raises kernel.CursorInvalid.
    """
    mine = _LINES.where(Order.user_id == by, Order.order_time >= since)
    found = await _NEWEST_FIRST.rows(session, mine, window)
    return Slice([Line.model_validate(row) for row in found.rows], found.next_cursor)


async def purchases_since(session: Session, *, by: UserId, since: datetime) -> Sequence[Purchase]:
    """Return what the buyer ordered since that moment and did not cancel, newest first."""
    lines = select(
        OrderLine.order_id,
        Order.order_time,
        OrderLine.kind,
        OrderLine.product_id,
        OrderLine.product_name,
        OrderLine.quantity,
    ).join(Order, _IN_ORDER)
    kept = (Order.user_id == by, Order.order_time >= since, OrderLine.status != CANCELLED)
    newest_first = lines.where(*kept).order_by(Order.order_time.desc(), OrderLine.line_id.desc())
    return [Purchase.model_validate(row) for row in await session.execute(newest_first)]


async def bought_kok_products(session: Session, *, by: UserId) -> Sequence[int]:
    """Return the ids of kok products that the buyer ever ordered, each once."""
    lines = select(OrderLine.product_id).join(Order, _IN_ORDER)
    mine = lines.where(Order.user_id == by, OrderLine.kind == "kok").distinct()
    return (await session.scalars(mine.order_by(OrderLine.product_id))).all()


def _only(
    statement: Select[*tuple[Any, ...]], line_id: int, *, kind: Kind, by: UserId | None
) -> Select[*tuple[Any, ...]]:
    its = statement.where(OrderLine.line_id == line_id, OrderLine.kind == kind)
    return its if by is None else its.where(Order.user_id == by)
