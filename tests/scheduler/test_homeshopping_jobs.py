"""Time's effects on broadcasts: announced, begun and ended, each once and when it should be."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain import homeshopping
from domain.kernel import LiveId, OutboxRow
from scheduler.jobs.homeshopping import JOBS
from tests.scheduler.laws import rests, ring_all, two_clocks
from tests.shop import a_broadcast, a_product, open_shop

LEAD = timedelta(minutes=10)


@pytest.fixture
def jobs_tools(tools):
    """Tools that announce ten minutes ahead."""
    return replace(tools, lead=LEAD)


@pytest.fixture
async def plan(db, clock):
    """Plan broadcasts of an hour, in so many minutes from now."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, now=clock())

    async def plan(*minutes):
        async with db.sessions.begin() as session:
            at = [clock() + timedelta(minutes=each) for each in minutes]
            return [
                (await a_broadcast(session, starts_at=start, now=clock())).live_id for start in at
            ]

    return plan


async def told(db):
    async with db.reads() as session:
        rows = select(OutboxRow).where(OutboxRow.kind.like("broadcast.%")).order_by(OutboxRow.id)
        return [row.kind.partition(".")[2] for row in await session.scalars(rows)]


async def test_a_broadcast_is_announced_begun_and_ended(db, jobs_tools, clock, plan):
    """Each at its moment and not before, and told once."""
    await plan(30)
    for minutes, expected in ((20, "starting_soon"), (10, "started"), (60, "ended")):
        clock.forward(minutes=minutes, seconds=-0.001)
        await rests(JOBS, jobs_tools)
        clock.forward(seconds=0.001)
        assert await ring_all(JOBS, jobs_tools) == 1
        assert (await told(db))[-1] == expected
        await rests(JOBS, jobs_tools)
    assert await told(db) == ["scheduled", "starting_soon", "started", "ended"]


async def test_a_clock_that_slept_catches_up(db, jobs_tools, clock, plan):
    """What is on by now begins; what is over was never on air."""
    await plan(1, 100)
    clock.forward(minutes=101)
    assert await ring_all(JOBS, jobs_tools) == 2
    assert (await told(db))[2:] == ["ended", "started"]


async def test_a_cancelled_broadcast_does_not_begin(db, jobs_tools, clock, plan):
    """Time has no hold on it."""
    (live_id,) = await plan(5)
    async with db.sessions.begin() as session:
        await homeshopping.cancel(session, LiveId(live_id), now=clock())
    clock.forward(hours=2)
    await rests(JOBS, jobs_tools)


async def test_two_clocks_begin_each_broadcast_once(db, jobs_tools, clock, plan):
    """Eight that start at the same second."""
    await plan(*[30] * 8)
    clock.forward(minutes=30)
    assert await two_clocks(JOBS, jobs_tools) == 8
    assert (await told(db))[8:] == ["started"] * 8
