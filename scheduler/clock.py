"""The alarm clock: rings every job on time while this process leads, and keeps loops alive."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain import kernel
from scheduler import Job, Tools
from scheduler.leadership import Leadership, Term

STOP_SECONDS: Final = 10.0
BACKOFF_MIN_SECONDS: Final = 0.2
BACKOFF_MAX_SECONDS: Final = 5.0
SOUND_SECONDS: Final = 60.0  # a loop that lasted this long fails for the first time again

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Work that never ends by itself, such as the relay; begun again when it fails.

    One with ``alone`` runs only in the process that leads, any other in every process.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    alone: bool = True


@dataclass(slots=True, kw_only=True)
class AlarmClock:
    """Rings the jobs; which rows are due is none of its business.

    APScheduler keeps the time and nothing else: its store is memory, and a ring that comes too
    late or while the job still runs melts into the next one.
    """

    tools: Tools
    leadership: Leadership
    jobs: Sequence[Job] = ()
    loops: Sequence[Loop] = ()
    stop_seconds: float = STOP_SECONDS
    chance: Callable[[], float] = random.random
    _steps: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _term: Term | None = field(default=None, init=False)

    @property
    def leading(self) -> bool:
        """Tell whether this process rings the jobs now."""
        return self._term is not None and not self._term.over

    async def run(self) -> None:
        """Ring until cancelled; then running steps are finished before the lease is given back."""
        async with asyncio.TaskGroup() as group:
            for loop in self.loops:
                if not loop.alone:
                    group.create_task(self._keep_alive(loop), name=loop.name)
            group.create_task(self.leadership.lead(self._reign), name="leadership")

    async def ring(self, job: Job) -> None:
        """Ring one job once; a failure is logged and left to its next ring."""
        try:
            carried = await job.ring(self.tools)
        except Exception as error:
            # One broken job must not silence the others.
            expected = kernel.is_unavailable(error)
            log.warning("job failed", job=job.name, error=repr(error), exc_info=not expected)
        else:
            if carried:
                log.info("job carried", job=job.name, rows=carried)

    async def _reign(self, term: Term) -> None:
        self._term = term
        scheduler = self._wound_up()
        scheduler.start()
        async with asyncio.TaskGroup() as group:
            for loop in self.loops:
                if loop.alone:
                    group.create_task(self._keep_alive(loop), name=loop.name)
            try:
                await asyncio.Event().wait()
            finally:  # the loops go on meanwhile: the relay still tells what the last steps did
                self._term = None
                scheduler.pause()
                try:
                    await self._finish(term)
                finally:
                    scheduler.shutdown(wait=False)

    def _wound_up(self) -> AsyncIOScheduler:
        # A skipped or late ring is ordinary here; structlog tells what a job did.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in self.jobs:
            scheduler.add_job(
                partial(self._start, job),
                "interval",
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=datetime.now(UTC),
            )
        return scheduler

    async def _start(self, job: Job) -> None:
        if not self.leading:
            return
        # A task of its own, because the scheduler cancels what runs when it shuts down.
        step = asyncio.create_task(self.ring(job), name=job.name)
        self._steps.add(step)
        step.add_done_callback(self._steps.discard)
        await asyncio.shield(step)

    async def _finish(self, term: Term) -> None:
        """Let running steps end, unless the lease is lost or they take too long."""
        try:
            if self._steps and not term.over:
                await asyncio.wait(self._steps, timeout=self.stop_seconds)
        finally:
            cut = list(self._steps)
            for step in cut:
                log.warning("job cut short", job=step.get_name())
                step.cancel()
            await asyncio.gather(*cut, return_exceptions=True)

    async def _keep_alive(self, loop: Loop) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await loop.run()
                log.error("loop ended", loop=loop.name)
            except Exception:
                log.exception("loop failed", loop=loop.name, failures=failures)
            lasted = asyncio.get_running_loop().time() - began
            failures = 1 if lasted > SOUND_SECONDS else failures + 1
            ceiling = min(BACKOFF_MIN_SECONDS * 2.0 ** min(failures, 10), BACKOFF_MAX_SECONDS)
            await asyncio.sleep(ceiling * (0.5 + self.chance() / 2))
