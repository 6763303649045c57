"""Placing orders: the promise to buy, and the goods that are kept for it.

The rows are written as rows. Nobody changes an order in the transaction that places it, and what
a unit of work costs to find out in which order to write five of them is most of what placing costs.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert

from domain import homeshopping, kok
from domain.kernel import Base, OrderId, Session, Sku, UserId, emit
from domain.order.errors import NothingSelected, SelectionGone
from domain.order.models import LINES, ORDERS, STEPS, Order
from domain.order.schemas import NewLine, OrderView, Pick

_INSERT_ORDER: Final = insert(ORDERS).returning(ORDERS.c.order_id)
_INSERT_LINES: Final = insert(LINES).returning(LINES.c.line_id, sort_by_parameter_order=True)
_INSERT_STEPS: Final = insert(STEPS)


async def place_homeshopping(  # noqa: PLR0913 (an order names all of these)
    session: Session,
    product_id: int,
    *,
    quantity: int,
    buyer: UserId,
    now: datetime,
    pay_within: timedelta,
) -> OrderView:
    """Promise to buy a product shown in a broadcast.

    Raises homeshopping.ProductNotFound, stock.SoldOut.
    """
    shown = await homeshopping.newest_of_product(session, product_id)
    product = shown.product if shown else await homeshopping.get_product(session, product_id)
    line = NewLine(
        kind="homeshopping",
        product_id=product_id,
        sku=product.sku,
        product_name=product.name,
        image=product.image,
        quantity=quantity,
        unit_price=product.dc_price,
        live_id=shown.live_id if shown else None,
    )
    return await _place(session, [line], buyer=buyer, now=now, pay_within=pay_within)


async def place_from_cart(
    session: Session, picks: Sequence[Pick], *, buyer: UserId, now: datetime, pay_within: timedelta
) -> OrderView:
    """Promise to buy rows of the buyer's cart, which leave it.

    Rows that are gone or another's are passed over while at least one is left. Raises
    NothingSelected, SelectionGone, stock.SoldOut.
    """
    if not picks:
        raise NothingSelected
    wanted = {pick.cart_id: pick.quantity for pick in picks}
    items = await kok.take_from_cart(session, list(wanted), by=buyer)
    if not items:
        raise SelectionGone
    lines = [
        NewLine(
            kind="kok",
            product_id=item.kok_product_id,
            sku=item.product.sku,
            product_name=item.product.name,
            image=item.product.image,
            quantity=wanted[item.cart_id],
            unit_price=item.unit_price,
            price_id=item.price_id,
            recipe_id=item.recipe_id,
        )
        for item in items
    ]
    return await _place(session, lines, buyer=buyer, now=now, pay_within=pay_within)


async def _place(
    session: Session,
    lines: Sequence[NewLine],
    *,
    buyer: UserId,
    now: datetime,
    pay_within: timedelta,
) -> OrderView:
    order = Order.draw_up(lines, buyer=buyer, at=now, pay_by=now + pay_within)
    await _write(session, order)
    wanted: Counter[Sku] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    # Last, because everybody who wants the same thing waits from here to the commit.
    shop = homeshopping.reserve if order.kind == "homeshopping" else kok.reserve
    await shop(session, wanted, order_id=OrderId(order.order_id), now=now)
    placed = order.placed()
    emit(session, placed)
    return placed.order


async def _write(session: Session, order: Order) -> None:
    """Store a new order with its lines and their first steps; each learns its number."""
    order.order_id = await session.scalar(_INSERT_ORDER, _columns(order, without="order_id"))
    for line in order.lines:
        line.order_id = order.order_id
    rows = [_columns(line, without="line_id") for line in order.lines]
    ids = (await session.scalars(_INSERT_LINES, rows)).all()
    steps: list[dict[str, Any]] = []
    for line, line_id in zip(order.lines, ids, strict=True):
        line.line_id = line_id
        for step in line.history:
            step.line_id = line_id
            steps.append(_columns(step, without="id"))
    await session.execute(_INSERT_STEPS, steps)


def _columns(row: Base, *, without: str) -> dict[str, Any]:
    mapped = type(row).__mapper__.column_attrs
    return {each.columns[0].name: getattr(row, each.key) for each in mapped if each.key != without}
