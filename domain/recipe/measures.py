"""How much of an ingredient there is, and how much of it a recipe takes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# What is less than this is nothing: amounts are floats.
EPSILON: Final = 1e-9
NUMBER: Final = re.compile(
    r"(?P<whole>\d{1,9}(?:\.\d{1,9})?)|(?:(?P<and>\d{1,9}) +)?(?P<top>\d{1,9})/(?P<low>\d{1,9})"
)
FRACTIONS: Final = {"½": " 1/2", "⅓": " 1/3", "⅔": " 2/3", "¼": " 1/4", "¾": " 3/4"}


@dataclass(frozen=True, slots=True)
class Leftover:
    """An ingredient that is there: so much of a unit, which may be unknown ("").

    ``spellings`` are other names that it goes by in recipes.
    """

    name: str
    amount: float
    unit: str = ""
    spellings: tuple[str, ...] = ()


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
        if known is None:
            kept[each.name] = each
        else:
            amount = known.amount + each.amount
            kept[each.name] = Leftover(each.name, amount, known.unit, known.spellings)
    return list(kept.values())


def places(stock: Sequence[Leftover]) -> dict[str, int]:
    """Return which leftover an ingredient of a recipe is, by its name.

    Its own name goes before another's spelling.
    """
    found = {each.name: which for which, each in enumerate(stock)}
    for which, each in enumerate(stock):
        for spelling in each.spellings:
            found.setdefault(spelling, which)
    return found
