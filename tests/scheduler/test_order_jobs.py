"""Time's effects on orders: unpaid ones lapse, paid ones reach the door."""

import pytest
from sqlalchemy import func, select

from domain import order, payment, stock
from domain.kernel import OutboxRow, Sku, UserId
from domain.payment import Verdict
from scheduler.jobs.order import JOBS
from tests.scheduler.laws import rests, ring_all, two_clocks
from tests.shop import WINDOW, a_product, open_shop

BUYER = UserId(7)


@pytest.fixture
async def place(db, clock):
    """Place an order for one of ten."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, now=clock())

    async def place():
        async with db.sessions.begin() as session:
            placed = await order.place_homeshopping(
                session, 1001, quantity=1, buyer=BUYER, now=clock(), pay_within=WINDOW
            )
            return placed.order_id

    return place


@pytest.fixture
def pay(tools, clock):
    """Pay an order."""

    async def pay(order_id):
        await payment.begin(tools.till, order_id, by=BUYER)
        verdict = Verdict(status="COMPLETED", payment_id="pay", amount=9_900)
        async with tools.db.sessions.begin() as session:
            await payment.settle(session, order_id, verdict, now=clock(), delays=tools.delays)

    return pay


async def statuses(db):
    async with db.reads() as session:
        found = await order.newest(session, by=BUYER, limit=99)
        return [each.status.value for each in found]


async def moves_told(db):
    async with db.reads() as session:
        moves = select(func.count()).where(OutboxRow.kind == "order.status_changed")
        return await session.scalar(moves)


async def test_a_paid_order_reaches_the_door_step_by_step(db, tools, clock, place, pay):
    """Each step rests its time, and a ring too early does nothing."""
    await pay(await place())
    seen = []
    for seconds in (1, 2, 3):
        clock.forward(seconds=seconds - 0.001)
        await rests(JOBS, tools)
        clock.forward(seconds=0.001)
        assert await ring_all(JOBS, tools) == 1
        seen += await statuses(db)
    assert seen == ["PREPARING", "SHIPPING", "DELIVERED"]
    clock.forward(days=365)
    await rests(JOBS, tools)


async def test_an_unpaid_order_lapses_when_its_time_is_over(db, tools, clock, place):
    """The goods go back; not a moment early, and once."""
    await place()
    clock.forward(minutes=15, seconds=-0.001)
    await rests(JOBS, tools)
    clock.forward(seconds=0.001)
    assert await ring_all(JOBS, tools) == 1
    assert await statuses(db) == ["CANCELLED"]
    async with db.reads() as session:
        (level,) = await stock.levels(session, [Sku("hs-1001")])
    assert level.available == 10
    await rests(JOBS, tools)


async def test_an_order_being_paid_does_not_lapse(db, tools, clock, place):
    """The provider decides, however long it takes."""
    order_id = await place()
    await payment.begin(tools.till, order_id, by=BUYER)
    clock.forward(hours=1)
    await rests(JOBS, tools)
    assert await statuses(db) == ["PAYMENT_REQUESTED"]


async def test_two_clocks_move_each_order_once(db, tools, clock, place, pay):
    """Five paid and five unpaid ones, each with one move told."""
    for _ in range(5):
        await pay(await place())
    for _ in range(5):
        await place()
    before = await moves_told(db)
    clock.forward(minutes=15)
    assert await two_clocks(JOBS, tools) == 10
    assert sorted(await statuses(db)) == ["CANCELLED"] * 5 + ["PREPARING"] * 5
    assert await moves_told(db) - before == 10
