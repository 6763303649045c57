"""Which of the foods that a title names are what it sells."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from domain.recommendation.text.goods import Food, Level, goods

PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Sold:
    """A food, the word it was found by, and the numbers of its first and last word."""

    food: Food
    spelling: str
    since: int
    until: int

    def is_right_before(self, other: "Sold", counted: AbstractSet[int]) -> bool:
        """Tell whether nothing stands between the two, no quantity either."""
        return self.until + 1 == other.since and other.since not in counted


def most_made(
    segment: Sequence[Sold], *, counted: AbstractSet[int], listed: bool
) -> Iterator[Sold]:
    """Yield what is sold of foods that follow upon each other.

    The last word decides: a seasoning right before what is raw only says how it tastes, and of two
    dishes that are not ``listed`` the first says what is in the other. ``counted`` are the numbers
    of words right behind a quantity.
    """
    foods = [
        each
        for each, after in zip_longest(segment, segment[1:])
        if after is None or not _seasons(each, after, counted)
    ]
    level = max((each.food.level for each in foods), default=Level.RAW)
    made = [each for each in foods if each.food.level is level]
    certain: Sequence[Sold] = [each for each in made if not each.food.wide] or made
    if level is Level.DISH and len(certain) == PAIR and not listed:
        certain = _told(certain, counted)
    for each in certain:
        if not any(other.food.is_closer_than(each.food) for other in certain):
            yield each


def _told(pair: Sequence[Sold], counted: AbstractSet[int]) -> Sequence[Sold]:
    one, after = pair
    if not one.is_right_before(after, counted):
        return pair
    return [one] if after.food.name in goods().kinds else [after]


def _seasons(one: Sold, after: Sold, counted: AbstractSet[int]) -> bool:
    levels = (one.food.level, after.food.level)
    seasoned = levels == (Level.PROCESSED, Level.RAW) and not after.food.wide
    return seasoned and one.is_right_before(after, counted)
