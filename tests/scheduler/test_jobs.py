"""A ring is a cheap look, work is done in short steps, and a ring too many does no harm."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

import scheduler.jobs.kernel as kernel_jobs
import scheduler.jobs.order as order_jobs
from domain import kernel, order, stock
from domain.kernel import IdempotencyRow, OutboxRow, Sku, UserId
from scheduler import STEPS_MAX, Job, drain, stepping
from scheduler.clock import AlarmClock
from scheduler.leadership import Leadership
from tests.shop import WINDOW, a_product, open_shop


class Noted(kernel.Event):
    """A toy fact."""

    kind = "toy.noted"

    @property
    def subject(self):
        return "toy/1"

    @property
    def topics(self):
        return ("toy",)


def alarm(tools):
    return AlarmClock(tools=tools, leadership=Leadership(redis=FakeAsyncRedis(server=FakeServer())))


async def count(db, *where):
    async with db.reads() as session:
        return await session.scalar(select(func.count()).select_from(OutboxRow).where(*where))


async def emit(db, clock, number):
    async with db.sessions.begin() as session:
        for _ in range(number):
            kernel.emit(session, Noted(at=clock()))


async def test_a_job_with_nothing_due_takes_no_write_lock(tools, db):
    """It is rung while somebody else is writing, and answers all the same."""

    async def nothing(session, tools):
        return await kernel.anything_unheard(session)

    job = Job(name="idle", due=nothing, run=pytest.fail)
    async with db.sessions.begin() as session:
        await session.execute(update(OutboxRow).values(sent_at=None))
        async with asyncio.timeout(5):
            assert await job.ring(tools) == 0


async def test_a_stepping_job_is_told_the_time(tools, db, clock):
    """Look and step see the same clock; nothing is carried before its moment."""
    await emit(db, clock, 3)
    async with db.sessions.begin() as session:
        await session.execute(update(OutboxRow).values(sent_at=clock()))
    due_at = clock() + timedelta(minutes=1)

    async def due(session, *, now):
        return now > due_at

    async def step(session, *, now, limit):
        return await kernel.forget_sent(session, before=now, limit=limit)

    job = stepping("toy", due=due, step=step, limit=2)
    assert await job.ring(tools) == 0
    clock.forward(minutes=2)
    assert await job.ring(tools) == 3
    assert await count(db) == 0


async def test_draining_commits_each_step_by_itself(db, clock):
    """A failure in the third step leaves the first two done."""
    await emit(db, clock, 9)
    taken = []

    async def step(session, *, limit):
        if len(taken) == 2:
            raise ZeroDivisionError
        ids = (await session.scalars(select(OutboxRow.id).where(OutboxRow.sent_at.is_(None)))).all()
        await kernel.mark_sent(session, ids[:limit], now=clock())
        taken.append(limit)
        return limit

    with pytest.raises(ZeroDivisionError):
        await drain(db, step, limit=3)
    assert await count(db, OutboxRow.sent_at.is_not(None)) == 6


async def test_draining_leaves_an_endless_crowd_to_the_next_ring(db):
    """So that a stop need not wait for the last row."""

    async def step(session, *, limit):
        return limit

    assert await drain(db, step, limit=7) == 7 * STEPS_MAX


async def test_two_clocks_at_once_lapse_each_order_once(tools, db, clock):
    """Rows are claimed: one event an order, and its goods are given back once."""
    buyer, number = UserId(7), 12
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=number)
    for _ in range(number):
        async with db.sessions.begin() as session:
            await order.place_homeshopping(
                session, 1001, quantity=1, buyer=buyer, now=clock(), pay_within=WINDOW
            )
    clock.forward(minutes=16)
    (job,) = order_jobs.JOBS
    await asyncio.gather(*(alarm(tools).ring(job) for _ in range(2)))
    await alarm(tools).ring(job)  # what the two left to each other
    assert await count(db, OutboxRow.kind == "order.status_changed") == number
    async with db.reads() as session:
        (level,) = await stock.levels(session, [Sku("hs-1001")])
        lapsed = await order.newest(session, by=buyer, limit=number)
    assert level.available == number
    assert {view.status for view in lapsed} == {order.OrderStatus.CANCELLED}
    assert {view.version for view in lapsed} == {2}


async def test_old_paperwork_is_forgotten_and_the_rest_is_kept(tools, db, clock):
    """Told events after a week, idempotency keys after two days, untold events never."""

    async def paperwork():
        await emit(db, clock, 2)
        async with db.sessions.begin() as session:
            first = (
                await session.scalars(select(OutboxRow.id).order_by(OutboxRow.id.desc()))
            ).first()
            await kernel.mark_sent(session, [first], now=clock())
            key = kernel.IdempotencyKey(scope="toy", key=str(first), body=b"")
            (await kernel.begin_once(session, key, now=clock())).answer = {}

    async def keys():
        async with db.reads() as session:
            return await session.scalar(select(func.count()).select_from(IdempotencyRow))

    (job,) = kernel_jobs.JOBS
    await paperwork()
    clock.forward(days=3)
    await paperwork()
    assert await job.ring(tools) == 1
    assert (await count(db), await keys()) == (4, 1)
    clock.forward(days=5)
    assert await job.ring(tools) == 2
    assert (await count(db), await keys()) == (3, 0)
    assert await count(db, OutboxRow.sent_at.is_(None)) == 2


async def test_a_failure_of_the_database_is_one_line_and_a_bug_is_a_traceback(tools):
    """Both are left to the next ring."""

    async def gone(session, tools, *, error):
        raise error

    with capture_logs() as logs:
        for error in (ConnectionError("gone"), ZeroDivisionError()):
            job = Job(name="broken", due=partial(gone, error=error), run=pytest.fail)
            await alarm(tools).ring(job)
    assert [(line["event"], line["exc_info"]) for line in logs] == [
        ("job failed", False),
        ("job failed", True),
    ]
