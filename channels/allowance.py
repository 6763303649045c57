"""How much one client may say: so much a second, and what it saved up for a while."""

import asyncio
from typing import Final

BURST_SECONDS: Final = 10


class Allowance:
    """A token bucket, full at first. Source: RFC 2697."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, per_second: int) -> None:
        self._rate = per_second
        self._left = float(per_second * BURST_SECONDS)
        self._at = 0.0

    def spend(self, count: int) -> bool:
        """Spend so much, and tell whether that much was there."""
        now = asyncio.get_running_loop().time()
        earned = self._left + (now - self._at) * self._rate
        self._left = min(earned, float(self._rate * BURST_SECONDS)) - count
        self._at = now
        return self._left >= 0
