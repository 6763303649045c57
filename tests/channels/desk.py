"""The whole event log on one desk: outbox, journal, stream and recorder."""

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

from sqlalchemy import select

from channels.broker.journal import JournalStream
from channels.journal import Journal
from channels.recorder import Recorder
from domain import kernel, log
from tests.conftest import NOON


class Bought(kernel.Event):
    """A toy fact."""

    kind = "toy.bought"

    number: int

    @property
    def subject(self):
        return f"toy/{self.number}"

    @property
    def topics(self):
        return (f"user:{self.number % 3}",)


class Desk:
    """The whole log: outbox, journal, stream, recorder."""

    def __init__(self, client, db, analytics, clock):
        self.db, self.analytics, self.clock, self.redis = db, analytics, clock, client
        self.prefix = uuid4().hex
        self.stream = self.open_stream()
        self.journal = Journal(sink=self.stream)
        self.recorder = self.hire()

    def open_stream(self, kind=JournalStream):
        return kind(redis=self.redis, prefix=self.prefix)

    def hire(self):
        """Start another recorder's life."""
        return Recorder(
            journal=self.journal,
            stream=self.stream,
            db=self.db,
            analytics=self.analytics,
            clock=self.clock,
            chance=lambda: 0.0,
        )

    async def buy(self, count, *, sent=True):
        """Commit facts and append them, as the relay does."""
        async with self.db.sessions.begin() as session:
            for number in range(count):
                kernel.emit(session, Bought(at=self.clock(), number=number))
        async with self.db.sessions.begin() as session:
            rows = await kernel.unsent(session, limit=10_000)
            await self.journal.append(rows)
            if sent:
                await kernel.mark_sent(session, [row.id for row in rows], now=self.clock())

    async def facts(self):
        async with self.db.reads() as session:
            return sorted(await session.scalars(select(kernel.OutboxRow.event_id)))

    async def written(self):
        async with self.analytics.reads() as session:
            return sorted(await session.scalars(select(log.LogRow.event_id)))

    async def work(self):
        """Record until a look finds nothing."""
        while await self.recorder.record_once():
            pass


def note(number, **fields):
    return log.Entry(event_id=f"n-{number}", event_type="user_login", created_at=NOON, **fields)


@asynccontextmanager
async def running(recorder):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(recorder.run())
        yield
        task.cancel()
