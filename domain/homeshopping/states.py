"""The life of a broadcast, drawn once."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class BroadcastStatus(StrEnum):
    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Promotion(StrEnum):
    MAIN = "main"
    SUB = "sub"


SCHEDULED, LIVE, ENDED, CANCELLED = BroadcastStatus

# A status with no way out is final. A broadcast that nobody started in time just ends.
MOVES: Final[Mapping[BroadcastStatus, frozenset[BroadcastStatus]]] = MappingProxyType(
    {
        SCHEDULED: frozenset({LIVE, ENDED, CANCELLED}),
        LIVE: frozenset({ENDED, CANCELLED}),
        ENDED: frozenset(),
        CANCELLED: frozenset(),
    }
)
assert MOVES.keys() == set(BroadcastStatus), "every status must say where it may go"
