"""Which products' titles speak of the same thing, by the words they share.

What a title sells is its heads: its ingredients in any spelling, else the dish or the kind of goods
that a word ends in, else its last words. Its other words only tell the akin apart. A shared word
counts the more the fewer of the candidates have it (inverse document frequency; Spärck Jones, "A
statistical interpretation of term specificity", 1972).
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, TypeVar

from domain.kernel import Texts, folded
from domain.recommendation.ingredients import (
    BRACKETED,
    LIST,
    SUM,
    TITLES_KEPT,
    ingredients_of,
    words_of,
)
from domain.recommendation.vocabulary import vocabulary

HEADS_MAX: Final = 4
SPELLINGS_MAX: Final = 8
EXTRAS_MAX: Final = 6
BRAND: Final = re.compile(r"^\s*[\[【]([^\]】]+)[\]】]")

Row = TypeVar("Row")
Term = tuple[str, ...]  # a word, or all the spellings of one thing


@dataclass(frozen=True, slots=True)
class Terms:
    """What to look for: ``heads`` make titles akin, ``extras`` tell which are more so."""

    heads: tuple[Term, ...]
    extras: tuple[Term, ...]

    @property
    def words(self) -> list[str]:
        """Return every word that makes a title akin."""
        return telling([word for head in self.heads for word in head])


def telling(words: Sequence[str]) -> list[str]:
    """Return the words that find what they all find: none that contains another."""
    distinct = list(dict.fromkeys(words))
    return [word for word in distinct if not any(one != word and one in word for one in distinct)]


@lru_cache(maxsize=TITLES_KEPT)
def terms_of(product_name: str) -> Terms:
    """Return what a title sells, and its other words of meaning."""
    title = folded(product_name)
    words = _meaningful(BRACKETED.sub(" ", title)) or _meaningful(title)
    heads = [_long_enough(each.spellings) for each in ingredients_of(product_name)]
    heads = [head for head in heads if head]
    if not heads:
        heads = [(root,) for root in dict.fromkeys(map(_root, reversed(words))) if root]
    if not heads:
        heads = [(word,) for word in reversed(words[-2:])]
    heads = heads[:HEADS_MAX]
    known = {word for head in heads for word in head}
    brand = BRAND.match(title)
    others = [*reversed(words), *([brand[1].strip()] if brand else [])]
    extras = [(word,) for word in dict.fromkeys(others) if word not in known]
    return Terms(tuple(heads), tuple(extras[:EXTRAS_MAX]))


class Titles(Generic[Row]):
    """Products whose titles are read once and compared with many."""

    def __init__(self, rows: Sequence[Row], *, name_of: Callable[[Row], str]) -> None:
        self._rows = rows
        self._names = [name_of(row) for row in rows]
        self._texts = Texts(map(folded, self._names))
        self._having: dict[Term, frozenset[int]] = {}

    def akin(
        self, product_name: str, *, otherwise: Callable[[Row], tuple[float, ...]]
    ) -> list[Row]:
        """Return those whose titles share a head with this one, the closest first.

        Those that are the same ingredient come first, then those that share the rarer words;
        alike, ``otherwise`` decides, the smaller first.
        """
        terms = terms_of(product_name)
        related = frozenset[int]().union(*map(self.having, terms.heads))
        weights = dict.fromkeys(related, 0.0)
        for shared in map(self.having, terms.heads + terms.extras):
            weight = math.log1p(len(self._rows) / len(shared)) if shared else 0.0
            for number in shared & related:
                weights[number] += weight
        own = set(ingredients_of(product_name))

        def rank(number: int) -> tuple[object, ...]:
            other = own.isdisjoint(ingredients_of(self._names[number]))
            return other, -weights[number], *otherwise(self._rows[number])

        return [self._rows[number] for number in sorted(related, key=rank)]

    def having(self, term: Term) -> frozenset[int]:
        """Return the places of the titles that hold one of the term's words."""
        found = self._having.get(term)
        if found is None:
            found = self._having[term] = self._texts.having(term)
        return found


def _meaningful(title: str) -> list[str]:
    stop = vocabulary().stop
    return [
        word
        for word in words_of(title)
        if len(word) > 1 and word != SUM and word not in LIST and word not in stop
        if not word.endswith("용")
    ]


def _long_enough(spellings: Sequence[str]) -> Term:
    # A single letter is part of too many words to say anything.
    return tuple(telling([folded(each) for each in spellings if len(each) > 1])[:SPELLINGS_MAX])


def _root(word: str) -> str | None:
    known = vocabulary()
    for start in range(len(word) - 1):
        ending = word[start:]
        if ending in known.roots or ending in known.ends or known.at_end(ending):
            return ending
    return None
