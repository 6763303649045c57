"""The foods that a product's title sells.

A title's words are read from left to right, the longest member of the lexicon first, over blanks
and inside of words; a Korean compound is what its last part says. Of foods that follow upon each
other without a joint only the most made remains: 흑돼지 김치찌개 is 김치찌개, 양파 즙 is 양파즙.
"""

import re
from collections.abc import Sequence
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
from domain.recommendation.text.aims import (
    JOINED_MAX,
    TOGETHER,
    Words,
    is_use,
    told_one_by_one,
    weighed_words,
    without_aims,
)
from domain.recommendation.text.goods import Food, Goods, Level, goods
from domain.recommendation.text.sold import Sold, most_made
from domain.recommendation.text.spelling import standard
from domain.recommendation.vocabulary import vocabulary

EACH: Final = "각"  # 콩나물 두부 각 300g: whatever is named is sold
# Goods are told one by one, and not one by the other.
LISTED: Final = re.compile(
    r"세트|모[둠음듬]|혼합|반반|꾸러미|패키지|콤보|골라|택\s?\d|구성|\d\s?종|(?:^|\s)각(?:\s|\d)"
)
FLAVOUR: Final = re.compile(r"[맛향]$")
TITLE_LENGTH_MAX: Final = 300


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
    if any(known.is_not_food(*pair) and pair[1] not in known.gifts for pair in pairs):
        return ()
    found = _sold(outside)
    if not found and outside != text:
        found = _sold(text)
    names = [each.food.name for each in found] or [each.name for each in ingredients_of(title)]
    return tuple(dict.fromkeys(names))


def _sold(text: str) -> Sequence[Sold]:
    known = goods()
    found: Sequence[Sold] = ()
    words = weighed_words(text)
    listed = bool(LISTED.search(text))
    for each in without_aims(words, known):
        found = Reading(known, words, listed=listed).read(each)
        # In 한우 우족 고아먹는 the breed alone would be left, which only tells of what kind it is.
        left_out = each.index("") if "" in each else 0
        if any(sold.food.name not in known.beasts or sold.since > left_out for sold in found):
            break
    return found


def _breed_of(bracketed: str) -> str:
    # A breed in brackets is what is sold; other words there praise it, or are a brand.
    inside = bracketed[1:-1].strip()
    return f" {inside} " if inside in goods().beasts else " "


class Reading:
    """One title, read word by word."""

    def __init__(self, known: Goods, title: Words, *, listed: bool) -> None:
        self.known = known
        self.counted = title.counted
        self.listed = listed
        self.apart = told_one_by_one(title, known) if listed else frozenset[int]()
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
        kept = [
            each
            for segment in self.segments
            for each in most_made(segment, counted=self.counted, listed=self.listed)
        ]
        vague = vocabulary().homonyms
        certain = [
            each
            for each in kept
            if each.spelling not in vague and not (self.apart and each.food.wide)
        ]
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
        if number in self.apart and word:
            self.segments.append([])
            self._add(self.known.foods[word], word, number, number)
            self.segments.append([])
            return 1
        for count in range(min(JOINED_MAX, len(words) - number), 1, -1):
            if self._joined(words[number : number + count], number):
                return count
        if word in self.known.foods:
            self._single(word, number)
        elif word in self.known.with_it or word.endswith("용"):
            self._set_aside(word, number)
        elif not FLAVOUR.search(word) and not is_use(word):
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
            self._add(*self._mixed(food, word, number), number)
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
        if whole := self._cut(word):
            self._add(known.foods[whole], whole, number, number)
            return
        for start in range(1, len(word)):
            front, ending = word[:start], word[start:]
            of = known.within(front) if ending in known.heads else None
            if of and (of[1].level is not Level.DISH or ending in known.heads_of_dishes):
                self._add(of[1], of[0], number, number)
                self._compose(self.segment[-1], ending, number)
                return
            if start > 1 and front in vocabulary().stop and ending in known.heads:
                self._single(ending, number)  # 착즙주스 is 주스, and of what was before
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

    def _cut(self, word: str) -> str | None:
        # 멍게살 is 멍게, and no 게살; 채끝스테이크 is 채끝.
        for cut in (*vocabulary().cuts, *self.known.uses):
            food = self.known.foods.get(word.removesuffix(cut)) if word.endswith(cut) else None
            if food and (food.is_meat if cut in self.known.uses else food.level is Level.RAW):
                return word.removesuffix(cut)
        return None

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
        before = self.segment[-1] if self.segment else of
        if of.food.wide and before.food.level is Level.RAW and before.until + 1 == of.since:
            of = self.segment.pop()  # 오렌지 과일 주스
        whole = of.food.name if of.spelling.endswith(of.food.name) else of.spelling
        if of.spelling in self.known.breeds:
            whole = ""
        food = self.known.foods.get(whole + head) or Food(
            whole + head, Level.DISH, wide=head in self.known.wide
        )
        self._add(*self._mixed(food, whole + head, of.since), number)

    def _mixed(self, food: Food, spelling: str, since: int) -> tuple[Food, str, int]:
        """Return the drink of all that is named right before it: 사과 당근 주스."""
        if food.level is not Level.DISH or not spelling.endswith(self.known.mixed):
            return food, spelling, since
        while self.segment and not self.listed:
            before = self.segment[-1]
            if before.food.level is not Level.RAW or before.until + 1 != since:
                break
            if before.food.wide or since in self.counted or spelling.startswith(before.spelling):
                break
            self.segment.pop()
            since, spelling = before.since, before.food.name + spelling
            food = self.known.foods.get(spelling) or Food(spelling, Level.DISH)
        return food, spelling, since

    def _add(self, food: Food, spelling: str, *place: int) -> None:
        since, until = place
        dish = self._for_dish if food.name not in self.known.beasts else None
        if dish and dish in self.segment:  # but 사태 국거리용 한우 is both
            self.segment.remove(dish)
        self._for_dish = None
        self.segment.append(Sold(food, spelling, since, until))
