"""The recipes that could use something of what is left, as arrays.

Many recipes take the same in the same order; they are one group, and are weighed as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.recipe.measures import EPSILON, Leftover, agree, places
from domain.recipe.needs import NOBODY, Needs, Rows

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Need = tuple[int, float]  # which leftover, and how much of it
Part = tuple[int, float, str | None]  # and in which unit of the recipe's
# Ids and places below these are ordered as one number.
PLACE_BITS: Final = 12
ID_BITS: Final = 50
# A table of so many entries per number costs less than sorting the numbers.
SPARSE: Final = 16


@dataclass(frozen=True, slots=True)
class Groups:
    """What recipes take, by how many parts they have: those with most parts first.

    Of the n-th part, ``which`` and ``amounts`` hold the leftover and how much of it, for as many
    groups as have one; ``first`` is where the group names that leftover first, or None if each
    does so only here.
    """

    size: int
    which: Sequence[Ints]
    amounts: Sequence[Floats]
    first: Sequence[Ints | None]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Recipes by id: each with its popularity, its group, and where its parts are.

    ``names`` counts the different ingredients it names; ``sources`` are all who name a leftover.
    """

    ids: Ints
    scraps: NDArray[Any]
    names: NDArray[Any]
    group: Ints
    groups: Groups
    starts: Ints
    codes: Ints
    parts: Sequence[Part]
    sources: Sequence[tuple[int, Needs]]

    def parts_of(self, candidate: int) -> list[Part]:
        """Return what the recipe takes, in its own order."""
        codes = self.codes[self.starts[candidate] : self.starts[candidate + 1]]
        return [self.parts[code] for code in codes.tolist()]

    def leftovers_named(self) -> Ints:
        """Count how many of the leftovers each recipe names, in whatever amount."""
        seen: dict[int, list[Ints]] = {}
        for which, each in self.sources:
            seen.setdefault(which, []).append(self._naming(each))
        count = np.zeros(len(self.ids), np.int64)
        for found in seen.values():
            count[found[0] if len(found) == 1 else np.unique(np.concatenate(found))] += 1
        return count

    def lacking(self, stock: Sequence[Leftover]) -> Ints:
        """Count how many of the ingredients that each recipe names nobody has."""
        count = self.names.astype(np.int64)
        for which, each in self.sources:
            if stock[which].amount > EPSILON:
                count[self._naming(each)] -= 1
        return count

    def _naming(self, each: Needs) -> Ints:
        """Return which of the recipes name that ingredient, each once."""
        if not len(self.ids):
            return np.empty(0, np.int64)
        naming = each.rows.recipe_ids
        at: Ints = np.searchsorted(self.ids, naming)
        at = at[self.ids[np.minimum(at, len(self.ids) - 1)] == naming]
        first: NDArray[np.bool_] = np.diff(at, prepend=-1) > 0
        return at[first]


def candidates_of(needs: Mapping[str, Needs], stock: Sequence[Leftover]) -> Candidates:
    """Return every recipe that takes an amount of something that is left."""
    which_of = places(stock)
    sources = [(which_of[name], each) for name, each in needs.items()]
    parts: list[Part] = []
    found = [NOBODY.rows]
    for which, each in sources:
        rows = each.rows._replace(measured=each.rows.measured + np.int64(len(parts)))
        parts += [(which, amount, unit) for amount, unit in each.measures]
        takes = _takes(each, stock[which])
        if not takes.all():
            those = np.flatnonzero(takes[each.rows.measured])
            rows = Rows(*(column[those] for column in rows))
        found.append(rows)
    ids, scraps, names, place, codes = map(np.concatenate, zip(*found, strict=True))
    order = _order(ids, place)
    ids, codes = ids[order], codes[order]
    begins = np.flatnonzero(np.diff(ids, prepend=-1))
    starts = np.append(begins, len(ids))
    group, groups = _grouped(starts, codes, parts)
    return Candidates(
        ids=ids[begins],
        scraps=scraps[order[begins]],
        names=names[order[begins]],
        group=group,
        groups=groups,
        starts=starts,
        codes=codes,
        parts=parts,
        sources=sources,
    )


def _takes(each: Needs, leftover: Leftover) -> NDArray[np.bool_]:
    """Tell of each measure whether the leftover can serve it."""
    there = leftover.amount > EPSILON
    fits = (
        there and amount > EPSILON and agree(leftover.unit, unit) for amount, unit in each.measures
    )
    return np.fromiter(fits, np.bool_, len(each.measures))


def _order(ids: Ints, place: NDArray[Any]) -> Ints:
    """Return the order of the rows by recipe, then by place."""
    if ids.max(initial=0) >> ID_BITS or place.max(initial=0) >> PLACE_BITS:
        return np.lexsort((place, ids))
    return np.argsort((ids << PLACE_BITS) | place.astype(np.int64))


def _grouped(starts: Ints, codes: Ints, parts: Sequence[Part]) -> tuple[Ints, Groups]:
    """Put recipes with the same parts, in the same order, into one group."""
    distinct: dict[Need, int] = {}
    numbers = [distinct.setdefault(part[:2], len(distinct)) for part in parts]
    need = np.array(numbers, np.int64)[codes]
    lengths = np.diff(starts)
    state = np.zeros(len(lengths), np.int64)
    states = 1
    for place in range(int(lengths.max(initial=0))):
        longer = np.flatnonzero(lengths > place)
        pairs = state[longer] * len(distinct) + need[starts[longer] + place]
        numbered, count = _numbered(pairs, states * len(distinct))
        # Those whose parts have ended keep a number of their own.
        state[longer] = states + numbered
        states += count
    example = np.full(states, -1, np.int64)
    example[state] = np.arange(len(state))
    taken = np.flatnonzero(example >= 0)
    order = taken[np.argsort(-lengths[example[taken]], kind="stable")]
    rank = np.zeros(states, np.int64)
    rank[order] = np.arange(len(order))
    return rank[state], _parts_of(example[order], starts, need=need, distinct=tuple(distinct))


def _numbered(values: Ints, bound: int) -> tuple[Ints, int]:
    """Number the distinct values, which are all below the bound; return also how many they are."""
    if bound > SPARSE * len(values):
        found, numbered = np.unique(values, return_inverse=True)
        return numbered, len(found)
    there = np.zeros(bound, np.bool_)
    there[values] = True
    numbers = np.cumsum(there) - 1
    return numbers[values], int(numbers[-1]) + 1 if bound else 0


def _parts_of(example: Ints, starts: Ints, *, need: Ints, distinct: Sequence[Need]) -> Groups:
    """Return what the groups take, of which these recipes are one each."""
    lengths = starts[example + 1] - starts[example]
    which_of = np.array([which for which, _ in distinct], np.int64)
    amount_of = np.array([amount for _, amount in distinct], np.float64)
    which: list[Ints] = []
    amounts: list[Floats] = []
    first: list[Ints | None] = []
    for place in range(int(lengths.max(initial=0))):
        having = example[lengths > place]
        needs = need[starts[having] + place]
        which.append(which_of[needs])
        amounts.append(amount_of[needs])
        earliest = np.full(len(having), place, np.int64)
        for before in range(place - 1, -1, -1):
            earliest[which[before][: len(having)] == which[place]] = before
        first.append(earliest if np.any(earliest < place) else None)
    return Groups(len(example), which, amounts, first)
