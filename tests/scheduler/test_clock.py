"""Jobs ring on time, in one place, and neither a failure nor a stop loses anything."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from scheduler import Job
from scheduler.clock import AlarmClock, Loop
from tests.channels.toys import soon
from tests.scheduler.test_leadership import cut_off

OFTEN = timedelta(seconds=0.02)


@pytest.fixture
def db():
    """No job here asks the database; test_jobs does."""


class Task:
    """A job that counts its rings and can be made to fail or to wait."""

    def __init__(self, every=OFTEN):
        self.rings = self.done = self.cut = 0
        self.failing = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.job = Ringing(name="toy", every=every, due=None, run=None, task=self)


class Ringing(Job):
    """A job without a database."""

    def __init__(self, *, task, **fields):
        object.__setattr__(self, "task", task)
        super().__init__(**fields)

    async def ring(self, tools):
        self.task.rings += 1
        if self.task.failing:
            raise ZeroDivisionError
        try:
            await self.task.gate.wait()
        except asyncio.CancelledError:
            self.task.cut += 1
            raise
        self.task.done += 1
        return 1


@pytest.fixture
def task():
    return Task()


@pytest.fixture
async def start(candidate, tools):
    """Start a clock in a process of its own, as far as it can tell."""
    running = []

    def start(*jobs, **options):
        alarm = AlarmClock(
            tools=tools, leadership=candidate(), jobs=jobs, chance=lambda: 0.0, **options
        )
        life = asyncio.create_task(alarm.run())
        running.append(life)
        return alarm, life

    yield start
    for life in running:
        life.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def stop(life):
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)


async def test_a_job_rings_again_and_again_while_leading(start, task):
    """The first time at once."""
    alarm, _ = start(task.job)
    await soon(lambda: task.done >= 3)
    assert alarm.leading


async def test_a_job_rings_within_a_second_of_the_election(start):
    """Even one that is hardly ever rung."""
    rare = Task(every=timedelta(hours=1))
    start(rare.job)
    await soon(lambda: rare.done == 1, seconds=1)


async def test_of_two_clocks_one_rings_until_it_stops(start, task):
    """Then the other goes on."""
    other = Task()
    clocks = [(*start(task.job), task), (*start(other.job), other)]
    await soon(lambda: task.done + other.done >= 3)
    clocks.sort(key=lambda clock: clock[0].leading)
    (follower, _, waiting), (_, life, rung) = clocks
    assert waiting.rings == 0
    await stop(life)
    before = rung.rings
    await soon(lambda: waiting.done >= 3)
    assert follower.leading
    assert rung.rings == before


async def test_a_stop_is_heard_at_every_moment(start, task):
    """Also in the middle of a question to Redis, whose client may swallow a cancellation."""
    for turns in range(40):
        _, life = start(task.job)
        for _ in range(turns):
            await asyncio.sleep(0)
        life.cancel()
        await soon(life.done)


async def test_a_failing_job_is_logged_and_rung_again(start, task):
    """The other jobs do not notice."""
    task.failing = True
    with capture_logs() as logs:
        start(task.job)
        await soon(lambda: task.rings >= 2)
        task.failing = False
        await soon(lambda: task.done)
    failed = [line for line in logs if line["event"] == "job failed"]
    assert failed
    assert failed[0]["job"] == "toy"
    assert failed[0]["exc_info"] is True


async def test_a_slow_job_is_not_rung_beside_itself(start, task):
    """Rings that come meanwhile melt into the next one."""
    quick = Task()
    object.__setattr__(quick.job, "name", "quick")
    task.gate.clear()
    start(task.job, quick.job)
    await soon(lambda: quick.done >= 5)
    assert task.rings == 1
    task.gate.set()
    await soon(lambda: task.rings > 1)


async def test_a_stop_waits_for_the_running_step(start, task, candidate):
    """The step is finished, and only then the lease is given back."""
    task.gate.clear()
    alarm, life = start(task.job)
    await soon(lambda: task.rings)
    life.cancel()
    await soon(lambda: not alarm.leading)
    assert not life.done()
    task.gate.set()
    await asyncio.gather(life, return_exceptions=True)
    assert (task.done, task.cut) == (1, 0)


async def test_a_stop_does_not_wait_for_ever(start, task):
    """A step that hangs is cancelled, which rolls its transaction back."""
    task.gate.clear()
    _, life = start(task.job, stop_seconds=0.05)
    await soon(lambda: task.rings)
    await stop(life)
    assert (task.done, task.cut) == (0, 1)


async def test_a_lost_lease_cuts_the_running_step_short(start, task):
    """Another clock may ring by now."""
    task.gate.clear()
    alarm, _ = start(task.job)
    await soon(lambda: task.rings)
    office = alarm.leadership
    office._renew = office._release = office._take = cut_off
    await soon(lambda: task.cut)
    assert task.done == 0
    assert not alarm.leading


class Endless:
    """A loop that counts how often it was begun and can be made to fail."""

    def __init__(self):
        self.begun = self.running = 0
        self.failures = 0

    async def run(self):
        self.begun += 1
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError
        self.running += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.running -= 1


async def test_a_loop_runs_in_the_leader_or_everywhere_as_told(start):
    """The relay is one of the first kind."""
    alone, shared = Endless(), Endless()
    loops = (Loop(name="alone", run=alone.run), Loop(name="shared", run=shared.run, alone=False))
    _, first = start(loops=loops)
    _, second = start(loops=loops)
    await soon(lambda: alone.running == 1 and shared.running == 2)
    await stop(first)
    await soon(lambda: alone.running == 1 and shared.running == 1)
    await stop(second)
    assert (alone.running, shared.running, shared.begun) == (0, 0, 2)


async def test_a_loop_that_fails_is_logged_and_begun_again(start):
    """However often it fails."""
    loop = Endless()
    loop.failures = 2
    with capture_logs() as logs:
        start(loops=(Loop(name="frail", run=loop.run),))
        await soon(lambda: loop.running == 1)
    assert loop.begun == 3
    assert [line["loop"] for line in logs if line["event"] == "loop failed"] == ["frail"] * 2


async def test_loops_outlive_the_running_step(start, task):
    """The relay still tells what the last step did."""
    loop = Endless()
    task.gate.clear()
    alarm, life = start(task.job, loops=(Loop(name="relay", run=loop.run),))
    await soon(lambda: task.rings and loop.running)
    life.cancel()
    await soon(lambda: not alarm.leading)
    assert loop.running == 1
    task.gate.set()
    await asyncio.gather(life, return_exceptions=True)
    assert loop.running == 0
