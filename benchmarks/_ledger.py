"""What every socket should hear, what it heard, and how old it was then."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from benchmarks._listener import Listener

# Events that are entered, by the part of their data that has a version.
VERSIONED: Final = {
    "order.placed.v1": "order",
    "order.status_changed.v1": "order",
    "broadcast.product_pinned.v1": "broadcast",
}

Fact = tuple[int, str, str, int]  # whose socket, channel, subject, version


@dataclass(slots=True)
class Ledger:
    """Entries of one run; ages are in seconds since the event's own ``time``."""

    due: set[Fact] = field(default_factory=set)
    heard: dict[Fact, float] = field(default_factory=dict)
    ages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[str, float] = field(default_factory=dict)  # when, by subject

    def listener(self, socket: int) -> Listener:
        """Return a client that enters here what it hears."""
        return Listener(lambda channel, event, now: self._enter(socket, channel, event, now=now))

    def expect(self, sockets: Iterable[int], channel: str, subject: str, *, version: int) -> None:
        """Remember who should hear what."""
        self.due.update((socket, channel, subject, version) for socket in sockets)

    def clear(self) -> None:
        """Turn the page."""
        for page in (self.due, self.heard, self.ages, self.answered):
            page.clear()

    @property
    def lost(self) -> int:
        """Return how much of what is due was not heard yet."""
        return len(self.due - self.heard.keys())

    def since_answer(self) -> list[float]:
        """Return how long after the HTTP answer each answered subject was heard of first."""
        first: dict[str, float] = {}
        for (_, _, subject, _), now in self.heard.items():
            first[subject] = min(now, first.get(subject, now))
        return [first[subject] - at for subject, at in self.answered.items() if subject in first]

    def _enter(self, socket: int, channel: str, event: dict[str, Any], *, now: float) -> None:
        kind: str = event["type"]
        self.ages[kind].append(now - datetime.fromisoformat(event["time"]).timestamp())
        if part := VERSIONED.get(kind):
            self.heard[socket, channel, event["subject"], event["data"][part]["version"]] = now
