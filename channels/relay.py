"""Moves committed events from the outbox to the channels."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import orjson
import structlog

from channels.broker import Broker, BrokerUnavailable, Entry
from channels.metrics import Metrics
from channels.topics import Topics, UnknownTopic
from domain import kernel

BATCH: Final = 200
POLL_SECONDS: Final = 0.25
BACKOFF_MAX_SECONDS: Final = 5.0
NUDGE: Final = "nudge"
TOLD: Final = "told"

log = structlog.get_logger(__name__)


class Journal(Protocol):
    """Keeps what was told, for people to read later."""

    async def append(self, rows: Sequence[kernel.Fact]) -> None:
        """Take these rows over, in order; raise, and they come again."""


def names_of(row: kernel.Fact) -> frozenset[str]:
    """Return what a fact is known by: its noun, its kind and its subject."""
    return frozenset((row.kind.partition(".")[0], row.kind, row.body["subject"]))


@dataclass(slots=True)
class Relay:
    """Publishes each outbox row on each of its topics; one at a time keeps every topic in order.

    A crash between publishing and marking repeats the rows; their event ids are the broker's keys,
    so listeners cannot tell.
    """

    db: kernel.Database
    broker: Broker
    topics: Topics
    clock: kernel.Clock
    journal: Journal
    chance: random.Random = field(default_factory=random.SystemRandom)
    metrics: Metrics = field(default_factory=Metrics)
    _nudged: asyncio.Event = field(default_factory=asyncio.Event)

    def nudge(self) -> None:
        """Say that there is something to publish. Cheap, never waits."""
        self._nudged.set()

    async def run(self) -> None:
        """Relay until cancelled, through any outage of the database, the broker or the journal."""
        failures = 0
        while True:
            self._nudged.clear()
            try:
                moved = await self.relay_once()
            except Exception as error:  # noqa: BLE001 (a relay that died would silence the shop)
                failures += 1
                await self._rest_after(error, failures)
                continue
            failures = 0
            if moved < BATCH:
                await self._rest()

    async def relay_once(self) -> int:
        """Publish the oldest unsent rows and return how many.

        Raises BrokerUnavailable and what the database driver and the journal raise.
        """
        async with self.db.reads() as session:
            rows = await kernel.unsent(session, limit=BATCH)
        if not rows:
            return 0
        entries = [entry for row in rows for entry in self._entries(row)]
        await self.broker.publish_many(entries)
        self._count(rows, entries)
        await self.broker.signal(TOLD, orjson.dumps(sorted(set().union(*map(names_of, rows)))))
        await self.journal.append(rows)
        async with self.db.sessions.begin() as session:
            await kernel.mark_sent(session, [row.id for row in rows], now=self.clock())
        return len(rows)

    def _count(self, rows: Sequence[kernel.Fact], entries: Sequence[Entry]) -> None:
        now = self.clock()
        self.metrics.published.labels("shop").inc(len(entries))
        for row in rows:
            self.metrics.relayed.observe((now - row.created_at).total_seconds())

    def _entries(self, row: kernel.Fact) -> list[Entry]:
        data = orjson.dumps(row.body)
        entries = []
        for channel in row.topics:
            try:
                retention = self.topics.of(channel).retention
            except UnknownTopic:
                # A bug in an event must not hold back everybody else's events.
                log.exception("event has a channel nobody serves", channel=channel, kind=row.kind)
                continue
            entries.append(Entry(channel, data, history=retention, key=row.event_id))
        return entries

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._nudged.wait()
        except TimeoutError:
            return  # the polling net: a nudge may be lost with the process that sent it

    async def _rest_after(self, error: Exception, failures: int) -> None:
        expected = isinstance(error, BrokerUnavailable) or kernel.is_unavailable(error)
        log.warning("relay waits", failures=failures, error=repr(error), exc_info=not expected)
        ceiling = min(POLL_SECONDS * 2.0 ** min(failures, 10), BACKOFF_MAX_SECONDS)
        await asyncio.sleep(self.chance.uniform(ceiling / 2, ceiling))
