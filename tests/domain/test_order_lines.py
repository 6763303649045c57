"""Lines of an order go one by one, and the order, the shelf and the clock stay right."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain import kok, order, stock
from domain.kernel import CursorInvalid, OrderId, OutboxRow, Sku, UserId, Window
from domain.order import Order, OrderStatus, Pick
from tests.shop import DELAYS, NOON, WINDOW, a_kok_product, a_product, open_shop

BUYER, STRANGER = UserId(7), UserId(8)
KOK = (5001, 5002)
PAID = (OrderStatus.PAYMENT_REQUESTED, OrderStatus.PAYMENT_COMPLETED)


@pytest.fixture
async def shop(db):
    """Two kok products of ten each, and one of a broadcast."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
        for product_id in KOK:
            await a_kok_product(session, product_id)
    return db


@pytest.fixture
async def pair(shop):
    """An order of two lines: two of one product, one of the other."""
    return await place_pair(shop)


async def place_pair(db, *, buyer=BUYER, now=NOON):
    """Order two products of the cart; return the order's id and its lines'."""
    async with db.sessions.begin() as session:
        rows = [
            await kok.add_to_cart(session, each, by=buyer, quantity=1, recipe_id=None, now=now)
            for each in KOK
        ]
        picks = [
            Pick(cart_id=row[0], quantity=quantity)
            for row, quantity in zip(rows, (2, 1), strict=True)
        ]
        placed = await order.place_from_cart(
            session, picks, buyer=buyer, now=now, pay_within=WINDOW
        )
        return OrderId(placed.order_id), [line.line_id for line in placed.lines]


async def place(db, *, quantity=1, buyer=BUYER, now=NOON):
    """Order a product of a broadcast; return the order's id and its line's."""
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, 1001, quantity=quantity, buyer=buyer, now=now, pay_within=WINDOW
        )
        return OrderId(placed.order_id), placed.lines[0].line_id


async def move(db, order_id, *statuses, only=(), now=NOON, by=None):
    """Take the order, or only those lines, through these statuses."""
    for to in statuses:
        async with db.sessions.begin() as session:
            mine = await order.lock(session, order_id)
            await order.move(
                session, mine, to, by=by, now=now, delays=DELAYS, line_ids=frozenset(only)
            )


async def view(db, order_id):
    async with db.reads() as session:
        return (await order.get(session, order_id, by=BUYER)).view()


async def left(db):
    async with db.reads() as session:
        levels = await stock.levels(session, [Sku(f"kok-{each}") for each in KOK])
        return [level.available for level in levels]


async def due_at(db, order_id):
    async with db.reads() as session:
        return (await session.get(Order, order_id)).next_move_at


async def test_one_line_may_be_cancelled_before_it_is_paid(shop, pair):
    """Its goods go back, the rest is what is to be paid, and everybody is told the new state."""
    order_id, (first, second) = pair

    await move(shop, order_id, OrderStatus.CANCELLED, only=[first])

    mine = await view(shop, order_id)
    assert [line.status.value for line in mine.lines] == ["CANCELLED", "ORDER_RECEIVED"]
    assert (mine.status, mine.version) == (OrderStatus.ORDER_RECEIVED, 2)
    assert (mine.total_amount, mine.cancel_time) == (8_000, None)
    assert await left(shop) == [10, 9]
    async with shop.reads() as session:
        moved = select(OutboxRow).where(OutboxRow.kind == "order.status_changed")
        (row,) = (await session.scalars(moved)).all()
    assert row.body["data"] == {"was": "ORDER_RECEIVED", "order": mine.model_dump(mode="json")}

    await move(shop, order_id, OrderStatus.CANCELLED, only=[second])
    mine = await view(shop, order_id)
    assert (mine.status, mine.version, mine.cancel_time) == (OrderStatus.CANCELLED, 3, NOON)
    assert await left(shop) == [10, 10]


async def test_a_line_that_may_not_move_moves_nothing(shop, pair):
    """Neither the version, nor the shelf, nor any other line."""
    order_id, (first, _) = pair
    before = await view(shop, order_id)

    for to in set(OrderStatus) - order.MOVES[OrderStatus.ORDER_RECEIVED]:
        with pytest.raises(order.IllegalMove):
            await move(shop, order_id, to, only=[first])
    with pytest.raises(order.IllegalMove):
        await move(shop, order_id, OrderStatus.CANCELLED, only=[987654])

    assert await view(shop, order_id) == before
    assert await left(shop) == [8, 9]


async def test_only_the_line_that_ships_leaves_the_shelf(shop, pair):
    """The other one stays promised until it goes itself."""
    order_id, (first, second) = pair
    await move(shop, order_id, *PAID)
    await move(shop, order_id, OrderStatus.PREPARING, OrderStatus.SHIPPING, only=[first])

    async with shop.reads() as session:
        rows = [await session.get(stock.StockRow, Sku(f"kok-{each}")) for each in KOK]
    assert [(row.on_hand, row.reserved) for row in rows] == [(8, 0), (10, 1)]
    assert (await view(shop, order_id)).status is OrderStatus.PAYMENT_COMPLETED
    await move(shop, order_id, OrderStatus.PREPARING, only=[second])
    assert (await view(shop, order_id)).status is OrderStatus.PREPARING


