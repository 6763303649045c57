"""Which few recipes use up the most ingredients together, with the fewest missing.

Choosing k sets that cover the most is NP-hard, and choosing one after the other may miss by a
third (Feige, "A threshold of ln n for approximating set cover", 1998). The sets here are few once
the dominated are gone, so the best are found by branch and bound (Land & Doig, "An automatic
method of solving discrete programming problems", 1960): an ingredient that few recipes take is
served by one of them, or by none (Balas & Ho, "Set covering algorithms using cutting planes",
1980). What a branch may still cover, and must still lack, is bounded by relaxing the choice to
fractions (Dantzig, "Discrete-variable extremum problems", 1957). The work is bounded too; where
the bound is met, what was found is told to be not proven.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.recipe.candidates import Candidates, Groups, Ints

# So many ingredients fit into an integer.
LEFTOVERS_MAX: Final = 62
# Recipes looked at before the search gives up proving: about a fifth of a second.
LOOKS_MAX: Final = 200_000
OPTIONS_MAX: Final = 2_000

# Ingredients covered, missing in all, recipes, popularity (what is to be large is negated), ids.
Value = tuple[int, int, int, int, tuple[int, ...]]
Bound = tuple[int, int, int, int]


class Option(NamedTuple):
    """A recipe worth choosing: the ingredients it takes as bits, and how many it lacks."""

    mask: int
    lacking: int
    scraps: int
    recipe_id: int
    candidate: int

    @property
    def order(self) -> tuple[int, int, int]:
        """Return what tells it from another that takes the same."""
        return self.lacking, -self.scraps, self.recipe_id


class Cover(NamedTuple):
    """Candidates in the order of serving; ``optimal`` when none better can be."""

    candidates: tuple[int, ...]
    optimal: bool


def cover(those: Candidates, lacking: Ints, free: NDArray[np.bool_], *, size: int) -> Cover:
    """Return up to ``size`` of the free recipes that together take the most leftovers.

    ``lacking`` counts what each of them lacks. Of equal choices the one that lacks the fewest
    ingredients in total, then has the fewest recipes, then the most popular, then the lowest ids.
    """
    distinct = _distinct(those, lacking, free)
    options, whole = undominated(distinct)
    search = Search(options, size)
    search.run(one_after_the_other(distinct, size))
    served = sorted(search.picks, key=lambda each: (-each.mask.bit_count(), *each.order))
    return Cover(tuple(each.candidate for each in served), search.optimal and whole)


def undominated(options: Sequence[Option]) -> tuple[list[Option], bool]:
    """Return the options that no other could replace, and whether they are all of those.

    One replaces another if it takes all that the other takes and is not behind it in order.
    """
    kept: list[Option] = []
    masks = np.empty(OPTIONS_MAX, np.int64)
    for each in sorted(options, key=lambda one: one.order):
        if not np.any((masks[: len(kept)] & each.mask) == each.mask):
            if len(kept) == OPTIONS_MAX:
                return kept, False
            masks[len(kept)] = each.mask
            kept.append(each)
    return kept, True


class Search:
    """The best choice of up to ``size`` options."""

    def __init__(self, options: Sequence[Option], size: int, *, looks_max: int = LOOKS_MAX) -> None:
        self.optimal = True
        self.picks: tuple[Option, ...] = ()
        self._best = value_of(())
        self._options, self._size = options, size
        self._looks = looks_max

    def run(self, known: tuple[Option, ...] = ()) -> None:
        """Find picks better than those; they are the best there are if it is ``optimal`` after."""
        self._offer(known)
        self._visit(0, (), self._options)

    def _offer(self, picks: tuple[Option, ...]) -> None:
        value = value_of(picks)
        if value < self._best:
            self._best, self.picks = value, picks

    def _visit(self, covered: int, picks: tuple[Option, ...], options: Sequence[Option]) -> None:
        self._looks -= len(options) + 1
        if self._looks < 0:
            self.optimal = False
            return
        self._offer(picks)
        gaining = [each for each in options if each.mask & ~covered]
        if len(picks) == self._size or not gaining:
            return
        if self._bound(covered, picks, gaining) > self._best[:4]:
            return
        bit = _rarest(covered, gaining)
        without = [each for each in gaining if not each.mask & bit]
        taking = [each for each in gaining if each.mask & bit]
        taking.sort(key=lambda each: (-(each.mask & ~covered).bit_count(), each.order))
        for number, each in enumerate(taking):
            # What comes before it was tried together with it already.
            self._visit(covered | each.mask, (*picks, each), [*without, *taking[number + 1 :]])
        # Nobody takes this ingredient, which is therefore no gain of anybody's.
        self._visit(covered, picks, without)

    def _bound(self, covered: int, picks: tuple[Option, ...], options: Sequence[Option]) -> Bound:
        """Return what no choice that goes on from here can be better than."""
        rest = self._size - len(picks)
        gains = [(each.mask & ~covered).bit_count() for each in options]
        within = 0
        for each in options:
            within |= each.mask & ~covered
        gain = min(within.bit_count(), sum(sorted(gains, reverse=True)[:rest]))
        scraps = sum(sorted((each.scraps for each in options), reverse=True)[:rest])
        most = max(gains)
        so_far = value_of(picks)
        wanted = min(gain, -self._best[0] + so_far[0])
        if wanted <= 0:
            return so_far[0] - gain, so_far[1], so_far[2], so_far[3] - scraps
        lacking = _least(wanted, zip(options, gains, strict=True))
        count = so_far[2] + -(-wanted // most)
        return so_far[0] - gain, so_far[1] + lacking, count, so_far[3] - scraps


def one_after_the_other(options: Sequence[Option], size: int) -> tuple[Option, ...]:
    """Return picks each of which takes the most of what those before have left."""
    picks: tuple[Option, ...] = ()
    covered = 0
    while len(picks) < size:
        gaining = [each for each in options if each.mask & ~covered]
        if not gaining:
            break
        best = min(gaining, key=lambda each: (-(each.mask & ~covered).bit_count(), each.order))
        picks, covered = (*picks, best), covered | best.mask
    return picks


def value_of(picks: Sequence[Option]) -> Value:
    """Return how good the picks are; the smaller is the better."""
    covered = 0
    for each in picks:
        covered |= each.mask
    return (
        -covered.bit_count(),
        sum(each.lacking for each in picks),
        len(picks),
        -sum(each.scraps for each in picks),
        tuple(sorted(each.recipe_id for each in picks)),
    )


def _least(wanted: int, options: Iterator[tuple[Option, int]]) -> int:
    """Return how much at least is lacking to gain so much, if recipes could be cut."""
    ratios = sorted((each.lacking / gain, each.lacking, gain) for each, gain in options)
    lacking = 0.0
    for ratio, whole, gain in ratios:
        if gain >= wanted:
            lacking += ratio * wanted
            break
        lacking, wanted = lacking + whole, wanted - gain
    return int(np.ceil(lacking - 1e-6))


def _rarest(covered: int, options: Sequence[Option]) -> int:
    """Return the bit of an ingredient that the fewest of the options take."""
    counts: dict[int, int] = {}
    for each in options:
        open_bits = each.mask & ~covered
        while open_bits:
            bit = open_bits & -open_bits
            counts[bit] = counts.get(bit, 0) + 1
            open_bits ^= bit
    return min(counts, key=lambda bit: (counts[bit], bit))


def _distinct(those: Candidates, lacking: Ints, free: NDArray[np.bool_]) -> list[Option]:
    """Return for each different set of ingredients the free recipe that comes first in order."""
    among = np.flatnonzero(free)
    if not len(among):
        return []
    masks = _masks(those.groups)[those.group[among]]
    order = np.argsort(masks, kind="stable")
    among, masks = among[order], masks[order]
    begins = np.flatnonzero(np.diff(masks, prepend=-1))
    which = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(masks))))
    lacking = lacking[among]
    fewest = np.minimum.reduceat(lacking, begins)[which] == lacking
    scraps = np.where(fewest, those.scraps[among], -1)
    best = np.flatnonzero(scraps == np.maximum.reduceat(scraps, begins)[which])
    first = best[np.flatnonzero(np.diff(which[best], prepend=-1))]
    found = among[first]
    columns = (masks[first], lacking[first], those.scraps[found], those.ids[found], found)
    return [Option(*row) for row in zip(*(each.tolist() for each in columns), strict=True)]


def _masks(groups: Groups) -> Ints:
    masks = np.zeros(groups.size, np.int64)
    for which in groups.which:
        masks[: len(which)] |= np.int64(1) << which
    return masks
