"""What may be asked about orders: a bounded number of statements each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from domain.kernel import Key, Keyset, OrderId, Session, UserId, Window
from domain.order.errors import OrderNotFound
from domain.order.models import LINES, ORDERS, STEPS, Order
from domain.order.schemas import LineView, OrderView
from domain.order.service import WITH_LINES
from domain.order.states import OrderStatus

# Columns, not entities: a page of orders is hundreds of rows that nobody is going to change. And
# statements that are built once, because building them anew costs more than reading the rows.
_OF_ORDER: Final = [n for n in OrderView.model_fields if n not in {"status_name", "lines"}]
_OF_LINE: Final = [n for n in LineView.model_fields if n not in {"status_name", "history"}]
_COUNT: Final = (
    select(func.count()).select_from(ORDERS).where(ORDERS.c.user_id == bindparam("buyer"))
)
_PAGE: Final = select(
    *(ORDERS.c[name] for name in _OF_ORDER),
    _COUNT.scalar_subquery().label("total"),
).where(ORDERS.c.user_id == bindparam("buyer"))
_LINES: Final = (
    select(
        LINES.c.order_id,
        *(LINES.c[name] for name in _OF_LINE),
    )
    .where(LINES.c.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(LINES.c.order_id, LINES.c.line_id)
)
_STEPS: Final = (
    select(STEPS.c.line_id, STEPS.c.status, STEPS.c.at)
    .join(LINES, LINES.c.line_id == STEPS.c.line_id)
    .where(LINES.c.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(STEPS.c.line_id, STEPS.c.id)
)
_STATUS: Final = select(ORDERS.c.status).where(
    ORDERS.c.order_id == bindparam("order"), ORDERS.c.user_id == bindparam("buyer")
)
_NEWEST_FIRST: Final = Keyset((Key(ORDERS.c.order_id, "order_id", descending=True),))


@dataclass(frozen=True, slots=True)
class Page:
    """One part of a buyer's orders, newest first, and how many they are altogether."""

    orders: Sequence[OrderView]
    total: int
    next_cursor: str | None


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


async def status_of(session: Session, order_id: OrderId, *, by: UserId) -> OrderStatus:
    """Return how the buyer's own order stands. Raises OrderNotFound, also for another buyer's."""
    found = await session.scalar(_STATUS, {"order": order_id, "buyer": by})
    if found is None:
        raise OrderNotFound
    return OrderStatus(found)


async def newest(session: Session, *, by: UserId, limit: int) -> Sequence[OrderView]:
    """Return the buyer's newest orders, newest first."""
    return (await page(session, by=by, window=Window(limit))).orders


async def page(session: Session, *, by: UserId, window: Window) -> Page:
    """Return one part of the buyer's orders, newest first: three statements, however many.

    Raises kernel.CursorInvalid.
    """
    found = await _NEWEST_FIRST.rows(session, _PAGE.params(buyer=by), window)
    if not found.rows:
        return Page([], await count(session, by=by), None)
    lines = await _lines_of(session, [row.order_id for row in found.rows])
    views = [
        # A view is read with all that is in it at once: the lines are no views of their own yet.
        OrderView.model_validate(
            {
                **{name: getattr(row, name) for name in _OF_ORDER},
                "status_name": row.status.label,
                "lines": lines[row.order_id],
            }
        )
        for row in found.rows
    ]
    return Page(views, found.rows[0].total, found.next_cursor)


async def count(session: Session, *, by: UserId) -> int:
    """Return how many orders the buyer ever placed."""
    return int(await session.scalar(_COUNT, {"buyer": by}) or 0)


async def _lines_of(
    session: Session, order_ids: Sequence[int]
) -> Mapping[int, list[dict[str, Any]]]:
    """Return what is shown of the orders' lines, by order."""
    orders = {"orders": order_ids}
    steps = defaultdict[int, list[dict[str, Any]]](list)
    for line_id, status, at in (await session.execute(_STEPS, orders)).all():
        steps[line_id].append({"status": status, "status_name": status.label, "at": at})
    lines = defaultdict[int, list[dict[str, Any]]](list)
    for row in (await session.execute(_LINES, orders)).mappings().all():
        shown = dict(row)
        shown |= {"status_name": row["status"].label, "history": steps[row["line_id"]]}
        lines[shown.pop("order_id")].append(shown)
    return lines
