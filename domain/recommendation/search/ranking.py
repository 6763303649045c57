"""One order out of two: what has the words, and what means the same.

The two are fused by their ranks, because a score of words and a distance of vectors have no common
measure (Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual
Rank Learning Methods", 2009). What has every word comes before what has some or is only near.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from domain.kernel import Session
from domain.recommendation.embedding import Meaning
from domain.recommendation.index import EVERY, NOTHING, Nearest, Posted, nearest, postings
from domain.recommendation.kinds import Kind
from domain.recommendation.search.scoring import Catalogue, Scored, scored, terms_of
from domain.recommendation.text import Sought

T = TypeVar("T")

# How fast the first ranks lose their lead, and what each order counts for.
RANK_OFFSET: Final = 20
WORDS_WEIGHT: Final = 1.0
MEANING_WEIGHT: Final = 1.0
# So many are asked for by their meaning, whatever is shown of them.
NEAR_MAX: Final = 100
# A list with fewer exact rows is filled up to so many with what is similar.
ROWS_WANTED: Final = 20
# So many first places are told apart.
RANKED: Final = 1_024
# Arrays shorter than this are computed sooner than handed to a thread.
LONG: Final = 4_096

EXACT, SOME_WORDS, MEANING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Ranking:
    """Items of one kind, the best first; ``matches`` says by what each was found.

    The first ``exact`` of them have everything that was looked for.
    """

    ids: NDArray[np.unsignedinteger]
    scores: NDArray[np.float32]
    matches: NDArray[np.uint8]  # EXACT, SOME_WORDS or MEANING
    exact: int

    @property
    def total(self) -> int:
        """Return how many items there are, every one of which can be seen."""
        return len(self.ids)

    @property
    def nearest_only(self) -> bool:
        """Tell that nothing has everything that was looked for."""
        return self.exact == 0 and self.total > 0

    @property
    def rows(self) -> Sequence[tuple[int, float]]:
        """Return the items with their scores, the best first."""
        return list(zip(self.ids.tolist(), self.scores.tolist(), strict=True))

    def __iter__(self) -> Iterator[tuple[int, float]]:
        """Iterate over the rows."""
        return iter(self.rows)


async def rank(
    session: Session,
    sought: Sought,
    meaning: Meaning | None,
    *,
    kind: Kind,
    limit: int = ROWS_WANTED,
) -> Ranking:
    """Return the items of a kind in the order in which they answer the question.

    A pure function of the index and the question: alike, the one of higher rank comes first, then
    that of the lower id. Everything exact is in it; with less than ``limit`` of that, what is
    similar follows, up to so many. Without its meaning the words alone decide.
    """
    lists = dict(await postings(session, kind, [*terms_of(sought), EVERY]))
    every = Catalogue.of(lists.pop(EVERY, NOTHING))
    near: Sequence[Nearest] = ()
    if meaning is not None:
        vector, model = meaning
        near = await nearest(session, vector, model=model, kind=kind, limit=NEAR_MAX)
    found = await worded({kind: lists}, sought, {kind: every})
    return (await fused(found, {kind: near}, limit=limit))[kind]


async def worded(
    lists: Mapping[Kind, Mapping[str, Posted]], sought: Sought, every: Mapping[Kind, Catalogue]
) -> Mapping[Kind, Scored]:
    """Return what the lists say of every item of each kind; long ones in a thread."""

    def read() -> Mapping[Kind, Scored]:
        return {kind: scored(lists[kind], sought, own) for kind, own in every.items()}

    posted = sum(len(each.ids) for own in lists.values() for each in own.values())
    return await _read(read, posted + sum(len(own.ids) for own in every.values()))


async def fused(
    found: Mapping[Kind, Scored], near: Mapping[Kind, Sequence[Nearest]], *, limit: int
) -> Mapping[Kind, Ranking]:
    """Return of each kind the exact items, and with few of them the best of the others.

    Ordered by both their ranks.
    """

    def read() -> Mapping[Kind, Ranking]:
        return {kind: _fused(own, near.get(kind, ()), limit) for kind, own in found.items()}

    return await _read(read, sum(len(own.every.ids) for own in found.values()))


async def _read(read: Callable[[], T], count: int) -> T:
    return read() if count < LONG else await asyncio.to_thread(read)


def _fused(found: Scored, near: Sequence[Nearest], limit: int) -> Ranking:
    neighbours = _in_order(near, found.every)
    shown = found.exact | (found.scores > 0)
    shown[neighbours] = True
    places = np.flatnonzero(shown)
    scores, exact = found.scores[places], found.exact[places]
    named = np.flatnonzero(scores > 0)
    fusion = np.zeros(len(places))
    fusion[named] += WORDS_WEIGHT / (RANK_OFFSET + 1 + _ranks(scores[named]))
    meant = MEANING_WEIGHT / (RANK_OFFSET + 1 + np.arange(len(neighbours)))
    fusion[np.searchsorted(places, neighbours)] += meant

    chosen = np.flatnonzero(exact)
    wanted = max(limit, count := len(chosen))
    if count < wanted:
        chosen = np.concatenate((chosen, _above(fusion, np.flatnonzero(~exact), wanted - count)))
    own = -found.every.impacts[places[chosen]].astype(int)
    # The last key counts most; what is alike in all of them stays in the order of the ids.
    keys = (own, -scores[chosen], -fusion[chosen], ~exact[chosen])
    order = chosen[np.lexsort(keys)][:wanted]
    matches = np.where(exact[order], EXACT, np.where(scores[order] > 0, SOME_WORDS, MEANING))
    ids = found.every.ids[places[order]]
    return Ranking(
        # Thousands of rankings are kept: in as few bytes as the ids take.
        ids=ids.astype(np.min_scalar_type(ids.max(initial=0))),
        scores=fusion[order].astype(np.float32),
        matches=matches.astype(np.uint8),
        exact=count,
    )


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return how many have a higher score than each: those that tie share a rank.

    Far down the list all share the last one; it counts for next to nothing there.
    """
    ranks = np.full(len(scores), RANKED)
    first = np.arange(len(scores))
    if len(scores) > RANKED:
        first = np.flatnonzero(scores >= np.partition(scores, -RANKED)[-RANKED])
    ranks[first] = np.searchsorted(np.sort(-scores[first]), -scores[first])
    return ranks


def _in_order(near: Sequence[Nearest], every: Catalogue) -> NDArray[np.intp]:
    """Return the places of the neighbours, the nearest first; one not indexed yet has none."""
    ids = np.fromiter((each.item_id for each in near), np.int64, len(near))
    ascending = np.argsort(ids)
    places, here = every.places_of(ids[ascending])
    return places[np.argsort(ascending[here])]


def _above(fusion: NDArray[np.float64], places: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return the best so many of these places, and whatever ties with the last of them."""
    if len(places) <= count:
        return places
    least = np.partition(fusion[places], -count)[-count]
    best: NDArray[np.intp] = places[fusion[places] >= least]
    return best
