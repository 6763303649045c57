"""Time's effects on payments: every one still undecided is asked about, ever less often."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from domain import order, payment
from domain.kernel import UserId
from domain.payment import Payment, PaymentStatus
from scheduler.jobs.payment import JOBS
from tests.scheduler.laws import rests, ring_all, two_clocks
from tests.shop import WINDOW, Provider, a_product, a_till, open_shop

BUYER = UserId(7)


@pytest.fixture
def provider():
    return Provider()


@pytest.fixture
def paying(tools, db, provider, clock):
    """Tools whose provider the test can command."""
    return replace(tools, till=a_till(db, provider, clock))


@pytest.fixture
async def begun(db, clock, paying):
    """Three payments under way."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, now=clock())
    views = []
    for _ in range(3):
        async with db.sessions.begin() as session:
            placed = await order.place_homeshopping(
                session, 1001, quantity=1, buyer=BUYER, now=clock(), pay_within=WINDOW
            )
        views.append(await payment.begin(paying.till, placed.order_id, by=BUYER))
    return views


async def statuses(db):
    async with db.reads() as session:
        found = await session.scalars(select(Payment).order_by(Payment.order_id))
        return [each.status.value for each in found]


async def test_a_decided_payment_is_found_out(db, paying, provider, clock, begun):
    """Five seconds after it was begun, and nothing is asked of the others' fate."""
    provider.decide(begun[0].tx_id, PaymentStatus.COMPLETED, 9_900)
    provider.decide(begun[1].tx_id, PaymentStatus.FAILED)
    clock.forward(seconds=4.9)
    await rests(JOBS, paying)
    clock.forward(seconds=0.1)
    await ring_all(JOBS, paying)
    assert await statuses(db) == ["COMPLETED", "FAILED", "PENDING"]
    await rests(JOBS, paying)


async def test_a_silent_provider_is_asked_ever_less_often(db, paying, provider, clock, begun):
    """Ten, twenty seconds later, and an answer is heard then."""
    provider.silent = True
    for seconds in (5, 10, 20):
        clock.forward(seconds=seconds - 0.1)
        await rests(JOBS, paying)
        clock.forward(seconds=0.1)
        assert await ring_all(JOBS, paying) == 3
    provider.silent = False
    for view in begun:
        provider.decide(view.tx_id, PaymentStatus.COMPLETED, 9_900)
    clock.forward(seconds=40)
    await ring_all(JOBS, paying)
    assert await statuses(db) == ["COMPLETED"] * 3


async def test_a_payment_given_back_unheard_ends(db, paying, provider, clock, begun):
    """Collected and refunded at the provider's desk: the order is off, and nobody asks for ever."""
    for view in begun:
        provider.decide(view.tx_id, PaymentStatus.REFUNDED)
    clock.forward(seconds=5)
    await ring_all(JOBS, paying)
    assert await statuses(db) == ["CANCELLED"] * 3
    async with db.reads() as session:
        found = await order.newest(session, by=BUYER, limit=9)
    assert {each.status.value for each in found} == {"CANCELLED"}
    await rests(JOBS, paying)


async def test_two_clocks_collect_and_refund_once(db, paying, provider, clock, begun):
    """The refund carries one key, so asking twice is harmless too."""
    for view in begun:
        provider.decide(view.tx_id, PaymentStatus.COMPLETED, 9_900)
    clock.forward(seconds=5)
    await two_clocks(JOBS, paying)
    async with db.reads() as session:
        found = await order.newest(session, by=BUYER, limit=9)
    assert {each.status.value for each in found} == {"PAYMENT_COMPLETED"}
    async with db.sessions.begin() as session:
        await payment.cancel_order(session, begun[0].order_id, by=BUYER, now=clock())
    clock.forward(seconds=5)
    await two_clocks(JOBS, paying)
    assert await statuses(db) == ["REFUNDED", "COMPLETED", "COMPLETED"]
    assert len(set(provider.refunds)) == 1
    await rests(JOBS, paying)
