"""Sessions that were ended while their access tokens still run.

The sessions table is the truth; Redis is the quick look at it. One key per ended session covers
every token of that session, and dies with the last of them. A marker says that the list is whole:
a Redis that is gone, or came back empty, or missed one of our writes, is not asked again before
the list was rebuilt from the table, and until then the table answers.

Whoever was let in a moment ago is let in again unasked. That a session ended is told to every
process at once (``recall``); one that did not hear it finds out after ``TRUSTED_SECONDS``.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

import structlog
from cachetools import TTLCache
from redis.asyncio import Redis

from channels.broker.outage import UNREACHABLE, heed_cancellation
from domain import user
from domain.kernel import Clock, Database, is_unavailable

RETRY_SECONDS: Final = (0.1, 0.5, 2.0, 5.0)
TRUSTED_SECONDS: Final = 1.0
TRUSTED_MAX: Final = 10_000

log = structlog.get_logger()


class DenyList:
    """The ended sessions whose tokens would still be valid, at most ``lifetime`` after."""

    def __init__(  # noqa: PLR0913 (what it asks, and by which clocks)
        self,
        redis: Redis,
        db: Database,
        *,
        prefix: str,
        lifetime: timedelta,
        clock: Clock,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._db = db
        self._prefix = prefix
        # Clocks of two machines differ a little; a minute more costs nothing.
        self._lifetime = lifetime + timedelta(minutes=1)
        self._clock = clock
        self._behind = asyncio.Event()
        self._behind.set()
        self._failures = 0
        self._trusted: TTLCache[str, bool] = TTLCache(TRUSTED_MAX, TRUSTED_SECONDS, timer)
        self._recalls = 0

    @property
    def is_behind(self) -> bool:
        """Tell whether the table is asked instead of Redis."""
        return self._behind.is_set()

    async def contains(self, session_id: str) -> bool:
        """Tell whether the session was ended."""
        if session_id in self._trusted:
            return False
        recalls = self._recalls
        ended = await self._look_up(session_id)
        if not ended and recalls == self._recalls:  # else the answer may be older than the end
            self._trusted[session_id] = True
        return ended

    async def _look_up(self, session_id: str) -> bool:
        if not self.is_behind:
            try:
                whole, ended = await self._redis.mget(self._marker, self._key(session_id))
            except UNREACHABLE as error:
                self._fall_behind(error)
            else:
                if whole is not None:
                    return ended is not None
                self._fall_behind(None)
        async with self._db.reads() as session:
            return await user.is_over(session, session_id)

    async def add(self, session_ids: Iterable[str]) -> None:
        """Deny these sessions, which the table already says are over."""
        ended = list(session_ids)
        try:
            await self._write(ended)
        except UNREACHABLE as error:
            self._fall_behind(error)
        for session_id in ended:  # last: somebody may have asked meanwhile
            self.recall(session_id)

    def recall(self, session_id: str) -> None:
        """Trust the session no longer: somewhere it was ended."""
        self._recalls += 1
        self._trusted.pop(session_id, None)

    async def keep_up(self) -> None:
        """Rebuild the list whenever it may have missed something, until cancelled."""
        tries = 0
        while True:
            await self._behind.wait()
            try:
                await self.rebuild()
                tries = 0
                heed_cancellation()
            except Exception as error:
                if not isinstance(error, UNREACHABLE) and not is_unavailable(error):
                    raise
                await asyncio.sleep(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
                tries += 1

    async def rebuild(self) -> None:
        """Copy what the table knows into Redis, and trust Redis again if nothing failed meanwhile.

        Raises what the table or Redis raises.
        """
        failures = self._failures
        async with self._db.reads() as session:
            ended = await user.ended_since(session, self._clock() - self._lifetime)
        await self._write(ended)
        await self._redis.set(self._marker, "1")
        if failures == self._failures:
            self._behind.clear()

    async def _write(self, session_ids: Iterable[str]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for session_id in session_ids:
                pipe.set(self._key(session_id), "1", px=self._lifetime)
            await pipe.execute()

    def _fall_behind(self, error: BaseException | None) -> None:
        log.warning("deny_list_behind", error=type(error).__name__ if error else "no marker")
        self._failures += 1
        self._behind.set()

    @property
    def _marker(self) -> str:
        return f"{self._prefix}{{denied}}:whole"

    def _key(self, session_id: str) -> str:
        return f"{self._prefix}{{denied}}:{session_id}"
