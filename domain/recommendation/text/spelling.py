"""One spelling for every word, and the words that are meant as well, read from the file beside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from domain.kernel import folded
from domain.recommendation.vocabulary import read

KEPT: Final = 16_384


@dataclass(frozen=True, slots=True)
class Spelling:
    """Standard spellings by the others, and near words by a word."""

    pattern: re.Pattern[str]
    same: Mapping[str, str]
    near: Mapping[str, tuple[str, ...]]
    empty: frozenset[str]


@lru_cache(maxsize=KEPT)
def standard(text: str) -> str:
    """Return the text folded, its words in their standard spelling."""
    known = spelling()
    return known.pattern.sub(lambda found: known.same[found[0]], folded(text))


def near(word: str) -> tuple[str, ...]:
    """Return what a word of a query may mean too."""
    return spelling().near.get(word, ())


def says_nothing() -> frozenset[str]:
    """Return the words that ask without saying for what."""
    return spelling().empty


@cache
def spelling() -> Spelling:
    """Return the spellings, read by whoever asks first."""
    lines = read("spelling.yaml")
    same = {other: each.split()[0] for each in lines["same"] for other in each.split()[1:]}
    near_words = {each.split()[0]: tuple(each.split()[1:]) for each in lines["near"]}
    longest_first = sorted(same, key=len, reverse=True)
    # 무국 is a soup, 열무국수 noodles; 스프 is a soup, 스프링롤 none.
    goes_on = {"국": "(?!수)", "프": "(?!링|레)"}
    ways = (re.escape(word) + goes_on.get(word[-1], "") for word in longest_first)
    return Spelling(re.compile("|".join(ways)), same, near_words, frozenset(lines["empty"].split()))
