"""Which items have the words that are looked for, and how much the words say of each.

Scored in the manner of BM25: each term adds its weight in the question, times how rare it is among
the documents (Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
2009), times its impact in the document, which saturates and allows for length when it is filed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.recommendation.index import Posted
from domain.recommendation.text import Conjunction, Sought

IMPACT_MAX: Final = 255

Places = NDArray[np.intp]  # of items in the list of every item
Mask = NDArray[np.bool_]  # one for every item
# Of each list: where its items are in that of every item, and which of them are there at all.
Placed = Mapping[str, tuple[Places, Mask]]


@dataclass(frozen=True, slots=True)
class Scored:
    """Every item's score, 0 without any word, and which of them have all that is looked for."""

    scores: NDArray[np.float64]
    exact: Mask


def terms_of(sought: Sought) -> frozenset[str]:
    """Return every term whose list is needed to answer."""
    conjunctions = [conjunction for group in sought.words for conjunction in group]
    conjunctions += [sought.joined] if sought.joined else []
    return frozenset(sought.weighed).union(*conjunctions)


def scored(lists: Mapping[str, Posted], sought: Sought, every: Posted) -> Scored:
    """Return what the lists say of every item, in the order of ``every``."""
    places = {term: places_of(posted.ids, every.ids) for term, posted in lists.items()}
    scores = np.zeros(len(every.ids))
    for term, weight in sorted(sought.weighed.items()):
        if term in lists:
            known, here = places[term]
            impacts = lists[term].impacts[here] / IMPACT_MAX
            scores[known] += weight * rarity(len(lists[term].ids), len(every.ids)) * impacts
    return Scored(scores, _having_all(places, sought, len(every.ids)))


def has_all(lists: Mapping[str, Posted], sought: Sought, every: Posted) -> Mask:
    """Tell which of every item have all that is looked for."""
    places = {
        term: places_of(lists[term].ids, every.ids) for term in terms_of(sought) if term in lists
    }
    return _having_all(places, sought, len(every.ids))


def rarity(filed: int, documents: int) -> float:
    """Return the inverse document frequency of a term, which is never negative."""
    return float(np.log1p((max(documents, filed) - filed + 0.5) / (filed + 0.5)))


def places_of(ids: NDArray[np.int64], every: NDArray[np.int64]) -> tuple[Places, Mask]:
    """Return where these ids are in the list of every item, and which of them are there.

    Both lists ascend. What is filed while a question is answered may be in one of them only.
    """
    if not len(every):
        return np.empty(0, np.intp), np.zeros(len(ids), np.bool_)
    places = np.minimum(np.searchsorted(every, ids), len(every) - 1)
    here = every[places] == ids
    return places[here], here


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
