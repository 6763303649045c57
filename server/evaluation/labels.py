"""What is known to be right: recipes, what is asked of them, and titles with their keywords."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

import demo

FOLDER: Final = Path(demo.__file__).parent / "evaluation"
RIGHT: Final = 2
FAIR: Final = 1


class Record(BaseModel):
    """Labels are read only, and a misspelt key is a mistake in them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Recipe(Record):
    """A dish and what it is made of."""

    title: str
    made_of: tuple[str, ...]


class Query(Record):
    """What somebody looks for, and the titles that answer it well, or fairly."""

    query: str
    right: tuple[str, ...] = Field(min_length=1)
    fair: tuple[str, ...] = ()
    about: str = "given"
    held: bool = False  # kept from whoever tunes

    @property
    def gains(self) -> Mapping[str, int]:
        """Return what each title that answers is worth."""
        return dict.fromkeys(self.fair, FAIR) | dict.fromkeys(self.right, RIGHT)


class Triple(NamedTuple):
    """A product, a recipe it goes into, and one it does not."""

    product: str
    right: str
    wrong: str


class Corpus(Record):
    """Recipes, and what is asked of them; every title that is named is there."""

    recipes: tuple[Recipe, ...]
    queries: tuple[Query, ...]
    triples: tuple[Triple, ...]
    also: Mapping[str, tuple[str, ...]] = {}  # further right titles for queries from elsewhere

    def with_more(self, more: "Corpus") -> "Corpus":
        """Return both together: in more recipes there are more answers to the same query."""
        queries = (
            each.model_copy(update={"right": each.right + more.also.get(each.query, ())})
            for each in self.queries
        )
        return Corpus(
            recipes=self.recipes + more.recipes,
            queries=(*queries, *more.queries),
            triples=self.triples + more.triples,
        )

    def checked(self) -> Self:
        """Return itself. Raises ValueError when a title is named that no recipe has."""
        titles = {each.title for each in self.recipes}
        if strangers := sorted(set(self._named()) - titles):
            raise ValueError(f"no recipe has these titles: {', '.join(strangers)}")
        return self

    def _named(self) -> Iterator[str]:
        for query in self.queries:
            yield from query.gains
        for triple in self.triples:
            yield from (triple.right, triple.wrong)


class Titles(Record):
    """Product titles with their keywords: looked at while tuning, all but the unseen."""

    dev: Mapping[str, tuple[str, ...]]
    held: Mapping[str, tuple[str, ...]]
    fresh: Mapping[str, tuple[str, ...]] = {}
    unseen: Mapping[str, tuple[str, ...]] = {}

    @property
    def sections(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Return the titles of each section, by its name."""
        return {"dev": self.dev, "held": self.held, "fresh": self.fresh, "unseen": self.unseen}

    @property
    def all(self) -> Mapping[str, tuple[str, ...]]:
        """Return every title with its keywords."""
        return {title: words for each in self.sections.values() for title, words in each.items()}

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if len(self.all) < sum(map(len, self.sections.values())):
            raise ValueError("a title is in two sections")
        return self


class Labels(NamedTuple):
    """Everything that is known: a small corpus, the whole of which it is a part, and titles."""

    given: Corpus
    whole: Corpus
    titles: Titles


@cache
def load_labels() -> Labels:
    """Read the files. Raises OSError, ValueError."""
    given, more = (Corpus.model_validate(_read(name)) for name in ("given", "more"))
    titles = Titles.model_validate(_read("titles"))
    return Labels(given.checked(), given.with_more(more).checked(), titles)


def shown(queries: Sequence[Query]) -> Sequence[Query]:
    """Return those that whoever tunes may look at."""
    return [each for each in queries if not each.held]


def held(queries: Sequence[Query]) -> Sequence[Query]:
    """Return those that nobody has looked at."""
    return [each for each in queries if each.held]


def _read(name: str) -> object:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
