"""The rankings of one text: as it was read or meant, and fused with what means the same."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, TypeVar

from domain.kernel import Database
from domain.recommendation.embedding import (
    Embedder,
    EmbedderUnavailable,
    Meaning,
    Model,
    Vector,
    meaning_of,
)
from domain.recommendation.index import (
    EVERY,
    NOTHING,
    Nearest,
    Vectors,
    nearest_among,
    postings_by_kind,
    searchable,
)
from domain.recommendation.kinds import KINDS, Kind
from domain.recommendation.search.ranking import NEAR_MAX, ROWS_WANTED, Ranking, fused, worded
from domain.recommendation.search.scoring import Catalogue, Scored, terms_of
from domain.recommendation.search.spelling import readings, unknown_words
from domain.recommendation.search.suggesting import common_words
from domain.recommendation.text import KnownWords, sought

T = TypeVar("T")

# The name of what is kept; its key has the index's version, so nothing needs to be told of it.
KEPT: Final = ("search",)
EVERYTHING: Final = "search.everything"
VOCABULARY: Final = "search.vocabulary"


class Keeping(Protocol):
    """Keeps values for a while; many who want the same one wait for the first to fetch it."""

    async def get(
        self, key: Hashable, fetch: Callable[[], Awaitable[T]], *, names: Collection[str]
    ) -> T:
        """Return the value of the key, fetched if need be."""
        ...


@dataclass(frozen=True, slots=True)
class Library:
    """Where searches look, and what keeps the rankings from one page to the next."""

    db: Database
    analytics: Database
    embedder: Embedder
    kept: Keeping


@dataclass(frozen=True, slots=True)
class Answer:
    """The rankings of a text, and what it was read as."""

    rankings: Mapping[Kind, Ranking]
    read_as: str | None
    semantic: bool

    def __len__(self) -> int:
        """Return how many bytes it takes to keep."""
        return sum(
            each.ids.nbytes + each.scores.nbytes + each.matches.nbytes
            for each in self.rankings.values()
        )

    @property
    def exact(self) -> int:
        """Return how many items have everything that was looked for."""
        return sum(each.exact for each in self.rankings.values())


@dataclass(frozen=True, slots=True)
class Everything:
    """The catalogue of each kind."""

    catalogues: Mapping[Kind, Catalogue]

    def __len__(self) -> int:
        """Return how many bytes it takes to keep."""
        return sum(each.nbytes for each in self.catalogues.values())


async def answered(library: Library, text: str, kinds: Sequence[Kind], *, version: int) -> Answer:
    """Return the answer, kept for whoever turns the page; one without the model is kept apart."""
    asked = (version, text, tuple(kinds))

    async def answer(*, with_model: bool) -> Answer:
        return await _Desk(library, kinds, version, with_model=with_model).answer(text)

    if sought(text).text:
        try:
            return await library.kept.get(
                ("search", *asked), lambda: answer(with_model=True), names=KEPT
            )
        except EmbedderUnavailable:
            pass  # the words alone are an answer, too
    return await library.kept.get(
        ("search.words", *asked), lambda: answer(with_model=False), names=KEPT
    )


class _Read(NamedTuple):
    """What the words of a text find of each kind, and what it means, which the model may tell.

    ``vectors`` are those that may then be compared with it.
    """

    found: Mapping[Kind, Scored]
    meaning: asyncio.Task[Meaning | None] | None
    vectors: Mapping[Model, Vectors]

    @property
    def exact(self) -> bool:
        """Tell whether anything has everything that is looked for."""
        return any(each.exact.any() for each in self.found.values())


class _Desk:
    """Where one question is worked on."""

    def __init__(
        self, library: Library, kinds: Sequence[Kind], version: int, *, with_model: bool
    ) -> None:
        self._library, self._kinds, self._version = library, kinds, version
        self._with_model = with_model
        self._thinking: list[asyncio.Task[Meaning | None]] = []

    async def answer(self, text: str) -> Answer:
        """Return the answer to the text, or to what was meant by it, if only that finds anything.

        Raises EmbedderUnavailable.
        """
        try:
            read, read_as = await self._understood(text)
            near = await self._near(read)
        finally:
            for each in self._thinking:
                each.cancel()
        rankings = await fused(read.found, near, limit=ROWS_WANTED)
        return Answer(rankings, read_as, semantic=any(near.values()))

    async def _understood(self, text: str) -> tuple[_Read, str | None]:
        typed = await self._read(text)
        for reading in () if typed.exact else await self._readings(text):
            other = await self._read(reading)
            if other.exact:
                return other, reading
        return typed, None

    async def _read(self, text: str) -> _Read:
        """Look up the words, while the model thinks; no connection waits for it."""
        asked, meaning = sought(text), None
        if self._with_model and asked.text:
            meaning = asyncio.create_task(self._meaning(asked.text))
            self._thinking.append(meaning)
        every = await self._every()
        async with self._library.analytics.reads() as session:
            lists = await postings_by_kind(session, self._kinds, terms_of(asked))
            vectors = await searchable(session) if meaning else {}
        return _Read(await worded(lists, asked, every), meaning, vectors)

    async def _every(self) -> Mapping[Kind, Catalogue]:
        """Return the catalogues, which are the same for all questions."""

        async def read() -> Everything:
            async with self._library.analytics.reads() as session:
                found = await postings_by_kind(session, KINDS, [EVERY])
            return Everything(
                {kind: Catalogue.of(own.get(EVERY, NOTHING)) for kind, own in found.items()}
            )

        every = await self._library.kept.get((EVERYTHING, self._version), read, names=KEPT)
        return {kind: every.catalogues[kind] for kind in self._kinds}

    async def _meaning(self, text: str) -> Meaning | None:
        with suppress(EmbedderUnavailable):
            return await meaning_of(text, self._library.embedder)
        return None

    async def _near(self, read: _Read) -> Mapping[Kind, Sequence[Nearest]]:
        if read.meaning is None:
            return {}
        meaning = await read.meaning
        if meaning is None:
            raise EmbedderUnavailable
        vectors = read.vectors.get(meaning.model)
        if vectors is None:
            return {}
        # Each on its own connection: the database may search them at once.
        found = await asyncio.gather(
            *(self._near_of(kind, meaning.vector, vectors) for kind in self._kinds)
        )
        return dict(zip(self._kinds, found, strict=True))

    async def _near_of(self, kind: Kind, vector: Vector, vectors: Vectors) -> Sequence[Nearest]:
        async with self._library.analytics.reads() as session:
            return await nearest_among(session, vectors, vector, kind=kind, limit=NEAR_MAX)

    async def _readings(self, text: str) -> Sequence[str]:
        every = await self._every()
        async with self._library.analytics.reads() as session:
            unknown = await unknown_words(session, text, every)
        if not unknown:
            return ()

        async def words() -> KnownWords:
            async with self._library.analytics.reads() as session:
                return await common_words(session)

        # Words come and go slowly: these may be a minute old, of whatever version.
        known = await self._library.kept.get(VOCABULARY, words, names=KEPT)
        return await readings(text, unknown, known)
