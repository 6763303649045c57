"""What may be asked about orders: a bounded number of statements each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, String, bindparam, func, select, type_coerce

from domain.kernel import Key, Keyset, OrderId, Session, UserId, Window
from domain.order.errors import OrderNotFound
from domain.order.models import LINES, ORDERS, STEPS, Order
from domain.order.schemas import LineView, OrderView
from domain.order.service import WITH_LINES
from domain.order.states import NAMES, OrderStatus

Rows = Sequence[Row[*tuple[Any, ...]]]

# Columns, not entities: a page of orders is hundreds of rows that nobody is going to change. And
# statements that are built once, because building them anew costs more than reading the rows.
_OF_ORDER: Final = [n for n in OrderView.model_fields if n not in {"status_name", "lines"}]
_OF_LINE: Final = [n for n in LineView.model_fields if n not in {"status_name", "history"}]
_COUNT: Final = (
    select(func.count()).select_from(ORDERS).where(ORDERS.c.user_id == bindparam("buyer"))
)
_MINE: Final = select(*(ORDERS.c[name] for name in _OF_ORDER)).where(
    ORDERS.c.user_id == bindparam("buyer")
)
_ONE: Final = _MINE.where(ORDERS.c.order_id == bindparam("order"))
_PAGE: Final = _MINE.add_columns(_COUNT.scalar_subquery().label("total"))
# A line took half a dozen steps: packed into a text they are read with it, as one row of seven.
_NEXT_STEP, _NEXT_PART = "|", ";"
_ID, _STEP, _AT = (type_coerce(STEPS.c[name], String) for name in ("id", "status", "at"))
_PACKED: Final = (
    select(func.aggregate_strings(_ID + _NEXT_PART + _STEP + _NEXT_PART + _AT, _NEXT_STEP))
    .where(STEPS.c.line_id == LINES.c.line_id)
    .scalar_subquery()
)
_LINES: Final = (
    select(
        *(LINES.c[name] for name in _OF_LINE),
        LINES.c.order_id,
        LINES.c.price_id,
        _PACKED.label("steps"),
    )
    .where(LINES.c.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(LINES.c.order_id, LINES.c.line_id)
)
# What a status looks like in a view; the moments beside them are the databases' text, of UTC.
_NAMED: Final = {
    status.value: {"status": status, "status_name": name} for status, name in NAMES.items()
}
_STATUS: Final = select(ORDERS.c.status).where(
    ORDERS.c.order_id == bindparam("order"), ORDERS.c.user_id == bindparam("buyer")
)
_NEWEST_FIRST: Final = Keyset((Key(ORDERS.c.order_id, "order_id", descending=True),))


@dataclass(frozen=True, slots=True)
class Detail:
    """An order, and the prices its lines were ordered at, by line."""

    order: OrderView
    price_ids: Mapping[int, int | None]


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


async def detail(session: Session, order_id: OrderId, *, by: UserId) -> Detail:
    """Return the buyer's own order as it is shown: two statements.

    Raises OrderNotFound, also for another buyer's order.
    """
    found = (await session.execute(_ONE, {"order": order_id, "buyer": by})).one_or_none()
    if found is None:
        raise OrderNotFound
    rows = await _lines_of(session, [order_id])
    (view,) = _views([found], rows)
    return Detail(view, {row.line_id: row.price_id for row in rows})


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
    """Return one part of the buyer's orders, newest first: two statements, however many.

    Raises kernel.CursorInvalid.
    """
    found = await _NEWEST_FIRST.rows(session, _PAGE, window, given={"buyer": by})
    if not found.rows:
        return Page([], await count(session, by=by), None)
    lines = await _lines_of(session, [row.order_id for row in found.rows])
    return Page(_views(found.rows, lines), found.rows[0].total, found.next_cursor)


async def count(session: Session, *, by: UserId) -> int:
    """Return how many orders the buyer ever placed."""
    return int(await session.scalar(_COUNT, {"buyer": by}) or 0)


async def _lines_of(session: Session, order_ids: Sequence[int]) -> Rows:
    return (await session.execute(_LINES, {"orders": order_ids})).all()


def _views(orders: Rows, rows: Rows) -> list[OrderView]:
    """Return the orders with those of the lines' rows that are theirs."""
    lines = defaultdict[int, list[dict[str, Any]]](list)
    for row in rows:
        shown = dict(zip(_OF_LINE, row, strict=False))  # what follows is not shown
        shown |= {"status_name": NAMES[row.status], "history": _history(row.steps)}
        lines[row.order_id].append(shown)
    return [
        # A view is read with all that is in it at once: the lines are no views of their own yet.
        OrderView.model_validate(
            dict(zip(_OF_ORDER, row, strict=False))
            | {"status_name": NAMES[row.status], "lines": lines[row.order_id]}
        )
        for row in orders
    ]


def _history(packed: str) -> list[dict[str, Any]]:
    """Return a line's steps in the order they were taken, which no database promises to keep."""
    steps = [step.split(_NEXT_PART) for step in packed.split(_NEXT_STEP)]
    if len(steps) > 1:
        steps.sort(key=lambda step: int(step[0]))
    return [{**_NAMED[status], "at": at + "Z"} for _, status, at in steps]
