"""The far end of the event log: the stream's entries are written to the analytics database.

At least once, and once to the eye: an entry leaves the stream only after the commit, and its
unique id swallows repeats. What can never be written is put aside and holds up nothing.

Redis may lose its memory, wholly (a restart without persistence) or back to a snapshot. So the
recorder keeps a mark there, the moment until which the stream is known to be whole; when it finds
the mark gone or set back, it appends the outbox rows of the time since then once more.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from pydantic import ValidationError

from channels.broker import BrokerUnavailable
from channels.broker.journal import JournalStream, Waiting
from channels.journal import BATCH, Journal
from domain import kernel, log

WAIT_MS: Final = 1_000
LINGER_SECONDS: Final = 0.5
BACKOFF_MAX_SECONDS: Final = 5.0
BEAT_MS: Final = 1_000
LOOK_BACK_SECONDS: Final = 30.0
FRESH: Final = timedelta(seconds=10)  # a mark this young was left by a recorder that just stopped
MARGIN: Final = timedelta(seconds=10)  # clocks of two machines, and a relay between its two steps
REPLAY: Final = timedelta(hours=24)  # how far back a wholly forgotten stream is filled again

logger = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Writes the event log; one at a time, in the process that leads."""

    journal: Journal
    stream: JournalStream
    db: kernel.Database
    analytics: kernel.Database
    clock: kernel.Clock
    chance: Callable[[], float] = random.random
    _mark: int | None = field(default=None, init=False)
    _unsettled: bool = field(default=True, init=False)
    _look_back_at: float = field(default=0.0, init=False)

    async def run(self) -> None:
        """Record until cancelled, through any outage of Redis or of either database."""
        failures, self._mark = 0, None
        while True:
            try:
                count = await self.record_once(wait_ms=WAIT_MS)
            except Exception as error:
                failures += 1
                expected = isinstance(error, BrokerUnavailable) or kernel.is_unavailable(error)
                logger.warning(
                    "recorder waits", failures=failures, error=repr(error), exc_info=not expected
                )
                ceiling = min(LINGER_SECONDS * 2.0 ** min(failures, 10), BACKOFF_MAX_SECONDS)
                await asyncio.sleep(ceiling * (0.5 + self.chance() / 2))
                continue
            failures = 0
            if count < BATCH:
                await asyncio.sleep(LINGER_SECONDS)  # a batch gathers meanwhile

    async def record_once(self, *, wait_ms: int = 0) -> int:
        """Write one batch, waiting so long for its first entry, and return its size.

        Raises BrokerUnavailable and what the database drivers raise; then nothing was settled.
        """
        unsettled, self._unsettled = self._unsettled, True
        await self.stream.prepare()
        await self._see_to_wholeness()
        entries = await self._left_behind(unsettled=unsettled)
        if not entries:
            unsettled = False
            entries = await self.stream.read(limit=BATCH, wait_ms=wait_ms)
        await self._write(entries)
        self._unsettled = unsettled
        return len(entries)

    async def _left_behind(self, *, unsettled: bool) -> list[Waiting]:
        """Return what we, or a recorder before us, read and did not settle."""
        now = asyncio.get_running_loop().time()
        if not unsettled and now < self._look_back_at:
            return []
        self._look_back_at = now + LOOK_BACK_SECONDS
        idle_ms = 0 if unsettled else int(LOOK_BACK_SECONDS * 1000)
        return await self.stream.take_over(limit=BATCH, idle_ms=idle_ms)

    async def _write(self, entries: Sequence[Waiting]) -> None:
        readable = []
        for waiting in entries:
            if waiting.data is None:
                logger.error("entry was trimmed unread", position=waiting.position)
                await self.stream.settle([waiting])
                continue
            try:
                readable.append((waiting, log.Entry.model_validate_json(waiting.data)))
            except ValidationError as error:
                await self._bury(waiting, f"unreadable: {_told(error)}")
        if readable:
            await self._record(readable)

    async def _record(self, batch: Sequence[tuple[Waiting, log.Entry]]) -> None:
        try:
            async with self.analytics.sessions.begin() as session:
                await log.record(session, [entry for _, entry in batch])
        except log.Unwritable as error:
            if len(batch) == 1:
                await self._bury(batch[0][0], f"unwritable: {error}")
                return
            middle = len(batch) // 2  # halves find the culprit in few steps
            await self._record(batch[:middle])
            await self._record(batch[middle:])
            return
        await self.stream.settle([waiting for waiting, _ in batch])

    async def _bury(self, waiting: Waiting, reason: str) -> None:
        logger.error("entry put aside", position=waiting.position, reason=reason)
        await self.stream.bury(waiting, reason)

    async def _see_to_wholeness(self) -> None:
        now = _to_ms(self.clock())
        if self._mark is not None and 0 <= now - self._mark < BEAT_MS:
            return
        mark = await self.stream.whole()
        if mark is None:
            # Written down before the work, so that a crash or another loss starts it again.
            mark = now - _to_ms(REPLAY)
            if not await self.stream.advance(None, mark):
                return
        trusted = now - _to_ms(FRESH) if self._mark is None else self._mark
        if mark < trusted:
            await self._replay(_from_ms(mark) - MARGIN)
        reached = max(mark, now)
        if await self.stream.advance(mark, reached):
            self._mark = reached

    async def _replay(self, since: datetime) -> None:
        after_id, count = 0, 0
        while True:
            async with self.db.reads() as session:
                rows = await kernel.rows_since(session, since, after_id=after_id, limit=BATCH)
            if not rows:
                break
            await self.journal.append(rows)
            after_id, count = rows[-1].id, count + len(rows)
        logger.info("outbox appended once more", since=since.isoformat(), rows=count)


def _told(error: ValidationError) -> str:
    # Without the input: what was never masked must not reach a log line.
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))} {fault['type']}" for fault in faults)


def _to_ms(value: datetime | timedelta) -> int:
    seconds = value.timestamp() if isinstance(value, datetime) else value.total_seconds()
    return int(seconds * 1000)


def _from_ms(mark: int) -> datetime:
    return datetime.fromtimestamp(mark / 1000, UTC)
