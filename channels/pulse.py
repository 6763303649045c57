"""Pings that are spread over time, and the verdict on who does not answer."""

import asyncio
import random
from collections.abc import Callable

from channels.limits import Limits


class Pulse:
    """Pings one client; without ``dead`` no answer is expected."""

    __slots__ = ("_dead", "_limits", "_next", "_ping", "_verdict")

    def __init__(
        self, limits: Limits, *, ping: Callable[[], None], dead: Callable[[], None] | None = None
    ) -> None:
        self._limits = limits
        self._ping = ping
        self._dead = dead
        self._next: asyncio.TimerHandle | None = None
        self._verdict: asyncio.TimerHandle | None = None

    def start(self, chance: random.Random) -> None:
        """Begin at a random moment, so that clients that came together are not pinged together."""
        self._schedule(chance.uniform(0.5, 1.0) * self._limits.ping_seconds)

    def pong(self) -> None:
        """Take the client's answer; one that nobody asked for is harmless."""
        if self._verdict is not None:
            self._verdict.cancel()
            self._verdict = None

    def stop(self) -> None:
        """Ping no more."""
        self.pong()
        if self._next is not None:
            self._next.cancel()

    def _schedule(self, seconds: float) -> None:
        self._next = asyncio.get_running_loop().call_later(seconds, self._beat)

    def _beat(self) -> None:
        self._schedule(self._limits.ping_seconds)
        if self._dead is not None and self._verdict is None:
            loop = asyncio.get_running_loop()
            self._verdict = loop.call_later(self._limits.pong_seconds, self._dead)
        self._ping()
