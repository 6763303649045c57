"""Words of titles and queries, and the pairs of letters they consist of."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from domain.recommendation.ingredients import QUANTITY

KEPT: Final = 8_192
WORD: Final = re.compile(r"[가-힣ㄱ-ㅣa-z0-9]+")
NUMBER: Final = re.compile(r"[0-9]+")


@lru_cache(maxsize=KEPT)
def plain_words(text: str) -> tuple[str, ...]:
    """Return a folded text's words, without quantities and bare numbers."""
    words = WORD.findall(QUANTITY.sub(" ", text))
    return tuple(word for word in words if not NUMBER.fullmatch(word))


def word_pairs(word: str) -> tuple[str, ...]:
    """Return each pair of neighbouring letters; of one letter none."""
    return tuple(first + second for first, second in pairwise(word))