async def test_time_takes_on_only_the_lines_that_are_behind(shop, pair):
    """Fault 8.1.5: paid orders go on by themselves, also after an operator moved a line."""
    order_id, (first, _) = pair
    await move(shop, order_id, *PAID)
    planned = await due_at(shop, order_id)
    await move(shop, order_id, OrderStatus.PREPARING, only=[first], now=NOON + timedelta(seconds=9))
    assert await due_at(shop, order_id) == planned == NOON + DELAYS.preparing

    seen, now = [], NOON
    for _ in range(3):
        now = await due_at(shop, order_id)
        async with shop.sessions.begin() as session:
            assert await order.advance_due(session, now=now, delays=DELAYS, limit=9) == 1
        seen.append([line.status.value for line in (await view(shop, order_id)).lines])

    assert seen == [["PREPARING"] * 2, ["SHIPPING"] * 2, ["DELIVERED"] * 2]
    assert await due_at(shop, order_id) is None


async def test_a_cancelled_order_does_not_go_on(shop, pair):
    """The earlier server's job kept shipping it."""
    order_id, _ = pair
    await move(shop, order_id, *PAID, OrderStatus.CANCELLED)
    assert await due_at(shop, order_id) is None
    async with shop.sessions.begin() as session:
        later = NOON + timedelta(days=9)
        assert await order.advance_due(session, now=later, delays=DELAYS, limit=9) == 0


@pytest.mark.parametrize("kind", ["kok", "homeshopping"])
async def test_a_paid_line_goes_on_once_however_often_it_is_asked(shop, kind):
    """Asking plans what is not planned, and nothing else; both kinds alike."""
    if kind == "kok":
        order_id, (line_id, _) = await place_pair(shop)
    else:
        order_id, line_id = await place(shop)
    await move(shop, order_id, *PAID)
    async with shop.sessions.begin() as session:
        (await order.lock(session, order_id)).next_move_at = None

    async def ask(*, now, by=BUYER):
        async with shop.sessions.begin() as session:
            return await order.resume_line(
                session, line_id, kind=kind, by=by, now=now, delays=DELAYS
            )

    asked = await asyncio.gather(*(ask(now=NOON) for _ in range(3)))
    assert asked == [OrderStatus.PAYMENT_COMPLETED] * 3
    assert await due_at(shop, order_id) == NOON + DELAYS.preparing
    await ask(now=NOON + timedelta(hours=1), by=None)
    assert await due_at(shop, order_id) == NOON + DELAYS.preparing
    assert (await view(shop, order_id)).version == 3


async def test_nothing_goes_on_that_is_not_paid_or_not_yours(shop, pair):
    """An unpaid line is refused with its status, a stranger's is not there."""
    order_id, (line_id, _) = pair

    async def ask(by=BUYER, kind="kok"):
        async with shop.sessions.begin() as session:
            await order.resume_line(session, line_id, kind=kind, by=by, now=NOON, delays=DELAYS)

    with pytest.raises(order.NotPaid, match=r"현재 상태: 주문 생성 \(ORDER_RECEIVED\)"):
        await ask()
    with pytest.raises(order.KokOrderNotFound):
        await ask(by=STRANGER)
    with pytest.raises(order.HomeshoppingOrderNotFound):
        await ask(kind="homeshopping")
    await move(shop, order_id, *PAID, OrderStatus.CANCELLED)
    with pytest.raises(order.NotPaid, match="CANCELLED"):
        await ask()


async def test_steps_are_told_newest_first_even_within_one_moment(shop, pair):
    """Fault 8.1.20: one clock and a number decide what is latest, not a time of whole seconds."""
    order_id, (line_id, _) = pair
    await move(shop, order_id, *PAID, by=BUYER)
    await move(shop, order_id, OrderStatus.CANCELLED, now=NOON - timedelta(hours=9))

    async with shop.reads() as session:
        steps = await order.steps_of(session, line_id, kind="kok", by=BUYER)
        line = await order.find_line(session, line_id, kind="kok", by=BUYER)

    told = [(step.status.value, step.by) for step in steps]
    assert told == [
        ("CANCELLED", None),
        ("PAYMENT_COMPLETED", BUYER),
        ("PAYMENT_REQUESTED", BUYER),
        ("ORDER_RECEIVED", BUYER),
    ]
    assert [step.history_id for step in steps] == sorted(
        (step.history_id for step in steps), reverse=True
    )
    assert line.status is OrderStatus.CANCELLED


