"""What ingredient a product's title sells, if it sells one.

Korean names are compounds whose last word says what the thing is: 꿀사과 is an apple, 양파즙 is a
juice. So the words of a title are read from left to right; an ingredient is found where a word is,
or ends in, the longest member of the lexicon, and forgotten again when a later word says that
something else was made of it (즙, 분말, 전, 만두). Quantities, brackets and words the lexicon does
not know are passed over.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from domain.recommendation.vocabulary import Ingredient, Make, Vocabulary, vocabulary

TITLES_KEPT: Final = 8_192

BRACKETED: Final = re.compile(r"\[[^\]]*\]|\([^)]*\)|【[^】]*】|<[^>]*>|〈[^〉]*〉|\{[^}]*\}")
# "1+1" and "1++" are an offer and a grade; other plus signs join two goods.
QUANTITY: Final = re.compile(
    r"\d\s?\+\s?\d|\d\+{1,2}|[~\d][\d.,~]*\s?(?:kg|g|mg|ml|l|cm|mm|cc|%|"
    r"(?:킬로|그램|리터|개입|개월분|개월|개|입|구|매|팩|봉지|봉|병|통|캔|포기|포대|포|박스|상자|세트|"
    r"묶음|종류|종|가지|마리|미|과|장|롤|송이|단|인분|펫|페트|스틱|티백|판|정|년근|등급|호|망|손|모|알|쪽|줄|톳|토막|번)"
    r"(?![가-힣]))?"
)
WORD: Final = re.compile(r"[가-힣a-z]+|\+|[&/,·ㆍ|]")
# A sum of goods; and a list, whose members are still one product.
SUM: Final = "+"
LIST: Final = frozenset("&/,·ㆍ|")


@dataclass(frozen=True, slots=True)
class Found:
    """An ingredient, the letters it was found by, and where; ``aside`` when it may be no part."""

    ingredient: Ingredient
    length: int
    index: int
    aside: bool = False

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """Order by closeness, then length, then place."""
        return self.ingredient.make is Make.GENERAL, self.aside, -self.length, self.index


def ingredient_keyword(product_name: str) -> str | None:
    """Return the standard name of the ingredient a product is, or None."""
    found = ingredients_of(product_name)
    return found[0].name if found else None


@lru_cache(maxsize=TITLES_KEPT)
def ingredients_of(product_name: str) -> tuple[Ingredient, ...]:
    """Return the ingredients a product is, the one it is first."""
    title = unicodedata.normalize("NFC", product_name).casefold()
    outside = BRACKETED.sub(" ", title)
    words = words_of(outside)
    known = vocabulary()
    if not known.always.isdisjoint(words):
        return ()
    reading = Reading(known)
    made_of = reading.read(words)
    if not made_of and not reading.spoilt and outside != title:
        made_of = Reading(known).read(words_of(title))
    ranked = sorted(made_of, key=lambda each: each.rank)
    return tuple(dict.fromkeys(each.ingredient for each in ranked))


def ingredient_named(name: str) -> Ingredient | None:
    """Return the ingredient of that very name, in any spelling."""
    return vocabulary().in_word("".join(unicodedata.normalize("NFC", name).casefold().split()))


def spellings(name: str) -> tuple[str, ...]:
    """Return every way to write the ingredient, or the name alone where it is unknown."""
    known = ingredient_named(name)
    return known.spellings if known else (name,)


def words_of(title: str) -> list[str]:
    """Return a title's words and joints, without quantities."""
    return WORD.findall(QUANTITY.sub(" ", title))


class Reading:
    """One title, read word by word."""

    def __init__(self, known: Vocabulary) -> None:
        self.known = known
        self.found: list[Found] = []
        self.spoilt = False
        self._sum_from = 0
        self._list_from = 0

    def read(self, words: list[str]) -> list[Found]:
        """Return what the words leave standing."""
        before = ""
        for index, word in enumerate(words):
            if word == SUM or word in LIST:
                self._join(word)
                before = ""
                continue
            self._take(index, word, before)
            before = word
        return self.found

    def _join(self, joint: str) -> None:
        self._list_from = len(self.found)
        if joint == SUM:
            if len(self.found) == 1:  # alone before the plus sign, it is no brand
                self.found[0] = replace(self.found[0], aside=False)
            self._sum_from = len(self.found)

    def _take(self, index: int, word: str, before: str) -> None:
        known = self.known
        if before and (joined := known.in_word(before + word)):
            if self._just_found(index):
                self.found.pop()
            self._add(Found(joined, len(before) + len(word), index))
        elif before and before + word in known.ends:
            self._spoil(self._list_from)
        elif exact := known.in_word(word):
            self._add(Found(exact, len(word), index))
        elif len(word) > 1 and word.endswith("용"):
            self._set_aside(index, dish=word[:-1])
        elif word in known.ends or word in known.alone:
            self._spoil(self._sum_from)
        elif word not in known.apart:
            self._take_apart(index, word)

    def _take_apart(self, index: int, word: str) -> None:
        known = self.known
        for start in range(1, len(word)):
            ending = word[start:]
            if inside := known.at_end(ending):
                # A first word that only ends like an ingredient may as well be a brand.
                self._add(Found(inside, len(ending), index, aside=index == 0))
                return
            if ending in known.ends:
                whose = self._sum_from if self._within(word[:start]) else self._list_from
                self._spoil(whose)
                return
            if ending in known.behind and self._within(word[:start]):
                self._spoil(self._sum_from)
                return
            if ending in known.cuts and (cut := self._within(word[:start])):
                self._add(Found(cut, start, index))
                return

    def _within(self, word: str) -> Ingredient | None:
        if exact := self.known.in_word(word):
            return exact
        endings = (self.known.at_end(word[start:]) for start in range(1, len(word)))
        return next((each for each in endings if each), None)

    def _add(self, found: Found) -> None:
        if found.ingredient.make is Make.PROCESSED:
            kept = [e for e in self.found[self._list_from :] if e.ingredient.make is Make.PROCESSED]
            self.found[self._list_from :] = kept
        self.found.append(found)

    def _spoil(self, since: int) -> None:
        del self.found[since:]
        self._list_from = min(self._list_from, since)
        self.spoilt = True

    def _set_aside(self, index: int, *, dish: str) -> None:
        # 김치 찌개용 두부: what it is for, in two words. In 한우 사태 장조림용 it is what it is.
        if self._just_found(index) and (dish in self.known.ends or dish in self.known.alone):
            self.found[-1] = replace(self.found[-1], aside=True)

    def _just_found(self, index: int) -> bool:
        return bool(self.found) and self.found[-1].index == index - 1
