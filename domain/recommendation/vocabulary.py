"""The words of the kitchen and of product titles, read once from the files beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import yaml

FOLDER: Final = Path(__file__).parent / "lexicon"


class Make(Enum):
    """What a lexicon's section says about its ingredients."""

    RAW = "raw"
    PROCESSED = "processed"  # what its title says it is made of is not what is sold
    GENERAL = "general"  # wider, or a word with another sense: a closer one goes first


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One thing that dishes are cooked from; ``spellings`` begins with its standard name."""

    name: str
    make: Make
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Ingredients by each of their spellings, and the other words by what they do to them.

    ``ends`` make something else of what is named before, alone or at a word's end; ``behind``
    only right behind an ingredient, ``alone`` only as a word of their own. ``roots`` say what other
    goods are.
    """

    ingredients: Mapping[str, Ingredient]
    always: frozenset[str]
    ends: frozenset[str]
    behind: frozenset[str]
    alone: frozenset[str]
    cuts: frozenset[str]
    endings: frozenset[str]
    whole: frozenset[str]
    stop: frozenset[str]
    roots: frozenset[str]

    @classmethod
    def of(cls, ingredients: Mapping[str, Any], words: Mapping[str, str]) -> Self:
        """Return the vocabulary of the two files' contents."""
        by_spelling: dict[str, Ingredient] = {}
        for section, groups in ingredients.items():
            for line in (line for lines in groups.values() for line in lines):
                spellings = tuple(line.split())
                known = Ingredient(spellings[0], Make(section), spellings)
                for spelling in spellings:
                    lower = spelling.casefold()
                    assert lower not in by_spelling, f"{spelling} is two ingredients"
                    by_spelling[lower] = known
        sets = {name: frozenset(text.split()) for name, text in words.items()}
        ends = sets.pop("derived") | sets.pop("dishes") | sets.pop("tools")
        return cls(ingredients=by_spelling, ends=ends, **sets)

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
    return Vocabulary.of(_read("ingredients.yaml"), _read("words.yaml"))


def _read(name: str) -> Any:  # noqa: ANN401 (whatever a YAML file holds)
    # libyaml reads ten times faster; the pure loader is there where it is not.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), loader)  # noqa: S506 (both are safe loaders)
