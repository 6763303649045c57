"""A buyer acknowledges how a payment ended: once, their own, and not before it has."""

import asyncio

import pytest
from sqlalchemy import select

from domain import order, payment
from domain.kernel import OrderId, OutboxRow, UserId
from domain.payment import PaymentStatus, Verdict
from tests.conftest import HandClock
from tests.shop import NOON, WINDOW, a_product, open_shop

BUYER, STRANGER = UserId(7), UserId(8)


@pytest.fixture
def clock():
    """Noon of the shop's day."""
    return HandClock(NOON)


@pytest.fixture
async def order_id(db):
    """An order that was placed."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=5)
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, 1001, quantity=1, buyer=BUYER, now=NOON, pay_within=WINDOW
        )
        return OrderId(placed.order_id)


@pytest.fixture
def settle(till, order_id):
    """Begin to pay and let the provider decide."""

    async def settle(status):
        begun = await payment.begin(till, order_id, by=BUYER)
        verdict = Verdict(status=status, payment_id=begun.payment_id, amount=begun.amount)
        async with till.db.sessions.begin() as session:
            await payment.settle(session, order_id, verdict, now=till.clock(), delays=till.delays)
        return begun.payment_id

    return settle


async def acknowledge(db, order_id, clock, *, by=BUYER):
    async with db.sessions.begin() as session:
        return await payment.acknowledge(session, order_id, by=by, now=clock())


async def acknowledge_named(db, payment_id, clock, *, by=BUYER):
    async with db.sessions.begin() as session:
        return await payment.acknowledge_named(session, payment_id, by=by, now=clock())


async def told(db):
    """Return what was told of acknowledgements."""
    async with db.reads() as session:
        rows = await session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [row for row in rows if row.kind == "payment.acknowledged"]


@pytest.mark.parametrize("status", [PaymentStatus.COMPLETED, PaymentStatus.FAILED])
async def test_the_outcome_is_acknowledged_once(db, clock, order_id, settle, status):
    """Again is harmless, at the same moment too, and by the payment's other name."""
    payment_id = await settle(status)
    clock.forward(seconds=5)
    then = clock()

    views = await asyncio.gather(*(acknowledge(db, order_id, clock) for _ in range(4)))
    clock.forward(seconds=5)
    again = await acknowledge_named(db, payment_id, clock)

    assert {view.acknowledged_at for view in (*views, again)} == {then}
    assert {view.status for view in (*views, again)} == {status}
    (fact,) = await told(db)
    assert fact.topics == [f"order:{order_id}", f"user:{BUYER}"]
    assert fact.body["data"] == {"payment": again.model_dump(mode="json")}


async def test_the_view_is_newer_than_the_one_before(db, clock, order_id, settle):
    """A client keeps the higher version."""
    await settle(PaymentStatus.COMPLETED)
    async with db.reads() as session:
        before = await payment.state_of(session, order_id, by=BUYER)
    assert before.acknowledged_at is None
    assert (await acknowledge(db, order_id, clock)).version == before.version + 1


async def test_what_is_undecided_has_no_outcome(db, till, clock, order_id):
    """Nothing is noted before the provider's word."""
    with pytest.raises(payment.PaymentNotFound):
        await acknowledge(db, order_id, clock)
    begun = await payment.begin(till, order_id, by=BUYER)
    with pytest.raises(payment.PaymentUndecided):
        await acknowledge(db, order_id, clock)
    with pytest.raises(payment.PaymentUndecided):
        await acknowledge_named(db, begun.payment_id, clock)
    assert await told(db) == []


async def test_a_strangers_payment_does_not_exist(db, clock, order_id, settle):
    """By neither name; nor does one that nobody made."""
    payment_id = await settle(PaymentStatus.COMPLETED)
    with pytest.raises(order.OrderNotFound):
        await acknowledge(db, order_id, clock, by=STRANGER)
    with pytest.raises(payment.PaymentNotFound):
        await acknowledge_named(db, payment_id, clock, by=STRANGER)
    with pytest.raises(payment.PaymentNotFound):
        await acknowledge_named(db, "pay-nobodys", clock)
    assert await told(db) == []
