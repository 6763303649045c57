"""What the provider takes from the world around it, so that a test may be that world."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class World:
    """Time and chance: the present moment (aware), the wait in seconds, the next id."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    new_id: Callable[[], UUID]
