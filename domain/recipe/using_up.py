"""Which recipes use up what is left in the kitchen, chosen one after the other.

Each choice is the recipe that uses most of the ingredients, then most of their amounts, out of
what the choices before have left: the greedy rule for coverage (Nemhauser, Wolsey & Fisher, "An
analysis of approximations for maximizing submodular set functions", 1978).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.recipe.candidates import Candidates, Floats, Groups, Ints, Part, candidates_of
from domain.recipe.measures import EPSILON, Leftover
from domain.recipe.needs import Needs

COMBINATIONS: Final = 3
NEW, FITTING = 1, 2  # tastes; any other prefers the popular


@dataclass(frozen=True, slots=True)
class Used:
    """What a recipe uses of a leftover."""

    material_name: str
    amount: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen recipe, what it uses, and which leftovers were gone when its turn came."""

    recipe_id: int
    used: tuple[Used, ...]
    gone: frozenset[str] = frozenset()


def combination(
    number: int, needs: Mapping[str, Needs], *, leftovers: Sequence[Leftover], size: int, taste: int
) -> list[Choice]:
    """Return the choices of combination ``number``, 1 to 3; later ones are none of the earlier.

    ``needs`` are those of all names in ``places(leftovers)``. ``taste`` says which of equally good
    recipes the first combination prefers: 0 the popular, 1 the new, 2 those that name most of the
    leftovers. The others prefer the popular.
    """
    those = candidates_of(needs, leftovers)
    free = np.ones(len(those.ids), np.bool_)
    full = [each.amount for each in leftovers]
    chosen: list[int] = []
    for each in range(1, number + 1):
        prefer = _preferring(those, taste if each == 1 else 0)
        chosen = _choose(those, free, full.copy(), size=size, prefer=prefer)
    return served(those, chosen, leftovers)


def served(those: Candidates, chosen: Sequence[int], leftovers: Sequence[Leftover]) -> list[Choice]:
    """Let these recipes take, one after the other, what they need of what is left."""
    left = [each.amount for each in leftovers]
    choices = []
    for candidate in chosen:
        parts = those.parts_of(candidate)
        gone = frozenset(
            each.name for each, rest in zip(leftovers, left, strict=True) if rest <= EPSILON
        )
        uses = _take(parts, left)
        used = _told(parts, uses, leftovers)
        choices.append(Choice(int(those.ids[candidate]), used, gone))
    return choices


def _preferring(those: Candidates, taste: int) -> Callable[[Ints], int]:
    """Return what chooses of some recipes the one to the taste; the lower id decides at last."""
    named = those.leftovers_named() if taste == FITTING else None

    def prefer(among: Ints) -> int:
        if taste == NEW:
            return int(among[-1])  # they stand in the order of their ids
        if named is not None:
            among = _best(among, named)
        return int(_best(among, those.scraps)[0])

    return prefer


def _choose(
    those: Candidates,
    free: NDArray[np.bool_],
    left: list[float],
    *,
    size: int,
    prefer: Callable[[Ints], int],
) -> list[int]:
    """Return the candidates chosen among those that are ``free``, which they are no more."""
    rest = np.bincount(those.group[free], minlength=those.groups.size)
    chosen: list[int] = []
    while len(chosen) < size:
        counts, sums = _worth(those.groups, np.array(left))
        counts[rest == 0] = 0
        most = counts.max(initial=0)
        if not most:
            break
        best = counts == most
        best &= sums == sums[best].max()
        among = np.flatnonzero(best[those.group] & free)
        candidate = prefer(among)
        chosen.append(candidate)
        free[candidate] = False
        rest[those.group[candidate]] -= 1
        _take(those.parts_of(candidate), left)
    return chosen


def _worth(groups: Groups, left: Floats) -> tuple[Ints, Floats]:
    """Return how many leftovers each group would use, and how much of them together.

    In the same steps as ``_take``, so that sums are the same to the last bit.
    """
    uses = np.zeros((len(groups.which), groups.size))
    for place, (which, amounts, first) in enumerate(
        zip(groups.which, groups.amounts, groups.first, strict=True)
    ):
        having = np.arange(len(which))
        at = having if first is None else first
        before = 0.0 if first is None else uses[at, having]
        used = np.minimum(amounts, left[which] - before)
        used[used <= EPSILON] = 0.0
        if first is None:
            uses[place, : len(which)] = used
        else:
            uses[at, having] += used
    sums = np.zeros(groups.size)
    for row in uses:
        sums += row
    return np.count_nonzero(uses, axis=0), sums


def _take(parts: Sequence[Part], left: list[float]) -> dict[int, float]:
    """Take what the parts need out of what is left; return how much of which."""
    uses: dict[int, float] = {}
    for which, required, _ in parts:
        before = uses.get(which, 0.0)
        used = min(required, left[which] - before)
        if used > EPSILON:
            uses[which] = before + used
    for which, used in uses.items():
        left[which] -= used
    return uses


def _told(
    parts: Sequence[Part], uses: Mapping[int, float], leftovers: Sequence[Leftover]
) -> tuple[Used, ...]:
    units = {which: unit for which, _, unit in reversed(parts)}
    return tuple(
        Used(leftovers[which].name, amount, leftovers[which].unit or units[which])
        for which, amount in uses.items()
    )


def _best(among: Ints, by: NDArray[Any]) -> Ints:
    values = by[among]
    best: NDArray[np.bool_] = values == values.max()
    return among[best]
