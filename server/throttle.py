"""Slow down whoever guesses passwords: a delay that grows, by account and by address.

A try is counted before the password is looked at, so that parallel guesses do not slip through;
a right password takes the count back. Nobody is locked out by another's guesses for longer than
a minute: only the pair of account and address waits long.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any, Final, cast

import structlog
from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis

from channels.broker.outage import UNREACHABLE
from domain.kernel import Clock, Throttled

SCRIPTS: Final = Path(__file__).parent / "lua"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limit:
    """How many tries are free, and how long the wait may grow after them."""

    free: int
    longest: timedelta

    def arguments(self) -> tuple[int, int, int]:
        """Return free tries, longest wait and memory, in ms, as the script takes them."""
        longest = int(self.longest.total_seconds() * 1000)
        return self.free, longest, max(longest, 900_000)


PAIR: Final = Limit(5, timedelta(minutes=15))
ACCOUNT: Final = Limit(20, timedelta(minutes=1))
ADDRESS: Final = Limit(50, timedelta(minutes=15))


class Throttle:
    """Counts in Redis, shared by all workers; in this process while Redis is gone."""

    def __init__(self, redis: Redis, *, prefix: str, clock: Clock) -> None:
        # The same scripts run on both, so the rule is written once.
        self._counters = (redis, cast("Redis", FakeAsyncRedis(server=FakeServer())))
        self._prefix = prefix
        self._clock = clock
        self._try = (SCRIPTS / "throttle_try.lua").read_text()
        self._forgive = (SCRIPTS / "throttle_forgive.lua").read_text()

    async def count(self, account: str, address: str) -> None:
        """Count one try to log in. Raises Throttled while there is a delay to sit out."""
        now_ms = int(self._clock().timestamp() * 1000)
        limits = (*PAIR.arguments(), *ACCOUNT.arguments(), *ADDRESS.arguments())
        wait_ms = await self._run(self._try, self._buckets(account, address), (now_ms, *limits))
        if wait_ms > 0:
            raise Throttled(math.ceil(wait_ms / 1000))

    async def forgive(self, account: str, address: str) -> None:
        """Take the try back: the password was right."""
        pair, by_account, by_address = self._buckets(account, address)
        await self._run(self._forgive, (by_address,), (ADDRESS.free,))
        await self._run(self._forgive, (by_account,), (ACCOUNT.free,))
        await self._run("return redis.call('DEL', KEYS[1])", (pair,), ())

    async def close(self) -> None:
        """Give the process's own counters back."""
        await self._counters[1].aclose()

    async def _run(self, script: str, keys: tuple[str, ...], arguments: tuple[int, ...]) -> int:
        shared, own = self._counters
        try:
            return int(await cast("Any", shared.eval(script, len(keys), *keys, *arguments)))
        except UNREACHABLE as error:
            log.warning("throttle_alone", error=type(error).__name__)
            return int(await cast("Any", own.eval(script, len(keys), *keys, *arguments)))

    def _buckets(self, account: str, address: str) -> tuple[str, str, str]:
        # The braces keep what one script touches on one node of a cluster.
        # Hashed: an e-mail address is nobody's business in a cache.
        who = hashlib.sha256(account.encode(errors="replace")).hexdigest()[:32]
        where = neighbourhood(address)
        names = (f"pair:{who}:{where}", f"account:{who}", f"address:{where}")
        pair, by_account, by_address = (f"{self._prefix}{{login}}:{name}" for name in names)
        return pair, by_account, by_address


@lru_cache(maxsize=10_000)
def neighbourhood(address: str) -> str:
    """Return what one visitor can hardly leave: the IPv4 address, or the IPv6 /64."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:  # how a socket that speaks both names its IPv4 visitors
            return str(found.ipv4_mapped)
        return str(ip_network((found, 64), strict=False).network_address)
    return str(found)
