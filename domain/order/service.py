"""What may be done with orders: each function is one business step in the caller's transaction.

Locks are taken in one order everywhere: the order's row, then the shelf in SKU order, then the
product's broadcasts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from domain import homeshopping, kok, stock
from domain.kernel import OrderId, Session, Sku, UserId, emit
from domain.order.errors import NothingSelected, OrderNotFound, SelectionGone
from domain.order.models import Order, OrderLine
from domain.order.schemas import Delays, NewLine, Pick
from domain.order.states import CANCELLED, HOLDING, NEXT, ORDER_RECEIVED, SHIPPING, OrderStatus

WITH_LINES = (selectinload(Order.lines).selectinload(OrderLine.history),)


async def place_homeshopping(  # noqa: PLR0913 (an order names all of these)
    session: Session,
    product_id: int,
    *,
    quantity: int,
    buyer: UserId,
    now: datetime,
    pay_within: timedelta,
) -> Order:
    """Promise to buy a product shown in a broadcast.

    Raises homeshopping.ProductNotFound, stock.SoldOut.
    """
    product = await homeshopping.get_product(session, product_id)
    shown = await homeshopping.newest_of_product(session, product_id)
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
) -> Order:
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


async def _place(
    session: Session,
    lines: Sequence[NewLine],
    *,
    buyer: UserId,
    now: datetime,
    pay_within: timedelta,
) -> Order:
    order = Order.draw_up(lines, buyer=buyer, at=now, pay_by=now + pay_within)
    session.add(order)
    await session.flush()
    wanted: Counter[Sku] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    # Last, because everybody who wants the same thing waits from here to the commit.
    await _reserve(session, order, wanted, now=now)
    emit(session, order.placed())
    return order


async def _reserve(
    session: Session, order: Order, wanted: Mapping[Sku, int], *, now: datetime
) -> None:
    shop = homeshopping.reserve if order.kind == "homeshopping" else kok.reserve
    await shop(session, wanted, order_id=OrderId(order.order_id), now=now)


async def _release(
    session: Session, order: Order, held: Mapping[Sku, int], *, now: datetime
) -> None:
    shop = homeshopping.release if order.kind == "homeshopping" else kok.release
    await shop(session, held, order_id=OrderId(order.order_id), now=now)
