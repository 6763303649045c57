"""What dishes are eaten for and how they are spoken of, read from the file beside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from domain.recommendation.text.spelling import standard
from domain.recommendation.vocabulary import read

WHOLE: Final = "^"
MOST: Final = 2
ALSO: Final = 1


class Said(NamedTuple):
    """A tag that a query says, from one letter of it to another, blanks not counted."""

    tag: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Occasions:
    """Tags by the words of dishes, of ingredients and of queries that mean them."""

    by_dish: Mapping[str, Mapping[str, int]]
    by_ingredient: Mapping[str, Mapping[str, int]]
    by_saying: Mapping[str, tuple[str, ...]]
    longest: int

    def of_dish(self, title: str, made_of: Sequence[str]) -> dict[str, int]:
        """Return the dish's tags, each with how much it belongs to it."""
        found: dict[str, int] = {}
        for word in _within(title.split()):
            for tag, belonging in self.by_dish.get(word, {}).items():
                found[tag] = max(belonging, found.get(tag, 0))
        for name in made_of:
            for tag in self.by_ingredient.get(name, {}):
                found.setdefault(tag, ALSO)
        return found

    def is_dish(self, word: str, tag: str) -> bool:
        """Tell whether a word of two letters and more is a dish that the tag says first."""
        return len(word) > 1 and self.by_dish.get(word, {}).get(tag) == MOST

    def said(self, words: Sequence[str]) -> Iterator[Said]:
        """Yield the tags that a query's words mean, with where they say so."""
        text = "".join(words)
        ends = _ends(words)
        for since in range(len(text)):
            for until in range(since + 1, min(len(text), since + self.longest) + 1):
                saying = text[since:until]
                if until - since == 1 and until not in ends:
                    continue  # one letter means something at a word's end only
                for tag in self.by_saying.get(saying, ()):
                    yield Said(tag, since, until)


@cache
def occasions() -> Occasions:
    """Return the tags, read by whoever asks first."""
    by_dish: dict[str, dict[str, int]] = {}
    by_ingredient: dict[str, dict[str, int]] = {}
    by_saying: dict[str, tuple[str, ...]] = {}
    tags = {
        tag: each for section in read("occasions.yaml").values() for tag, each in section.items()
    }
    for tag, each in tags.items():
        for word in each.get("also", "").split():
            by_dish.setdefault(standard(word), {})[tag] = ALSO
        for word in each.get("most", "").split():
            by_dish.setdefault(standard(word), {})[tag] = MOST
        for word in each.get("made_of", "").split():
            by_ingredient.setdefault(standard(word), {})[tag] = ALSO
        for word in [tag, *each["said"].split()]:
            saying = standard(word.removeprefix(WHOLE))
            by_saying[saying] = (*by_saying.get(saying, ()), tag)
    return Occasions(by_dish, by_ingredient, by_saying, max(map(len, by_saying)))


def _ends(words: Sequence[str]) -> frozenset[int]:
    at, ends = 0, set()
    for word in words:
        at += len(word)
        ends.add(at)
    return frozenset(ends)


def _within(words: Sequence[str]) -> Iterator[str]:
    """Yield each part of two letters and more, each last letter, and each whole word marked."""
    for word in words:
        yield WHOLE + word
        yield word[-1]
    joined = "".join(words)
    for since in range(len(joined) - 1):
        for until in range(since + 2, min(len(joined), since + 10) + 1):
            yield joined[since:until]
