"""Pings that are spread over time, and the verdict on who does not answer: one timer for all.

Source: hashed timing wheels, Varghese and Lauck, SOSP 1987.
"""

import asyncio
import math
import random
from typing import Final, Protocol

from channels.limits import Limits

SLOTS_MAX: Final = 100  # in which the interval between two pings is divided
TICK_SECONDS_MIN: Final = 0.01


class Pinged(Protocol):
    """One client that is asked for signs of life."""

    unanswered: bool

    def ping(self) -> None:
        """Ask; set ``unanswered`` when an answer is expected."""

    def silent(self) -> None:
        """Take note that no answer came in time."""


class Pulse:
    """Pings everybody once in an interval, each at a moment of its own."""

    def __init__(self, limits: Limits, chance: random.Random) -> None:
        slots = max(4, min(SLOTS_MAX, int(limits.ping_seconds / TICK_SECONDS_MIN)))
        self._slots: list[set[Pinged]] = [set() for _ in range(slots)]
        self._places: dict[Pinged, int] = {}
        self._chance = chance
        self._now = 0
        self._tick_seconds = limits.ping_seconds / slots
        patience = math.ceil(limits.pong_seconds / self._tick_seconds)
        self._patience = max(1, min(slots - 1, patience))

    def add(self, client: Pinged) -> None:
        """Begin to ping, after half an interval to a whole one.

        Clients that came together are not pinged together.
        """
        slots = len(self._slots)
        place = (self._now + self._chance.randint(slots // 2, slots)) % slots
        self._places[client] = place
        self._slots[place].add(client)

    def remove(self, client: Pinged) -> None:
        """Ping no more."""
        place = self._places.pop(client, None)
        if place is not None:
            self._slots[place].discard(client)

    async def run(self) -> None:
        """Ping until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self.tick()
            due = max(due + self._tick_seconds, loop.time())
            await asyncio.sleep(due - loop.time())

    def tick(self) -> None:
        """Move on by one slot."""
        self._now = (self._now + 1) % len(self._slots)
        for client in tuple(self._slots[(self._now - self._patience) % len(self._slots)]):
            if client.unanswered:
                client.silent()
        for client in tuple(self._slots[self._now]):
            client.ping()
