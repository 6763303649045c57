"""Which items have the words that are looked for, and how much the words say of each.

Scored in the manner of BM25: each term adds its weight in the question, times how rare it is among
the documents (Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
2009), times its impact in the document, which saturates and allows for length when it is filed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from domain.recommendation.index import Posted
from domain.recommendation.text import Conjunction, Sought

IMPACT_MAX: Final = 255
# A table of places may have so many for each that is taken.
GAPS: Final = 4
NOWHERE: Final = -1

Places = NDArray[np.intp]  # of items in the list of every item
Mask = NDArray[np.bool_]  # one for every item
# Of each list: where its items are in that of every item, and which of them are there at all.
Placed = Mapping[str, tuple[Places, Mask]]


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Every item of a kind in the order of the ids, and what each is worth by itself."""

    ids: NDArray[np.int64]
    impacts: NDArray[np.uint8]
    table: NDArray[np.int32] | None  # the place of each id from the first one on, or NOWHERE

    @classmethod
    def of(cls, every: Posted) -> Self:
        """Return the catalogue; where ids leave few gaps, places are looked up and not sought."""
        ids, count = every.ids, len(every.ids)
        if not count or (span := int(ids[-1] - ids[0]) + 1) > GAPS * count:
            return cls(ids, every.impacts, None)
        table = np.full(span, NOWHERE, np.int32)
        table[ids - ids[0]] = np.arange(count)
        return cls(ids, every.impacts, table)

    @property
    def nbytes(self) -> int:
        """Return how many bytes it takes."""
        table = 0 if self.table is None else self.table.nbytes
        return self.ids.nbytes + self.impacts.nbytes + table

    def places_of(self, ids: NDArray[np.int64]) -> tuple[Places, Mask]:
        """Return where these ids, which ascend, are in it, and which of them are there.

        What is filed while a question is answered may be in one of the lists only.
        """
        if not len(self.ids):
            return np.empty(0, np.intp), np.zeros(len(ids), np.bool_)
        if self.table is None:
            places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
            here = self.ids[places] == ids
        else:
            offsets = ids - self.ids[0]
            inside = (offsets >= 0) & (offsets < len(self.table))
            places = self.table[np.where(inside, offsets, 0)].astype(np.intp)
            here = inside & (places != NOWHERE)
        return places[here], here


@dataclass(frozen=True, slots=True)
class Scored:
    """Every item with its score, 0 without any word, and which have all that is looked for."""

    every: Catalogue
    scores: NDArray[np.float64]
    exact: Mask


def terms_of(sought: Sought) -> frozenset[str]:
    """Return every term whose list is needed to answer."""
    conjunctions = [conjunction for group in sought.words for conjunction in group]
    conjunctions += [sought.joined] if sought.joined else []
    return frozenset(sought.weighed).union(*conjunctions)


def scored(lists: Mapping[str, Posted], sought: Sought, every: Catalogue) -> Scored:
    """Return what the lists say of every item."""
    places = {term: every.places_of(posted.ids) for term, posted in lists.items()}
    scores = np.zeros(len(every.ids))
    for term, weight in sorted(sought.weighed.items()):
        if term in lists:
            known, here = places[term]
            impacts = lists[term].impacts[here] / IMPACT_MAX
            scores[known] += weight * rarity(len(lists[term].ids), len(every.ids)) * impacts
    return Scored(every, scores, _having_all(places, sought, len(every.ids)))


def has_all(lists: Mapping[str, Posted], sought: Sought, every: Catalogue) -> Mask:
    """Tell which of every item have all that is looked for."""
    places = {term: every.places_of(lists[term].ids) for term in terms_of(sought) if term in lists}
    return _having_all(places, sought, len(every.ids))


def rarity(filed: int, documents: int) -> float:
    """Return the inverse document frequency of a term, which is never negative."""
    return float(np.log1p((max(documents, filed) - filed + 0.5) / (filed + 0.5)))


def _having_all(places: Placed, sought: Sought, count: int) -> Mask:
    """Tell the items that have each of the words, or all of them written together."""
    every_word = np.full(count, fill_value=bool(sought.words))
    for group in sought.words:
        if every_word.any():
            every_word &= _having_any(places, group, count)
    return every_word | _having_any(places, [sought.joined] if sought.joined else [], count)


def _having_any(places: Placed, conjunctions: Iterable[Conjunction], count: int) -> Mask:
    found = np.zeros(count, np.bool_)
    for conjunction in conjunctions:
        if conjunction and all(term in places for term in conjunction):
            held = np.zeros(count, np.uint16)
            for term in set(conjunction):
                held[places[term][0]] += 1
            found |= held == len(set(conjunction))
    return found
