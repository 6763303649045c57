"""How often one caller may ask: so much per window of time, and every answer says what is left.

Windows are fixed and follow the clock, so that a passed one is forgotten as a whole. Callers are
counted by their account; strangers, and whoever was not let in, by their address. What is read and
written is counted in the process that serves it, which costs microseconds: with several workers
the allowance is each one's. What invites abuse is counted in Redis, for all workers together.

While Redis is away nobody is kept waiting and nobody is let through unseen: each process counts
alone, and asks Redis again after ``ALONE_SECONDS``. Guessing of passwords has a rule of its own,
``server.throttle``.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10, and the older ``X-RateLimit-*``.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from redis.asyncio import Redis

from channels.broker.outage import UNREACHABLE
from domain.kernel import Clock
from server.settings import Settings

MINUTE: Final = 60
HOUR: Final = 3600
CALLERS_MAX: Final = 100_000
PATIENCE_SECONDS: Final = 0.25
ALONE_SECONDS: Final = 2.0
STANDING: Final = "rate_limit_headers"  # in the scope: where refusals find them
HEADERS: Final = (
    "RateLimit",
    "RateLimit-Policy",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)

RawHeaders = tuple[tuple[bytes, bytes], ...]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Policy:
    """A named allowance per window; zero means that nothing is counted."""

    name: str
    allowance: Callable[[Settings], int]
    seconds: int = MINUTE
    shared: bool = False


READ: Final = Policy("read", lambda to: to.rate_limit_reads_per_minute)
WRITE: Final = Policy("write", lambda to: to.rate_limit_writes_per_minute)
SIGN_UP: Final = Policy("signup", lambda to: to.rate_limit_signups_per_hour, HOUR, shared=True)
EMAIL_CHECK: Final = Policy(
    "email-check", lambda to: to.rate_limit_email_checks_per_minute, shared=True
)
REFRESH: Final = Policy("refresh", lambda to: to.rate_limit_refreshes_per_minute, shared=True)
REALTIME: Final = Policy(
    "realtime", lambda to: to.rate_limit_realtime_tokens_per_minute, shared=True
)
PAYMENT: Final = Policy("payment", lambda to: to.rate_limit_payments_per_minute, shared=True)
LOG_BATCH: Final = Policy("log", lambda to: to.rate_limit_log_batches_per_minute, shared=True)
# For those who prove themselves otherwise, or must be heard: a provider's webhook, a health check.
UNLIMITED: Final = Policy("none", lambda _: 0)
POLICIES: Final = (
    READ,
    WRITE,
    SIGN_UP,
    EMAIL_CHECK,
    REFRESH,
    REALTIME,
    PAYMENT,
    LOG_BATCH,
    UNLIMITED,
)


@dataclass(frozen=True, slots=True)
class Quota:
    """A policy with what it allows here, and the headers that are always the same."""

    allowed: int
    always: RawHeaders

    @classmethod
    def of(cls, policy: Policy, settings: Settings) -> "Quota":
        """Return what the settings make of a policy."""
        allowed = policy.allowance(settings) if settings.limits_rates else 0
        always = (
            (b"ratelimit-policy", f'"{policy.name}";q={allowed};w={policy.seconds}'.encode()),
            (b"x-ratelimit-limit", b"%d" % allowed),
        )
        return cls(allowed, always)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: one too many or not, until when (s), and the headers to say so."""

    over: bool
    resets_seconds: int
    headers: RawHeaders


class Limiter:
    """Counts who asked how often, here or in Redis."""

    def __init__(
        self, redis: Redis, *, settings: Settings, clock: Clock, callers_max: int = CALLERS_MAX
    ) -> None:
        self._redis = redis
        self._callers_max = callers_max
        self._prefix = settings.redis_prefix
        self._clock = clock
        self._quotas = {policy.name: Quota.of(policy, settings) for policy in POLICIES}
        self._windows: dict[str, tuple[int, Counter[str]]] = {}
        self._alone_until = 0.0

    async def count(self, policy: Policy, who: str) -> Standing | None:
        """Count one request; return where that leaves its caller, None where nothing is counted."""
        quota = self._quotas[policy.name]
        if not quota.allowed:
            return None
        now = self._clock().timestamp()
        window = int(now // policy.seconds)
        if policy.shared and now >= self._alone_until:
            used = await self._count_together(policy, who, window=window, now=now)
        else:
            used = self._count_here(policy, who, window=window)
        left, ends = max(0, quota.allowed - used), (window + 1) * policy.seconds
        resets = math.ceil(ends - now)
        headers = (
            *quota.always,
            (b"ratelimit", f'"{policy.name}";r={left};t={resets}'.encode()),
            (b"x-ratelimit-remaining", b"%d" % left),
            (b"x-ratelimit-reset", b"%d" % ends),
        )
        return Standing(used > quota.allowed, resets, headers)

    def _count_here(self, policy: Policy, who: str, *, window: int) -> int:
        current, counts = self._windows.get(policy.name, (-1, Counter[str]()))
        # More callers than this are a flood of addresses; to forget them all bounds the memory.
        if current != window or len(counts) >= self._callers_max:
            counts = Counter()
            self._windows[policy.name] = (window, counts)
        counts[who] += 1
        return counts[who]

    async def _count_together(self, policy: Policy, who: str, *, window: int, now: float) -> int:
        key = f"{self._prefix}rate:{policy.name}:{who}:{window}"
        try:
            async with (
                asyncio.timeout(PATIENCE_SECONDS),
                self._redis.pipeline(transaction=False) as pipe,
            ):
                pipe.incr(key)
                pipe.expire(key, policy.seconds)
                used, _ = await pipe.execute()
        except UNREACHABLE as error:
            log.warning("rate_limit_alone", error=type(error).__name__)
            self._alone_until = now + ALONE_SECONDS
            return self._count_here(policy, who, window=window)
        return int(used)
