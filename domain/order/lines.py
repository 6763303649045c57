"""Single lines of orders: the earlier API numbers, shows and moves each one on its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Select, and_, bindparam, select

from domain.kernel import Key, Keyset, OrderId, Session, Slice, UserId, Window
from domain.order.errors import (
    HomeshoppingOrderNotFound,
    KokOrderNotFound,
    NotPaid,
    OrderNotFound,
)
from domain.order.models import LINES, ORDERS, STEPS, LineHistory, Order, OrderLine
from domain.order.schemas import Delays, Kind, Line, Purchase, Step
from domain.order.service import resume
from domain.order.states import CANCELLED, DELIVERED, NEXT, PAID, OrderStatus

NOT_FOUND: Final[dict[str, type[OrderNotFound]]] = {
    "kok": KokOrderNotFound,
    "homeshopping": HomeshoppingOrderNotFound,
}
_IN_ORDER: Final = Order.order_id == OrderLine.order_id
# The lists are of columns, and drawn up once: to draw one up anew costs more than to read it.
_MINE_SINCE: Final = (
    ORDERS.c.user_id == bindparam("buyer"),
    ORDERS.c.order_time >= bindparam("since"),
)
_LINES: Final = (
    select(
        LINES.c.order_id,
        ORDERS.c.order_time,
        LINES.c.line_id,
        LINES.c.kind,
        LINES.c.product_id,
        LINES.c.product_name,
        LINES.c.image,
        LINES.c.quantity,
        LINES.c.unit_price,
        LINES.c.line_total,
        LINES.c.price_id,
        LINES.c.recipe_id,
        LINES.c.status,
        STEPS.c.at.label("delivered_at"),
    )
    .join_from(LINES, ORDERS, ORDERS.c.order_id == LINES.c.order_id)
    .outerjoin(STEPS, and_(STEPS.c.line_id == LINES.c.line_id, STEPS.c.status == DELIVERED))
)
_RECENT: Final = _LINES.where(*_MINE_SINCE)
_PURCHASES: Final = (
    select(
        LINES.c.order_id,
        ORDERS.c.order_time,
        LINES.c.kind,
        LINES.c.product_id,
        LINES.c.product_name,
        LINES.c.quantity,
    )
    .join_from(LINES, ORDERS, ORDERS.c.order_id == LINES.c.order_id)
    .where(*_MINE_SINCE, LINES.c.status != CANCELLED)
    .order_by(ORDERS.c.order_time.desc(), LINES.c.line_id.desc())
)
_NEWEST_FIRST: Final = Keyset(
    (
        Key(ORDERS.c.order_time, "order_time", descending=True),
        Key(LINES.c.line_id, "line_id", descending=True),
    )
)


async def find_line(
    session: Session, line_id: int, *, kind: Kind, by: UserId | None
) -> Line | None:
    """Return a line of that shop, None for another buyer's; staff (``by=None``) see everybody's."""
    found = (await session.execute(_only(_LINES, line_id, kind=kind, by=by))).one_or_none()
    return cast("Line | None", found)


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
    return await _NEWEST_FIRST.rows(session, _RECENT, window, given={"buyer": by, "since": since})


async def purchases_since(session: Session, *, by: UserId, since: datetime) -> Sequence[Purchase]:
    """Return what the buyer ordered since that moment and did not cancel, newest first."""
    found = await session.execute(_PURCHASES, {"buyer": by, "since": since})
    return cast("Sequence[Purchase]", found.all())


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
