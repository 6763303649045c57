"""One leader at a time: a lease in Redis, kept alive by whoever holds it.

The lease is a deadline: each renewal moves it, and when renewals stop the work is cancelled a
fifth of the lease before anybody else can take over. A process that was frozen past its lease
(stopped, swapped out) may still finish the statement it was in. That is only waste: jobs claim
rows with SKIP LOCKED, and publications carry keys. Work that could do harm compares its
``Term.token`` first: tokens only grow, and ``admits`` refuses every token but the newest.

After Martin Kleppmann, "How to do distributed locking" (2016).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisClusterException, RedisError

LEASE_SECONDS: Final = 5.0
SAFE_SHARE: Final = 0.8  # of the lease; in the rest the work is cancelled
BACKOFF_MIN_SECONDS: Final = 0.1
BACKOFF_MAX_SECONDS: Final = 2.0
LUA: Final = Path(__file__).parent / "lua"
GONE: Final = (RedisError, RedisClusterException, OSError, TimeoutError)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Term:
    """A time of leading; a later term has a higher token."""

    token: int
    _lease: asyncio.Timeout

    @property
    def over(self) -> bool:
        """Tell whether the lease was lost."""
        return self._lease.expired()


@dataclass(slots=True, kw_only=True)
class Leadership:
    """One candidate for one office."""

    redis: Redis
    name: str = "clock"
    lease_seconds: float = LEASE_SECONDS
    prefix: str = "uhok"
    candidate: str = field(default_factory=lambda: uuid4().hex)
    chance: Callable[[], float] = random.random
    _take: str = field(init=False)
    _renew: str = field(init=False)
    _release: str = field(init=False)

    def __post_init__(self) -> None:
        self._take, self._renew, self._release = (
            (LUA / f"{name}.lua").read_text() for name in ("take", "renew", "release")
        )

    async def lead(self, reign: Callable[[Term], Awaitable[None]]) -> None:
        """Run ``reign`` whenever elected, until it returns or this is cancelled.

        It is cancelled when the lease is lost, and begun anew after the next election; meanwhile
        nobody leads, or somebody else does. What ``reign`` raises is raised here.
        """
        while True:
            token, ends_at = await self._campaign()
            log.info("leading", office=self.name, token=token)
            if await self._serve(reign, token, ends_at):
                return
            log.warning("no longer leading", office=self.name, token=token)

    async def admits(self, token: int) -> bool:
        """Tell whether nobody was elected after the term with this token.

        Raises what the Redis client raises.
        """
        newest = await self.redis.get(self._key("fence"))
        return newest is not None and int(newest) == token

    async def _campaign(self) -> tuple[int, float]:
        failures = 0
        while True:
            asked_at = _now()
            try:
                token, left_ms = await self._ask(
                    self._take,
                    [self._key("lease"), self._key("fence")],
                    [self.candidate, self._lease_ms],
                )
            except GONE as error:
                failures += 1
                if failures == 1:
                    log.warning("election impossible", office=self.name, error=repr(error))
                await asyncio.sleep(self._backoff(failures))
                continue
            if token:
                return token, asked_at + self.lease_seconds * SAFE_SHARE
            failures = 0
            # Soon enough to notice a lease given back, exactly in time for one that ran out.
            await asyncio.sleep(min(left_ms / 1000, self._patience) + 0.01 + 0.05 * self.chance())

    async def _serve(
        self, reign: Callable[[Term], Awaitable[None]], token: int, ends_at: float
    ) -> bool:
        try:
            async with asyncio.timeout_at(ends_at) as lease:
                keeper = asyncio.create_task(self._keep(token, lease), name=f"{self.name}.lease")
                try:
                    await reign(Term(token, lease))
                finally:
                    keeper.cancel()
        except TimeoutError:
            if lease.expired():
                return False
            raise
        finally:
            await self._step_down(token)
        return True

    async def _keep(self, token: int, lease: asyncio.Timeout) -> None:
        while not lease.expired():
            await asyncio.sleep(self._patience)
            asked_at = _now()
            try:
                kept = await self._ask(
                    self._renew,
                    [self._key("lease")],
                    [f"{self.candidate} {token}", self._lease_ms],
                )
            except GONE as error:
                log.warning("lease not renewed", office=self.name, error=repr(error))
                continue  # the deadline stands
            if lease.expired():
                return
            lease.reschedule(asked_at + self.lease_seconds * SAFE_SHARE if kept else _now())
            if not kept:
                return

    async def _step_down(self, token: int) -> None:
        try:
            await self._ask(self._release, [self._key("lease")], [f"{self.candidate} {token}"])
        except GONE:
            log.info("lease left to run out", office=self.name, token=token)

    async def _ask(self, script: str, keys: list[str], args: list[str | int]) -> Any:  # noqa: ANN401 (each script has its own answer)
        task = asyncio.current_task()
        assert task is not None, "coroutines run in tasks"
        cancelled = task.cancelling()
        async with asyncio.timeout(self._patience):
            answer = await cast("Any", self.redis.eval(script, len(keys), *keys, *args))
        if task.cancelling() > cancelled:
            # Before Python 3.12 asyncio.wait_for, inside the client, may swallow a cancellation.
            raise asyncio.CancelledError
        return answer

    @property
    def _patience(self) -> float:
        return self.lease_seconds / 4

    @property
    def _lease_ms(self) -> int:
        return int(self.lease_seconds * 1000)

    def _backoff(self, failures: int) -> float:
        ceiling = min(BACKOFF_MIN_SECONDS * 2.0 ** min(failures, 10), BACKOFF_MAX_SECONDS)
        return ceiling * (0.5 + self.chance() / 2)

    def _key(self, kind: str) -> str:
        # The braces keep what one script touches on one node of a cluster.
        return f"{self.prefix}:{kind}:{{{self.name}}}"


def _now() -> float:
    return asyncio.get_running_loop().time()
