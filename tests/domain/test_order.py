"""Orders obey their machine, hold what they promise, and give it back exactly once."""

import asyncio
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from domain import homeshopping, kernel, kok, order, stock
from domain.kernel import OrderId, OutboxRow, Sku, UserId
from domain.order import MOVES, NAMES, Order, OrderStatus, Pick
from domain.order.schemas import NewLine
from domain.order.states import overall
from tests.shop import DELAYS, NOON, WINDOW, a_kok_product, a_product, all_is_said, open_shop

BUYER, STRANGER = UserId(7), UserId(8)
HS = Sku("hs-1001")


def an_order(status: OrderStatus) -> Order:
    line = NewLine(
        kind="kok",
        product_id=1,
        sku=Sku("kok-1"),
        product_name="두부",
        image="",
        quantity=1,
        unit_price=100,
    )
    drawn = Order.draw_up([line], buyer=BUYER, at=NOON, pay_by=NOON)
    drawn.order_id, drawn.status = 1, status
    drawn.lines[0].line_id, drawn.lines[0].status = 1, status
    return drawn


async def place(db, quantity=1, product_id=1001, buyer=BUYER, now=NOON):
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, product_id, quantity=quantity, buyer=buyer, now=now, pay_within=WINDOW
        )
        return OrderId(placed.order_id)


async def move(db, order_id, to, now=NOON, **more):
    async with db.sessions.begin() as session:
        mine = await order.lock(session, order_id)
        await order.move(session, mine, to, by=BUYER, now=now, **more)


async def available(db, sku=HS):
    async with db.reads() as session:
        (level,) = await stock.levels(session, [sku])
        return level.available


async def kinds(db):
    async with db.reads() as session:
        return list(await session.scalars(select(OutboxRow.kind).order_by(OutboxRow.id)))


async def view(db, order_id, by=BUYER):
    async with db.reads() as session:
        return (await order.get(session, order_id, by=by)).view()


@pytest.mark.parametrize(("start", "to"), [*product(OrderStatus, repeat=2)])
def test_only_the_drawn_moves_are_possible(start, to):
    """Every pair of statuses is tried: a drawn move happens, any other changes nothing."""
    subject = an_order(start)

    if to in MOVES[start]:
        fact = subject.move(to, at=NOON, by=None)
        assert (fact.was, subject.status, fact.order.version) == (start, to, 2)
        assert [step.status for step in fact.order.lines[0].history][-1] is to
    else:
        with pytest.raises(order.IllegalMove):
            subject.move(to, at=NOON, by=None)
        assert (subject.status, subject.version) == (start, 1)


def test_the_final_statuses_are_the_two_that_end_a_purchase():
    """Nothing leaves a cancelled or refunded order, and everything else can go on."""
    assert {each for each in OrderStatus if not MOVES[each]} == {
        OrderStatus.CANCELLED,
        OrderStatus.REFUND_COMPLETED,
    }
    assert NAMES[OrderStatus.PREPARING] == "상품준비중"


def test_an_order_is_as_far_as_its_least_advanced_living_line():
    """A cancelled line does not hold the others back; all cancelled is cancelled."""
    states = OrderStatus
    assert overall([states.SHIPPING, states.PREPARING]) is states.PREPARING
    assert overall([states.CANCELLED, states.SHIPPING]) is states.SHIPPING
    assert overall([states.CANCELLED, states.CANCELLED]) is states.CANCELLED


