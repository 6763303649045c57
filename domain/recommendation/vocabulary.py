"""The words of the kitchen and of product titles, read once from the files beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import yaml

FOLDER: Final = Path(__file__).parent / "lexicon"
PLACE_ENDS: Final = ("", "산", "식", "시", "군", "표")
HOMONYMS: Final = "지명이나 다른 뜻이기도 한 말"


class Make(Enum):
    """What a lexicon's section says about its ingredients."""

    RAW = "raw"
    PROCESSED = "processed"  # what its title says it is made of is not what is sold
    GENERAL = "general"  # wider, or a word with another sense: a closer one goes first


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One thing that dishes are cooked from; ``spellings`` begins with its standard name.

    ``kind`` is the group it stands in, where that is a food itself: 삼겹살 is 돼지고기.
    """

    name: str
    make: Make
    spellings: tuple[str, ...]
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Ingredients by each of their spellings, and the other words by what they do to them.

    ``ends`` make something else of what is named before, alone or at a word's end; ``behind``
    only right behind an ingredient, ``alone`` only as a word of their own. ``roots`` say what other
    goods are; ``apart`` only look as if they held a food; ``homonyms`` have another sense, and
    ``dishes`` are the ends that are dishes.
    """

    ingredients: Mapping[str, Ingredient]
    homonyms: frozenset[str]
    dishes: frozenset[str]
    always: frozenset[str]
    ends: frozenset[str]
    behind: frozenset[str]
    alone: frozenset[str]
    cuts: frozenset[str]
    endings: frozenset[str]
    whole: frozenset[str]
    stop: frozenset[str]
    apart: frozenset[str]
    roots: frozenset[str]

    @classmethod
    def of(cls, ingredients: Mapping[str, Any], words: Mapping[str, str]) -> Self:
        """Return the vocabulary of the two files' contents."""
        by_spelling: dict[str, Ingredient] = {}
        named = {
            line.split()[0] for each in ingredients.values() for g in each.values() for line in g
        }
        for section, groups in ingredients.items():
            for group, line in ((group, line) for group, lines in groups.items() for line in lines):
                spellings = tuple(line.split())
                kind = group if group in named and group != spellings[0] else None
                known = Ingredient(spellings[0], Make(section), spellings, kind)
                for spelling in spellings:
                    lower = spelling.casefold()
                    assert lower not in by_spelling, f"{spelling} is two ingredients"
                    by_spelling[lower] = known
        sets = {name: frozenset(text.split()) for name, text in words.items()}
        ends = sets.pop("derived") | sets["dishes"] | sets.pop("tools")
        homonyms = frozenset(
            line.split()[0] for line in ingredients.get("general", {}).get(HOMONYMS, ())
        )
        sets["apart"] |= {place + end for place in sets.pop("places") for end in PLACE_ENDS}
        return cls(ingredients=by_spelling, homonyms=homonyms, ends=ends, **sets)

    def in_word(self, word: str) -> Ingredient | None:
        """Return the ingredient of that name."""
        return self.ingredients.get(word)

    def at_end(self, ending: str) -> Ingredient | None:
        """Return the ingredient that a longer word may end in."""
        if len(ending) > 1 and ending not in self.whole:
            return self.ingredients.get(ending)
        return self.ingredients.get(ending) if ending in self.endings else None


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary, read by whoever asks first."""
    return Vocabulary.of(read("ingredients.yaml"), read("words.yaml"))


def read(name: str) -> Any:  # noqa: ANN401 (whatever a YAML file holds)
    """Return what a file of the lexicon holds."""
    # libyaml reads ten times faster; the pure loader is there where it is not.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), loader)  # noqa: S506 (both are safe loaders)
