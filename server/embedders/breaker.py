"""A circuit breaker: whoever keeps failing is left alone for a while.

Source: M. Nygard, "Release It!" (2007), "Circuit Breaker". After ``failures`` in a row nobody is
let through for ``seconds``; then one is, and what becomes of it decides for all.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from domain.recommendation import EmbedderUnavailable


class Breaker:
    """Counts failures, which are EmbedderUnavailable; for one event loop."""

    def __init__(
        self, *, failures: int, seconds: float, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures = failures
        self._seconds = seconds
        self._timer = timer
        self._failed = 0
        self._since = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Tell whether the next one would be refused."""
        if self._failed < self._failures:
            return False
        return self._trying or self._timer() - self._since < self._seconds

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Let the block try, and learn from it. Raises EmbedderUnavailable while it is open."""
        if self.is_open:
            raise EmbedderUnavailable
        trial = self._failed >= self._failures
        self._trying = self._trying or trial
        try:
            yield
        except EmbedderUnavailable:
            self._failed += 1
            self._since = self._timer()
            raise
        else:
            self._failed = 0
        finally:
            if trial:
                self._trying = False