async def test_placing_an_order_takes_the_goods_off_the_shelf_and_tells_the_buyer(db):
    """The order, its history, the reservation and the event are one transaction."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=10)
        await all_is_said(session)

    order_id = await place(db, quantity=3)

    mine = await view(db, order_id)
    assert (mine.total_amount, mine.status, mine.version) == (29_700, OrderStatus.ORDER_RECEIVED, 1)
    assert [step.status for step in mine.lines[0].history] == [OrderStatus.ORDER_RECEIVED]
    assert await available(db) == 7
    assert await kinds(db) == ["product.changed", "order.placed"]


async def test_a_rolled_back_order_was_never_heard_of(db):
    """The event and the reservation share the transaction's fate."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
        await all_is_said(session)

    async def fail():
        async with db.sessions.begin() as session:
            await order.place_homeshopping(
                session, 1001, quantity=1, buyer=BUYER, now=NOON, pay_within=WINDOW
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await kinds(db) == []
    assert await available(db) == 10


async def test_more_than_is_left_is_refused_and_changes_nothing(db):
    """The refusal names what is left."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=2)
        await all_is_said(session)

    with pytest.raises(stock.SoldOut, match="2개"):
        await place(db, quantity=3)

    assert await available(db) == 2
    assert await kinds(db) == []


async def test_sixty_buyers_of_ten_things_make_exactly_ten_orders(db):
    """Nothing is oversold and nobody deadlocks."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=10)

    results = await asyncio.gather(
        *(place(db, buyer=UserId(n)) for n in range(1, 61)), return_exceptions=True
    )

    won = [each for each in results if isinstance(each, int)]
    lost = [each for each in results if isinstance(each, stock.SoldOut)]
    assert (len(won), len(lost)) == (10, 50)
    assert await available(db) == 0


async def test_carts_with_the_same_things_in_opposite_order_never_deadlock(db):
    """Things are taken in one order, whatever the cart's."""
    ids = [5001, 5002, 5003]
    async with db.sessions.begin() as session:
        for each in ids:
            await a_kok_product(session, each, stock=100)

    async def buy(buyer):
        wanted = ids if buyer % 2 else ids[::-1]
        async with db.sessions.begin() as session:
            rows = [
                await kok.add_to_cart(
                    session, each, by=UserId(buyer), quantity=1, recipe_id=None, now=NOON
                )
                for each in wanted
            ]
            picks = [Pick(cart_id=cart_id, quantity=1) for cart_id, _ in rows]
        async with db.sessions.begin() as session:
            await order.place_from_cart(
                session, picks, buyer=UserId(buyer), now=NOON, pay_within=WINDOW
            )

    await asyncio.gather(*(buyer for buyer in map(buy, range(1, 21))))

    assert [await available(db, Sku(f"kok-{each}")) for each in ids] == [80, 80, 80]


async def test_a_cart_is_ordered_once_however_often_the_button_is_pressed(db):
    """Fault 8.2: of two clicks at once the second finds an empty cart."""
    async with db.sessions.begin() as session:
        await a_kok_product(session)
        cart_id, _ = await kok.add_to_cart(
            session, 5001, by=BUYER, quantity=2, recipe_id=None, now=NOON
        )
        picks = [Pick(cart_id=cart_id, quantity=2)]

    async def click():
        async with db.sessions.begin() as session:
            return await order.place_from_cart(
                session, picks, buyer=BUYER, now=NOON, pay_within=WINDOW
            )

    results = await asyncio.gather(click(), click(), return_exceptions=True)

    assert sorted(type(each).__name__ for each in results) == ["OrderView", "SelectionGone"]
    assert await available(db, Sku("kok-5001")) == 8


async def test_anothers_cart_rows_are_left_alone(db):
    """Fault 8.5: ordering with a foreign cart id deleted that user's row; now it stays."""
    async with db.sessions.begin() as session:
        await a_kok_product(session)
        cart_id, _ = await kok.add_to_cart(
            session, 5001, by=BUYER, quantity=2, recipe_id=None, now=NOON
        )
        picks = [Pick(cart_id=cart_id, quantity=2)]

    with pytest.raises(order.SelectionGone):
        async with db.sessions.begin() as session:
            await order.place_from_cart(session, picks, buyer=STRANGER, now=NOON, pay_within=WINDOW)

    async with db.reads() as session:
        assert len(await kok.cart(session, by=BUYER, limit=10)) == 1


async def test_another_buyers_order_does_not_exist(db):
    """A stranger gets the same answer as for an order that never was."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
    order_id = await place(db)

    with pytest.raises(order.OrderNotFound):
        await view(db, order_id, by=STRANGER)
    with pytest.raises(order.OrderNotFound):
        async with db.sessions.begin() as session:
            await order.lock(session, order_id, by=STRANGER)


async def test_cancelling_gives_the_goods_back_once(db):
    """Fault 8.1.20: the order is cancelled, and stays so; a second time is refused."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=1)
    order_id = await place(db)

    await move(db, order_id, OrderStatus.CANCELLED)
    with pytest.raises(order.IllegalMove):
        await move(db, order_id, OrderStatus.CANCELLED)

    assert await available(db) == 1
    assert (await view(db, order_id)).cancel_time == NOON
    async with db.reads() as session:
        shown = await homeshopping.product_view(session, 1001)
    assert not shown.sold_out


async def test_unpaid_orders_lapse_and_paid_ones_do_not(db):
    """Expiry takes exactly those whose payment nobody began in time."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
    lapsed, paying = await place(db), await place(db)
    await move(db, paying, OrderStatus.PAYMENT_REQUESTED)
    late = NOON + WINDOW

    async with db.sessions.begin() as session:
        early = await order.expire_due(session, now=late - timedelta(seconds=1), limit=10)
        count = await order.expire_due(session, now=late, limit=10)

    assert (early, count) == (0, 1)
    assert (await view(db, lapsed)).status is OrderStatus.CANCELLED
    assert (await view(db, paying)).status is OrderStatus.PAYMENT_REQUESTED
    assert await available(db) == 9


async def test_a_paid_order_walks_to_the_door_by_itself(db):
    """Each step waits its own delay, counted from the step before."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
    order_id = await place(db)
    await move(db, order_id, OrderStatus.PAYMENT_REQUESTED)
    await move(db, order_id, OrderStatus.PAYMENT_COMPLETED, delays=DELAYS)

    seen = []
    for second in range(8):
        async with db.sessions.begin() as session:
            now = NOON + timedelta(seconds=second)
            await order.advance_due(session, now=now, delays=DELAYS, limit=10)
        seen.append((await view(db, order_id)).status.value)

    assert seen == [
        "PAYMENT_COMPLETED",
        *["PREPARING"] * 2,
        *["SHIPPING"] * 3,
        *["DELIVERED"] * 2,
    ]
    async with db.reads() as session:
        assert not await order.anything_due(session, now=NOON + timedelta(days=9))


async def test_shipped_goods_leave_the_shelf_for_good(db):
    """What may still be promised is unchanged by shipping, and cannot be cancelled after it."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=5)
    order_id = await place(db, quantity=2)
    for to in (
        OrderStatus.PAYMENT_REQUESTED,
        OrderStatus.PAYMENT_COMPLETED,
        OrderStatus.PREPARING,
        OrderStatus.SHIPPING,
    ):
        await move(db, order_id, to)

    with pytest.raises(order.IllegalMove):
        await move(db, order_id, OrderStatus.CANCELLED)

    async with db.reads() as session:
        row = await session.get(stock.StockRow, HS)
    assert (row.on_hand, row.reserved, row.available) == (3, 0, 3)


async def test_two_clocks_ringing_together_cancel_each_order_once(db):
    """Leadership is a courtesy: without it the job is wasteful, never wrong."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=100)
    for _ in range(12):
        await place(db)
    late = NOON + timedelta(hours=1)

    async def ring():
        async with db.sessions.begin() as session:
            return await order.expire_due(session, now=late, limit=20)

    counts = await asyncio.gather(ring(), ring())

    assert sum(counts) == 12
    assert await available(db) == 100


async def test_the_ledger_of_the_shelf_adds_up(db):
    """Reservations and their returns are written down, line by line."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=10)
    kept, given_back = await place(db, quantity=2), await place(db, quantity=3)
    await move(db, given_back, OrderStatus.CANCELLED)

    async with db.reads() as session:
        lines = list(await session.scalars(select(stock.StockMovement)))
        row = await session.get(stock.StockRow, HS)

    assert sum(line.on_hand_change for line in lines) == row.on_hand == 10
    assert sum(line.reserved_change for line in lines) == row.reserved == 2
    assert {line.order_id for line in lines} == {None, kept, given_back}


async def test_events_of_an_order_reach_its_own_channels_only(db):
    """Its buyer and its order are told, nobody else."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
    order_id = await place(db)

    async with db.reads() as session:
        rows = await kernel.unsent(session, limit=10)

    (told,) = [row for row in rows if row.kind == "order.placed"]
    assert told.topics == [f"order:{order_id}", f"user:{BUYER}"]
    assert told.body["type"] == "order.placed.v1"
    assert told.body["data"]["order"]["order_id"] == order_id
