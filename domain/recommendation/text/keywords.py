"""The foods that a product's title sells.

A title's words are read from left to right, the longest member of the lexicon first, over blanks
and inside of words; a Korean compound is what its last part says. Of foods that follow upon each
other without a joint only the most made remains: 흑돼지 김치찌개 is 김치찌개, 양파 즙 is 양파즙.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from domain.recommendation.ingredients import (
    BRACKETED,
    LIST,
    SUM,
    TITLES_KEPT,
    ingredients_of,
    words_of,
)
from domain.recommendation.text.aims import JOINED_MAX, TOGETHER, is_use, without_aims
from domain.recommendation.text.goods import Food, Goods, Level, goods
from domain.recommendation.text.spelling import standard
from domain.recommendation.vocabulary import vocabulary

EACH: Final = "각"  # 콩나물 두부 각 300g: whatever is named is sold
FLAVOUR: Final = re.compile(r"[맛향]$")
USE: Final = re.compile(r"용$")
LONG: Final = 4  # letters of a compound that may end in a word of two
TITLE_LENGTH_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Sold:
    """A food, the word it was found by, and the numbers of its first and last word."""

    food: Food
    spelling: str
    since: int
    until: int


def keywords(title: str) -> tuple[str, ...]:
    """Return the food words that a title sells, in their standard names; of no food, none.

    Each once, in the title's order.
    """
    return _keywords(title[:TITLE_LENGTH_MAX])


@lru_cache(maxsize=TITLES_KEPT)
def _keywords(title: str) -> tuple[str, ...]:
    text = standard(title)
    outside = BRACKETED.sub(lambda found: _breed_of(found[0]), text)
    known = goods()
    everything = words_of(text)
    if (exact := known.foods.get(text)) and everything != [text]:
        return (exact.name,)  # 2배식초: the number is part of the name
    pairs = zip_longest(everything, everything[1:], fillvalue="")
    if any(_is_not_food(*pair) and pair[1] not in known.gifts for pair in pairs):
        return ()
    found = _sold(words_of(outside))
    if not found and outside != text:
        found = _sold(everything)
    names = [each.food.name for each in found] or [each.name for each in ingredients_of(title)]
    return tuple(dict.fromkeys(names))


def _sold(words: Sequence[str]) -> Sequence[Sold]:
    known = goods()
    found: Sequence[Sold] = ()
    for each in without_aims(words, known):
        found = Reading(known).read(each)
        # In 한우 우족 고아먹는 the breed alone would be left, which only tells of what kind it is.
        left_out = each.index("") if "" in each else 0
        if any(sold.food.name not in known.beasts or sold.since > left_out for sold in found):
            break
    return found


def _breed_of(bracketed: str) -> str:
    # A breed in brackets is what is sold; other words there praise it, or are a brand.
    inside = bracketed[1:-1].strip()
    return f" {inside} " if inside in goods().beasts else " "


def _is_not_food(word: str, after: str) -> bool:
    known = goods()
    if word in known.foods or word + after in known.foods:
        return False
    least = 2 if len(word) >= LONG else 3
    endings = (word[start:] for start in range(len(word) - least + 1))
    whole = {word, word.removesuffix("용")}
    return bool(whole & known.not_food) or any(ending in known.not_food for ending in endings)


class Reading:
    """One title, read word by word."""

    def __init__(self, known: Goods) -> None:
        self.known = known
        self.segments: list[list[Sold]] = [[]]
        self._for_dish: Sold | None = None
        self._aside: list[Sold] = []
        self._words: Sequence[str] = ()

    def read(self, words: Sequence[str]) -> list[Sold]:
        """Return what the words sell."""
        self._words = words
        number = 0
        while number < len(words):
            number += self._take(words, number)
        if not any(self.segments):
            self.segments = [self._aside]
        if EACH in words:
            self.segments = [[each] for segment in self.segments for each in segment]
        kept = [each for segment in self.segments for each in _most_made(segment)]
        homonyms = vocabulary().homonyms
        certain = [each for each in kept if each.spelling not in homonyms]
        return certain or kept

    @property
    def segment(self) -> list[Sold]:
        """Return the foods since the last joint."""
        return self.segments[-1]

    def _take(self, words: Sequence[str], number: int) -> int:
        """Take in what begins with this word; return how many words that were."""
        word = words[number]
        if word == SUM or word in LIST:
            self.segments.append([])
            return 1
        for count in range(min(JOINED_MAX, len(words) - number), 1, -1):
            if self._joined(words[number : number + count], number):
                return count
        if word in self.known.foods:
            self._single(word, number)
        elif word in self.known.with_it or USE.search(word):
            self._set_aside(word, number)
        elif not FLAVOUR.search(word) and not is_use(word, self.known):
            self._single(word, number)
        return 1

    def _joined(self, words: Sequence[str], number: int) -> bool:
        """Tell whether the words are one name, and more than their last alone says."""
        together = "".join(words)
        food, first, last = map(self.known.foods.get, (together, words[0], words[-1]))
        if food is None:
            return False
        if not (last and last.level is Level.DISH) and self._before(number, words[0]):
            return False
        if last and food.name == last.name and (first is None or first.counts_as == last.name):
            return False  # 햇 감자; 거봉 포도 is told by its kind
        beast = words[-1] != "고기" and not self.known.beasts.isdisjoint((words[0], words[-1]))
        apart = beast and together not in self.known.with_animal
        if apart and (last is None or last.level is Level.RAW):
            return False  # both are keywords: 한우 등심
        self._add(food, together, number, number + len(words) - 1)
        return True

    def _before(self, number: int, word: str) -> bool:
        # 양파 즙 is read as 양파, then 즙 which joins it; such a head begins nothing.
        return word in self.known.heads and bool(self._adjacent(number, word))

    def _set_aside(self, word: str, number: int) -> None:
        """Forget the food before that only goes with the goods, or is what they are for."""
        last = self.segment[-1] if self.segment else None
        if last is None:
            return
        if word.endswith("용"):
            # 김치 찌개용 두부: but 한우 장조림용 is what it is, so only where a food follows.
            dish = word[:-1] in self.known.heads or word[:-1] in self.known.foods
            if dish and last.until == number - 1 and last.food.name not in self.known.beasts:
                self._for_dish = last
        elif last.until == number - 1:
            self._aside.append(self.segment.pop())

    def _single(self, word: str, number: int) -> None:
        known = self.known
        if word in known.heads and (before := self._adjacent(number, word)):
            meat = before.food.is_meat or before.food.name in known.beasts
            if not (meat and word in known.uses):
                self._compose(before, word, number)
        elif food := known.foods.get(word):
            for breed in known.breeds:
                cut = known.foods.get(word.removeprefix(breed))
                if word.startswith(breed) and cut and cut.name == food.name:
                    self._add(known.foods[breed], breed, number, number)
            self._add(food, word, number, number)
        elif word in known.heads:
            if word in known.heads_alone:
                self._add(Food(word, Level.DISH), word, number, number)
        elif word in vocabulary().apart or word in vocabulary().stop:
            pass
        elif not self._listed(word, number):
            self._take_apart(word, number)

    def _listed(self, word: str, number: int) -> bool:
        """Take in a food that another is named together with: 사과와 배."""
        for ending in TOGETHER:
            if word.endswith(ending) and (one := self.known.within(word.removesuffix(ending))):
                self._add(one[1], one[0], number, number)
                self.segments.append([])
                return True
        return False

    def _take_apart(self, word: str, number: int) -> None:
        known = self.known
        for start in range(1, len(word)):
            front, ending = word[:start], word[start:]
            of = known.within(front) if ending in known.heads else None
            if of and (of[1].level is not Level.DISH or ending in known.heads_of_dishes):
                self._add(of[1], of[0], number, number)
                self._compose(self.segment[-1], ending, number)
                return
            if food := known.at_end(ending):
                before = [beast for beast in known.beasts if front.endswith(beast)]
                before += [breed for breed in known.breeds if breed in word and food.is_meat]
                if before:
                    beast = max(before, key=len)
                    self._add(known.foods[beast], beast, number, number)
                self._add(food, ending, number, number)
                return
            if ending in vocabulary().cuts and (cut := known.within(front)):
                self._add(cut[1], cut[0], number, number)
                return
        ends = (word[start:] for start in range(2, len(word)))
        if any(ending in known.heads_of_words for ending in ends):
            self._add(Food(word, Level.DISH), word, number, number)

    def _adjacent(self, number: int, head: str) -> Sold | None:
        """Return the food right before, which one may make something of."""
        last = self.segment[-1] if self.segment else None
        if last is None:
            return None
        if last.food.level is Level.DISH and head not in self.known.heads_of_dishes:
            return None
        between = self._words[last.until + 1 : number]
        return last if vocabulary().stop.issuperset(between) else None

    def _compose(self, of: Sold, head: str, number: int) -> None:
        """Replace a food by what was made of it."""
        self.segment.remove(of)
        whole = of.food.name if of.spelling.endswith(of.food.name) else of.spelling
        if of.spelling in self.known.breeds:
            whole = ""
        food = self.known.foods.get(whole + head) or Food(
            whole + head, Level.DISH, wide=head in self.known.wide
        )
        self._add(food, whole + head, of.since, number)

    def _add(self, food: Food, spelling: str, *place: int) -> None:
        since, until = place
        if self._for_dish in self.segment and self._for_dish is not None:
            self.segment.remove(self._for_dish)
        self._for_dish = None
        self.segment.append(Sold(food, spelling, since, until))


def _most_made(segment: Sequence[Sold]) -> Iterator[Sold]:
    """Yield what is sold of foods that follow upon each other.

    The last word decides: a seasoning right before what is raw only says how it tastes.
    """
    foods = [
        each
        for each, after in zip_longest(segment, segment[1:])
        if after is None or not _seasons(each, after)
    ]
    level = max((each.food.level for each in foods), default=Level.RAW)
    made = [each for each in foods if each.food.level is level]
    certain = [each for each in made if not each.food.wide] or made
    for each in certain:
        if not any(other.food.is_closer_than(each.food) for other in certain):
            yield each


def _seasons(one: Sold, after: Sold) -> bool:
    levels = (one.food.level, after.food.level)
    seasoned = levels == (Level.PROCESSED, Level.RAW) and not after.food.wide
    return seasoned and one.until + 1 == after.since
