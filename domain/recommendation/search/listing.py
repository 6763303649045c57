"""What was found of several kinds as one list, and the part of it that is wanted."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from domain.kernel import CursorInvalid, Window
from domain.recommendation.kinds import KINDS, Item, Kind
from domain.recommendation.search.ranking import EXACT, Ranking

NUMBER_MAX: Final = 2**62


class Row(NamedTuple):
    """An item, and by what it was found: EXACT, SOME_WORDS or MEANING."""

    item: Item
    match: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list was left: its index's version, and the last row that was seen, by all it is."""

    version: int
    position: int
    item: Item

    @classmethod
    def of(cls, cursor: str) -> Self:
        """Return the place that a cursor names. Raises CursorInvalid."""
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
            version, position, kind, item_id = json.loads(text)
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise CursorInvalid from error
        numbers: list[Any] = [version, position, item_id]
        if kind not in KINDS or not all(type(n) is int and 0 <= n <= NUMBER_MAX for n in numbers):
            raise CursorInvalid
        return cls(version, position, Item(kind, item_id))

    def cursor(self) -> str:
        """Return what names this place; it is opaque to clients."""
        text = json.dumps([self.version, self.position, *self.item], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class Places:
    """Rows of several kinds in one order: by exactness, then by rank, then by kind."""

    def __init__(self, rankings: Mapping[Kind, Ranking]) -> None:
        told = [(KINDS.index(kind), ranking) for kind, ranking in rankings.items()]
        kinds = _joined([np.full(each.total, n, np.uint8) for n, each in told], np.uint8)
        ranks = _joined([np.arange(each.total) for _, each in told], np.int64)
        matches = _joined([each.matches for _, each in told], np.uint8)
        ids = _joined([each.ids for _, each in told], np.int64)
        order = np.lexsort((kinds, ranks, matches != EXACT))
        self._kinds, self._ids, self._matches = kinds[order], ids[order], matches[order]

    @property
    def total(self) -> int:
        """Return how many rows there are."""
        return len(self._ids)

    @property
    def nbytes(self) -> int:
        """Return how many bytes they take."""
        return self._kinds.nbytes + self._ids.nbytes + self._matches.nbytes

    def start(self, window: Window, place: Place | None) -> int:
        """Return the position at which the wanted part begins.

        That is behind the last row that was seen, wherever it is now; had it gone, the next one
        would have taken its place.
        """
        if place is None:
            return window.before
        if place.position < self.total and self._item(place.position) == place.item:
            return place.position + 1
        here = (self._kinds == KINDS.index(place.item.kind)) & (self._ids == place.item.item_id)
        found = np.flatnonzero(here)
        return int(found[0]) + 1 if len(found) else place.position

    def part(self, start: int, size: int) -> Sequence[Row]:
        """Return up to so many rows from that position on."""
        positions = range(start, min(start + size, self.total))
        return [Row(self._item(n), int(self._matches[n])) for n in positions]

    def _item(self, position: int) -> Item:
        return Item(KINDS[self._kinds[position]], int(self._ids[position]))


def _joined(parts: Sequence[NDArray[Any]], dtype: type[Any]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *parts])
