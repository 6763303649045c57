"""The near end of the event log: facts from the outbox and notes from the doors become a stream.

Facts are appended by the relay before it marks them as sent, so they are in the stream at least
once. Notes (a login, a search, a product seen) must never slow or fail a request: they wait in
memory, and when Redis is away for too long the oldest are given up and counted.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog
from pydantic import ValidationError

from channels.broker import BrokerUnavailable
from domain import kernel, log

BATCH: Final = 500
NOTES_MAX: Final = 10_000
LINGER_SECONDS: Final = 0.2
BACKOFF_MAX_SECONDS: Final = 5.0

logger = structlog.get_logger(__name__)


class Sink(Protocol):
    """Where entries wait until they are written; in Redis, see ``channels.broker.journal``."""

    async def add(self, entries: Sequence[bytes]) -> None:
        """Append in this order. Raises BrokerUnavailable."""


@dataclass(slots=True, kw_only=True)
class Journal:
    """Takes entries over from one process."""

    sink: Sink
    notes_max: int = NOTES_MAX
    chance: Callable[[], float] = random.random
    given_up: int = field(default=0, init=False)  # notes lost since the start, for metrics
    _notes: deque[log.Entry] = field(default_factory=deque, init=False)
    _noted: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def append(self, rows: Sequence[kernel.Fact]) -> None:
        """Put business facts into the stream, in order. Raises BrokerUnavailable."""
        entries = [entry for row in rows if (entry := as_entry(row)) is not None]
        await self.sink.add([encode(entry) for entry in entries])

    def note(self, entry: log.Entry) -> None:
        """Remember a request of interest; never waits, never fails."""
        self._notes.append(entry)
        self._noted.set()
        self._give_up_excess()

    async def run(self) -> None:
        """Carry notes into the stream until cancelled, through any outage of it."""
        failures = 0
        while True:
            await self._noted.wait()
            # Requests come in crowds; one round trip carries what a moment brings.
            await asyncio.sleep(LINGER_SECONDS)
            lost = self.given_up
            try:
                await self.flush()
            except BrokerUnavailable as error:
                failures += 1
                if failures == 1:
                    logger.warning("notes wait in memory", error=repr(error))
                ceiling = min(LINGER_SECONDS * 2.0 ** min(failures, 10), BACKOFF_MAX_SECONDS)
                await asyncio.sleep(ceiling * (0.5 + self.chance() / 2))
            else:
                failures = 0
            if self.given_up > lost:
                logger.error("notes given up", count=self.given_up - lost)

    async def flush(self) -> None:
        """Carry every note into the stream. Raises BrokerUnavailable; then the notes are kept."""
        self._noted.clear()
        while self._notes:
            batch = [self._notes.popleft() for _ in range(min(BATCH, len(self._notes)))]
            try:
                await self.sink.add([encode(entry) for entry in batch])
            except BaseException:
                self._notes.extendleft(reversed(batch))
                self._noted.set()
                self._give_up_excess()
                raise

    def _give_up_excess(self) -> None:
        while len(self._notes) > self.notes_max:
            self._notes.popleft()
            self.given_up += 1


def as_entry(row: kernel.Fact) -> log.Entry | None:
    """Return the fact as the log keeps it; None, and a log line, when it cannot be kept."""
    owners = (topic.removeprefix("user:") for topic in row.topics if topic.startswith("user:"))
    try:
        return log.Entry.model_validate(
            {
                "event_id": row.event_id,
                "user_id": next(owners, None),
                "event_type": row.kind,
                "event_data": row.body["data"],
                "created_at": row.created_at,
            }
        )
    except ValidationError as error:
        # A bug in one event must not hold back everybody else's events.
        faults = str(error)
        logger.warning("fact cannot be logged", event_id=row.event_id, kind=row.kind, why=faults)
        return None


def encode(entry: log.Entry) -> bytes:
    """Return the entry as the stream carries it."""
    return entry.model_dump_json().encode()
