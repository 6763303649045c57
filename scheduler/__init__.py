"""Time's effects: the clock knows when to ring, the database knows what is due.

A job module declares ``JOBS``. The usual job is two functions of one noun, a cheap look and a
step that carries some of what is due::

    JOBS = (stepping("order.expire_unpaid", due=order.anything_unpaid, step=order.expire_unpaid),)

A job that needs more than the time (the delays, the payment gateway) writes its own ``due`` and
``run``; ``drain`` does the looping.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from domain.kernel import Clock, Database, Session
from domain.order import Delays
from domain.payment import Till
from domain.recommendation import Embedder

RING: Final = timedelta(seconds=0.5)
STEP_ROWS: Final = 100
STEPS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a job may use; nothing else is within its reach."""

    db: Database
    analytics: Database
    clock: Clock
    till: Till
    delays: Delays  # from payment to the door
    embedder: Embedder
    lead: timedelta  # how long before it starts a broadcast is announced


class Look(Protocol):
    """Tells whether anything is due: one indexed read that locks nothing."""

    def __call__(self, session: Session, *, now: datetime) -> Awaitable[bool]: ...


class Step(Protocol):
    """Carries at most ``limit`` due rows and returns how many it took."""

    def __call__(self, session: Session, *, limit: int) -> Awaitable[int]: ...


class TimedStep(Protocol):
    """A step that has to be told the time."""

    def __call__(self, session: Session, *, now: datetime, limit: int) -> Awaitable[int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that time brings about.

    ``due`` is asked first, in a read-only session: on SQLite a writer takes the whole file, and
    most rings find nothing. ``run`` opens its own short transactions; two clocks that ring it at
    once, or a ring too many, must be harmless.
    """

    name: str
    due: Callable[[Session, Tools], Awaitable[bool]]
    run: Callable[[Tools], Awaitable[int]]
    every: timedelta = RING

    async def ring(self, tools: Tools) -> int:
        """Look, and run only when something is due. Returns how many rows were carried."""
        async with tools.db.reads() as session:
            if not await self.due(session, tools):
                return 0
        return await self.run(tools)


def stepping(
    name: str, *, due: Look, step: TimedStep, every: timedelta = RING, limit: int = STEP_ROWS
) -> Job:
    """Make a job of a look and a step that need nothing but the time."""

    async def look(session: Session, tools: Tools) -> bool:
        return await due(session, now=tools.clock())

    async def run(tools: Tools) -> int:
        return await drain(tools.db, partial(step, now=tools.clock()), limit=limit)

    return Job(name=name, due=look, run=run, every=every)


async def drain(db: Database, step: Step, *, limit: int = STEP_ROWS) -> int:
    """Take the step in short transactions until one finds less than it could have carried.

    After ``STEPS_MAX`` of them the rest is left to the next ring, so that one crowded job can
    neither hold up a stop nor outlive the lease. Returns how many rows were carried.
    """
    total = 0
    for _ in range(STEPS_MAX):
        async with db.sessions.begin() as session:
            count = await step(session, limit=limit)
        total += count
        if count < limit:
            break
    return total
