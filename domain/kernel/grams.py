"""Finding a substring through an index: texts are filed under the pairs of letters they contain.

Two-syllable words are how Korean food is named, so a keyword of two letters is one look-up. Each
context keeps a table of its own (``gram``, the id of what contains it); what the grams let
through is compared once more with the text itself, because pairs do not say in which order they
stood. The technique is an inverted index of character n-grams (Manning, Raghavan & Schütze,
"Introduction to Information Retrieval", §3.2.2), here with n = 1 and 2.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

from sqlalchemy import String
from sqlalchemy.dialects import mysql

GRAM_LENGTH: Final = 2
# As many names as a shop has products: most texts are folded again and again.
FOLDED_KEPT: Final = 8_192
# Compared byte for byte: what counts as the same letter is decided by ``folded``.
Gram: Final = String(GRAM_LENGTH).with_variant(
    mysql.VARCHAR(GRAM_LENGTH, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb"
)


@lru_cache(maxsize=FOLDED_KEPT)
def folded(text: str) -> str:
    """Return the text without differences of case, composition and blanks' number."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def grams(*texts: str) -> frozenset[str]:
    """Return every letter and every pair of neighbouring letters of these texts' words."""
    words = [word for text in texts for word in folded(text).split()]
    letters = {letter for word in words for letter in word}
    return frozenset(letters | {"".join(pair) for word in words for pair in pairwise(word)})


def wanted_grams(keyword: str) -> frozenset[str]:
    """Return the grams that a text containing the keyword is certainly filed under.

    Empty when the keyword is blank.
    """
    found: set[str] = set()
    for word in folded(keyword).split():
        found |= {"".join(pair) for pair in pairwise(word)} or {word}
    return frozenset(found)


def closing_gram(keyword: str) -> str:
    """Return the one gram of a keyword that says most: its last pair, or its only letter.

    Korean names are compounds whose last part says what the thing is. Empty when it is blank.
    """
    words = folded(keyword).split()
    pairs = [word[-2:] for word in words if len(word) > 1]
    return (pairs or words or [""])[-1]


class Texts:
    """Many folded texts, in which a word is looked for at once."""

    def __init__(self, texts: Iterable[str]) -> None:
        lines = list(texts)
        self._all = "\n".join(lines)
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def having(self, words: Iterable[str]) -> frozenset[int]:
        """Return the places of the texts that contain one of the words, which are not empty."""
        found: set[int] = set()
        text, starts = self._all, self._starts
        for word in words:
            at = text.find(word)
            while at >= 0:
                place = bisect_right(starts, at)
                found.add(place - 1)
                at = text.find(word, starts[place])
        return frozenset(found)


def contains(keyword: str, texts: Iterable[str]) -> bool:
    """Tell whether one of the texts contains the keyword, whatever the case."""
    sought = folded(keyword)
    return any(sought in folded(text) for text in texts)
