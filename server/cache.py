"""Answers to what everybody asks, kept in this process until a fact says they changed.

Facts reach every process by their names (``broadcast``, ``product.priced``, ``product/kok-5``),
so an entry goes the moment one of its names is told; its age is only the net below. While facts
may go unheard, because Redis is away, the net hangs much higher.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Sized
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import cachetools

T = TypeVar("T")

BYTES_MAX: Final = 64 << 20
ENTRY_BYTES: Final = 1 << 10  # of what does not tell its size, and of the smallest
KEPT_SECONDS: Final = 60.0
KEPT_UNHEARD_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A value, the names whose facts end it, and since when it is here."""

    value: Any
    names: frozenset[str]
    since: float

    def __len__(self) -> int:
        """Return how many bytes it counts for."""
        return max(ENTRY_BYTES, len(self.value) if isinstance(self.value, Sized) else 0)


@dataclass(eq=False, slots=True)
class Flight:
    """A value on its way; ``late`` when a fact overtook what is being read."""

    names: frozenset[str]
    landed: asyncio.Future[Any]
    late: bool = False


class Cache:
    """What was read lately. One reader at a time fetches a value; the others wait for it.

    What was asked for the longest ago makes room for the new once ``bytes_max`` are kept.
    """

    def __init__(
        self,
        *,
        hearing: Callable[[], bool] = lambda: True,
        timer: Callable[[], float] = time.monotonic,
        bytes_max: int = BYTES_MAX,
    ) -> None:
        self.hearing = hearing
        self._timer = timer
        self._kept: cachetools.LRUCache[Hashable, Kept] = cachetools.LRUCache(
            bytes_max, getsizeof=len
        )
        self._flights: dict[Hashable, Flight] = {}

    async def get(
        self, key: Hashable, fetch: Callable[[], Awaitable[T]], *, names: Collection[str]
    ) -> T:
        """Return the value of the key, fetched if need be. Raises what ``fetch`` raises.

        ``names`` are those of the facts that change the value.
        """
        while True:
            kept = self._kept.get(key)
            if kept is not None and self._timer() - kept.since < self._lasting:
                return cast("T", kept.value)
            flight = self._flights.get(key)
            if flight is None:
                return await self._fetch(key, fetch, names=frozenset(names))
            await asyncio.wait([flight.landed])
            if not flight.landed.cancelled():  # else its reader went away: somebody else fetches
                return cast("T", flight.landed.result())

    def told(self, names: Collection[str]) -> None:
        """Forget what these facts changed, also what is just being read."""
        self.forget(lambda kept: not kept.isdisjoint(names))

    def missed(self) -> None:
        """Forget everything: facts may have gone unheard."""
        self.forget(lambda _: True)

    def forget(self, means: Callable[[frozenset[str]], bool]) -> int:
        """Forget every value whose names are meant; return how many were kept."""
        glance = (
            cachetools.Cache.__getitem__
        )  # which, unlike LRUCache's own, is no use of the value
        gone = [key for key in self._kept if means(glance(self._kept, key).names)]
        for key in gone:
            del self._kept[key]
        for key, flight in tuple(self._flights.items()):
            if means(flight.names):
                flight.late = True
                del self._flights[key]  # whoever asks from now on reads anew
        return len(gone)

    def held(self, name: str) -> int:
        """Return how many values are kept that a fact of this name would end."""
        return sum(name in kept.names for kept in self._kept.values())

    @property
    def _lasting(self) -> float:
        return KEPT_SECONDS if self.hearing() else KEPT_UNHEARD_SECONDS

    async def _fetch(
        self, key: Hashable, fetch: Callable[[], Awaitable[T]], *, names: frozenset[str]
    ) -> T:
        flight = self._flights[key] = Flight(names, asyncio.get_running_loop().create_future())
        since = self._timer()
        try:
            value = await fetch()
        except Exception as error:
            flight.landed.set_exception(error)
            flight.landed.exception()  # nobody may be waiting; then it is not lost, but raised here
            raise
        else:
            flight.landed.set_result(value)
            kept = Kept(value, names, since)
            if not flight.late and len(kept) <= self._kept.maxsize:
                self._kept[key] = kept
            return value
        finally:
            flight.landed.cancel()
            if self._flights.get(key) is flight:
                del self._flights[key]
