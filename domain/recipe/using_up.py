"""Which recipes use up what is left in the kitchen, chosen one after the other.

Each choice is the recipe that uses most of the ingredients, then most of their amounts, out of
what the choices before have left. That is the greedy rule for coverage; because a recipe never
uses more of less, what it was worth before is a bound for what it is worth now, so only the best
bounds are looked at again ("accelerated greedy"; Minoux, "Accelerated greedy algorithms for
maximizing submodular set functions", 1978). Recipes that need the same are weighed as one.
"""

import heapq
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Final

EPSILON: Final = 1e-9
Need = tuple[int, float]  # which leftover, and how much of it
Needs = tuple[Need, ...]
Worth = tuple[int, float]  # of ingredients and of their amounts, each negated
COMBINATIONS: Final = 3
_FIRST: Final = itemgetter(0)

NUMBER: Final = re.compile(
    r"(?P<whole>\d{1,9}(?:\.\d{1,9})?)|(?:(?P<and>\d{1,9}) +)?(?P<top>\d{1,9})/(?P<low>\d{1,9})"
)
FRACTIONS: Final = {"½": " 1/2", "⅓": " 1/3", "⅔": " 2/3", "¼": " 1/4", "¾": " 3/4"}


@dataclass(frozen=True, slots=True)
class Leftover:
    """An ingredient that is there: so much of a unit, which may be unknown ("")."""

    name: str
    amount: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """What a recipe uses of a leftover."""

    material_name: str
    amount: float
    unit: str | None


@dataclass(slots=True)
class Candidate:
    """A recipe with the ingredients it may use: which leftover and how much, and in which unit."""

    recipe_id: int
    scrap_count: int
    names: set[str] = field(default_factory=set)
    parts: list[tuple[int, Need, str | None]] = field(default_factory=list)

    @property
    def needs(self) -> Needs:
        """Return all that says what it would use; many recipes take the same."""
        return tuple([need for _, need, _ in self.parts])


Preference = tuple[int, ...]
# Candidates of the same needs, the preferred one last.
Queue = list[tuple[Preference, Candidate]]
# What they are worth at most, how much the best of them is preferred to others as good, and they.
Bound = tuple[int, float, Preference, Needs, Queue]


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen recipe and what it uses."""

    recipe_id: int
    used: tuple[Used, ...]


@lru_cache(maxsize=4_096)
def amount_of(text: str | None) -> float:
    """Return the number that an amount is ("2", "0.5", "1/2", "1½"), or 0: "약간" is none."""
    for letter, fraction in FRACTIONS.items():
        text = (text or "").replace(letter, fraction)
    found = NUMBER.fullmatch((text or "").strip().replace(",", ""))
    if found is None:
        return 0.0
    if found["whole"]:
        return float(found["whole"])
    low = int(found["low"])
    return int(found["and"] or 0) + int(found["top"]) / low if low else 0.0


@lru_cache(maxsize=4_096)
def agree(stock_unit: str, recipe_unit: str | None) -> bool:
    """Tell whether amounts in these units may be compared; an unknown unit agrees with any."""
    mine, theirs = stock_unit.strip().casefold(), (recipe_unit or "").strip().casefold()
    return not mine or not theirs or mine == theirs


def merged(leftovers: Sequence[Leftover]) -> list[Leftover]:
    """Return the leftovers with each name once; what was named twice is there twice."""
    kept: dict[str, Leftover] = {}
    for each in leftovers:
        known = kept.get(each.name)
        amount = each.amount + (known.amount if known else 0.0)
        kept[each.name] = Leftover(each.name, amount, known.unit if known else each.unit)
    return list(kept.values())


def combination(
    number: int,
    candidates: Sequence[Candidate],
    *,
    leftovers: Sequence[Leftover],
    size: int,
    taste: int,
) -> list[Choice]:
    """Return the choices of combination ``number``, 1 to 3; later ones are none of the earlier.

    ``taste`` says which of equally good recipes the first combination prefers: 0 the popular,
    1 the new, 2 those that name most of the leftovers. The others prefer the popular.
    """
    full = [each.amount for each in leftovers]
    alike = defaultdict[Needs, list[Candidate]](list)
    for candidate in candidates:
        alike[candidate.needs].append(candidate)
    worths = {needs: _worth(_uses(needs, full)) for needs in alike}
    taken: set[int] = set()
    chosen: list[Choice] = []
    for each in range(1, number + 1):
        preferred = _PREFERENCES[taste] if each == 1 else _popular
        bounds: list[Bound] = []
        for needs, those in alike.items():
            queue = [(preferred(one), one) for one in those if one.recipe_id not in taken]
            if queue:
                queue.sort(key=_FIRST, reverse=True)
                bounds.append((*worths[needs], queue[-1][0], needs, queue))
        chosen = _choose(bounds, leftovers=leftovers, size=size)
        taken.update(choice.recipe_id for choice in chosen)
    return chosen


def _choose(bounds: list[Bound], *, leftovers: Sequence[Leftover], size: int) -> list[Choice]:
    left = [each.amount for each in leftovers]
    # No two candidates are equally preferred, so that nothing behind the preference is compared.
    heapq.heapify(bounds)
    chosen: list[Choice] = []
    while bounds and len(chosen) < size:
        _, _, preference, needs, queue = bound = heapq.heappop(bounds)
        uses = _uses(needs, left)
        worth = _worth(uses)
        now = (*worth, preference, needs, queue)
        if bounds and bound < now > bounds[0]:
            heapq.heappush(bounds, now)
            continue
        if not uses:
            break  # and nothing else is worth more
        for which, used in uses.items():
            left[which] -= used
        _, candidate = queue.pop()
        chosen.append(_choice(candidate, uses, leftovers))
        if queue:
            heapq.heappush(bounds, (*worth, queue[-1][0], needs, queue))
    return chosen


def _uses(needs: Needs, left: Sequence[float]) -> dict[int, float]:
    uses: dict[int, float] = {}
    for which, required in needs:
        before = uses.get(which, 0.0)
        rest = left[which] - before
        used = min(required, rest)
        if used > EPSILON:
            uses[which] = before + used
    return uses


def _worth(uses: Mapping[int, float]) -> Worth:
    # The smaller is the better, as heaps have it.
    return -len(uses), -sum(uses.values())


def _choice(
    candidate: Candidate, uses: Mapping[int, float], leftovers: Sequence[Leftover]
) -> Choice:
    units = {which: unit for _, (which, _), unit in reversed(candidate.parts)}
    used = (
        Used(leftovers[which].name, amount, leftovers[which].unit or units[which])
        for which, amount in uses.items()
    )
    return Choice(candidate.recipe_id, tuple(used))


def _popular(candidate: Candidate) -> tuple[int, int]:
    return -candidate.scrap_count, candidate.recipe_id


def _new(candidate: Candidate) -> tuple[int]:
    return (-candidate.recipe_id,)


def _fitting(candidate: Candidate) -> tuple[int, int, int]:
    return -len(candidate.names), -candidate.scrap_count, candidate.recipe_id


_PREFERENCES: Final[tuple[Callable[[Candidate], Preference], ...]] = (
    _popular,
    _new,
    _fitting,
)