async def test_a_line_is_its_buyers_and_its_shops(shop, pair):
    """Anything else is as if it were not there; staff see everybody's."""
    order_id, (line_id, _) = pair
    async with shop.reads() as session:
        for by, kind in ((STRANGER, "kok"), (BUYER, "homeshopping"), (None, "homeshopping")):
            assert await order.find_line(session, line_id, kind=kind, by=by) is None
            with pytest.raises(order.OrderNotFound):
                await order.steps_of(session, line_id, kind=kind, by=by)
            with pytest.raises(order.OrderNotFound):
                await order.order_of_line(session, line_id, kind=kind, by=by)
        assert await order.order_of_line(session, line_id, kind="kok") == order_id
        line = await order.find_line(session, line_id, kind="kok", by=None)
    assert (line.order_id, line.quantity, line.line_total) == (order_id, 2, 16_000)
    assert line.delivered_at is None


async def test_a_page_of_orders_says_what_each_order_says(shop):
    """The short way through columns tells the very same views, and the cursor misses none."""
    placed = [await place(shop, quantity=n) for n in (1, 2)] + [await place_pair(shop)]
    await place(shop, buyer=STRANGER)
    await move(shop, placed[0][0], *PAID)
    await move(shop, placed[2][0], OrderStatus.CANCELLED, only=placed[2][1][:1])
    one_by_one = [await view(shop, order_id) for order_id, _ in reversed(placed)]

    seen, cursor = [], None
    async with shop.reads() as session:
        assert await order.newest(session, by=BUYER, limit=9) == one_by_one
        while True:
            part = await order.page(session, by=BUYER, window=Window(2, cursor=cursor))
            seen, cursor = [*seen, *part.orders], part.next_cursor
            assert part.total == len(placed)
            if cursor is None:
                break
        with pytest.raises(CursorInvalid):
            await order.page(session, by=BUYER, window=Window(2, cursor="nonsense"))
        assert (await order.page(session, by=UserId(99), window=Window(9))).orders == []

    assert seen == one_by_one


async def test_an_orders_detail_is_its_view_and_the_prices_it_was_made_at(shop, pair):
    """The short way through columns; another buyer's order is as if it were not there."""
    order_id, line_ids = pair
    await move(shop, order_id, *PAID)
    await move(shop, order_id, OrderStatus.PREPARING, only=line_ids[:1])
    async with shop.reads() as session:
        found = await order.detail(session, order_id, by=BUYER)
        lines = [
            await order.find_line(session, line_id, kind="kok", by=BUYER) for line_id in line_ids
        ]
        with pytest.raises(order.OrderNotFound):
            await order.detail(session, order_id, by=STRANGER)

    assert found.order == await view(shop, order_id)
    assert found.price_ids == {line.line_id: line.price_id for line in lines}


async def test_recent_lines_end_where_the_days_do(shop):
    """Line by line, newest first, with the moment of delivery; the cursor goes on."""
    old = NOON - timedelta(days=7, microseconds=1)
    await place(shop, now=old)
    edge, _ = await place(shop, now=NOON - timedelta(days=7))
    pair, lines = await place_pair(shop)
    await move(shop, edge, *PAID, OrderStatus.PREPARING, OrderStatus.SHIPPING)
    await move(shop, edge, OrderStatus.DELIVERED, now=NOON + timedelta(hours=1))

    async def recent(**window):
        async with shop.reads() as session:
            since = NOON - timedelta(days=7)
            return await order.lines_since(session, by=BUYER, since=since, window=Window(**window))

    found = await recent(size=9)
    assert [line.order_id for line in found.rows] == [pair, pair, edge]
    assert [line.line_id for line in found.rows[:2]] == lines[::-1]
    assert [line.delivered_at for line in found.rows] == [None, None, NOON + timedelta(hours=1)]
    first = await recent(size=2)
    rest = await recent(size=2, cursor=first.next_cursor)
    assert [*first.rows, *rest.rows] == found.rows
    assert rest.next_cursor is None


async def test_purchases_are_what_was_ordered_and_not_cancelled(shop, pair):
    """In either shop, paid or not, since that moment; each product that was ever bought once."""
    order_id, (first, _) = pair
    await move(shop, order_id, OrderStatus.CANCELLED, only=[first])
    shown, _ = await place(shop, now=NOON + timedelta(hours=1))
    await place_pair(shop, now=NOON - timedelta(days=8))
    await place(shop, buyer=STRANGER)

    async with shop.reads() as session:
        found = await order.purchases_since(session, by=BUYER, since=NOON)
        bought = await order.bought_kok_products(session, by=BUYER)

    assert [(each.order_id, each.kind, each.product_id) for each in found] == [
        (shown, "homeshopping", 1001),
        (order_id, "kok", 5002),
    ]
    assert (found[1].product_name, found[1].quantity) == ("두부 5002", 1)
    assert found[1].order_time == NOON
    assert bought == [5001, 5002]


async def test_every_status_has_the_number_clients_saw():
    """Each its own; the ones that were seen in samples are those."""
    ids = order.STATUS_IDS
    assert len(set(ids.values())) == len(OrderStatus)
    assert [ids[OrderStatus(code)] for code in ("PAYMENT_COMPLETED", "PREPARING", "SHIPPING")] == [
        1,
        2,
        3,
    ]
    assert (ids[OrderStatus.PAYMENT_REQUESTED], ids[OrderStatus.ORDER_RECEIVED]) == (10, 11)
