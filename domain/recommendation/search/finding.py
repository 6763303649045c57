"""Finding what somebody looks for: by the index and the model, or by plain rules without them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from domain.kernel import Database, Window, folded, is_unavailable
from domain.recommendation.embedding import Embedder, EmbedderUnavailable
from domain.recommendation.index import (
    EVERY,
    Nearest,
    Posted,
    index_version,
    nearest,
    postings_by_kind,
)
from domain.recommendation.kinds import KINDS, Kind
from domain.recommendation.search.listing import Place, Places, Row
from domain.recommendation.search.ranking import NEAR_MAX, ROWS_WANTED, Ranking, ranked
from domain.recommendation.search.rules import by_rules
from domain.recommendation.search.scoring import terms_of
from domain.recommendation.search.spelling import readings, unknown_words
from domain.recommendation.search.suggesting import common_words
from domain.recommendation.search.vectors import Meaning, meaning_of
from domain.recommendation.text import Sought, from_latin, sought

T = TypeVar("T")

# The rules answer when the index has not.
INDEX_SECONDS: Final = 3
# The name of what is kept; its key has the index's version, so nothing needs to be told of it.
KEPT: Final = ("search",)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for among which kinds, ``shown`` those of which rows are wanted."""

    text: str
    window: Window
    kinds: Sequence[Kind] = KINDS
    shown: Sequence[Kind] = KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """One part of what was found.

    ``exact`` of the rows there are have everything that was looked for; ``corrected`` is what was
    searched instead of what was typed; ``semantic`` tells that vectors had a say.
    """

    rows: Sequence[Row]
    totals: Mapping[Kind, int]  # of each kind, shown or not
    total: int
    exact: int
    corrected: str | None
    semantic: bool
    next_cursor: str | None


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


async def find(library: Library, question: Question) -> Findings:
    """Return a part of what answers the question, the best first. Raises CursorInvalid.

    The model is asked, and waited for, while no connection is held. Without it the words decide;
    without the index, or before anything is indexed, the rules of each context answer.
    """
    cursor = question.window.cursor
    place = None if cursor is None else Place.of(cursor)
    try:
        async with asyncio.timeout(INDEX_SECONDS):
            found = await _by_index(library, question, place)
    except Exception as error:  # whatever a driver raises when its database is away
        if not is_unavailable(error):
            raise
        found = None
    return found or await _by_rules(library, question, place)


async def _by_index(library: Library, question: Question, place: Place | None) -> Findings | None:
    """Return what the index knows; None when there is nothing in it."""
    version = place.version if place else 0
    if not version:
        async with library.analytics.reads() as session:
            version = await index_version(session)
    if not version:
        return None
    answer = await _answered(library, question, version)
    places = Places({kind: answer.rankings[kind] for kind in question.shown})
    start = places.start(question.window, place)
    return Findings(
        rows=(rows := places.part(start, question.window.size)),
        totals={kind: ranking.total for kind, ranking in answer.rankings.items()},
        total=places.total,
        exact=sum(answer.rankings[kind].exact for kind in question.shown),
        corrected=answer.read_as,
        semantic=answer.semantic,
        next_cursor=_cursor(version, start, rows, total=places.total),
    )


async def _by_rules(library: Library, question: Question, place: Place | None) -> Findings:
    window = question.window
    start = window.before if place is None else place.position + 1
    async with library.db.reads() as session:
        found = await by_rules(
            session,
            question.text,
            kinds=question.kinds,
            shown=question.shown,
            part=range(start, start + window.size),
        )
    total = sum(found.totals[kind] for kind in question.shown)
    return Findings(
        rows=found.rows,
        totals=found.totals,
        total=total,
        exact=total,
        corrected=None,
        semantic=False,
        next_cursor=_cursor(0, start, found.rows, total=total),
    )


def _cursor(version: int, start: int, rows: Sequence[Row], *, total: int) -> str | None:
    end = start + len(rows)
    return Place(version, end - 1, rows[-1].item).cursor() if rows and end < total else None


async def _answered(library: Library, question: Question, version: int) -> Answer:
    """Return the answer, kept for whoever turns the page; one without the model is kept apart."""
    text, kinds = folded(question.text), tuple(question.kinds)

    async def answer(*, with_model: bool) -> Answer:
        desk = _Desk(library, kinds, version, with_model=with_model)
        return await desk.answer(text)

    if sought(text).text:
        try:
            return await library.kept.get(
                ("search", version, text, kinds), lambda: answer(with_model=True), names=KEPT
            )
        except EmbedderUnavailable:
            pass  # the words alone are an answer, too
    key = ("search.words", version, text, kinds)
    return await library.kept.get(key, lambda: answer(with_model=False), names=KEPT)


class _Desk:
    """Where one question is worked on."""

    def __init__(
        self, library: Library, kinds: Sequence[Kind], version: int, *, with_model: bool
    ) -> None:
        self._library, self._kinds, self._version = library, kinds, version
        self._with_model = with_model

    async def answer(self, text: str) -> Answer:
        """Return the answer to the text, or to what was meant by it, if only that finds anything.

        Raises EmbedderUnavailable.
        """
        meant = " ".join(from_latin(word) or word for word in text.split())
        typed = await self._read(text)
        if typed.exact:
            return replace(typed, read_as=None if meant == text else meant)
        for reading in await self._readings(meant):
            read = await self._read(reading)
            if read.exact:
                return replace(read, read_as=reading)
        return typed

    async def _read(self, text: str) -> Answer:
        asked = sought(text)
        # The model thinks while the lists are read; no connection waits for it.
        lists, meaning = await asyncio.gather(self._lists(asked), self._meaning(asked))
        found = await asyncio.gather(*(self._near(meaning, kind) for kind in self._kinds))
        near = dict(zip(self._kinds, found, strict=True))
        return Answer(
            rankings={
                kind: await ranked(lists[kind], asked, near[kind], limit=ROWS_WANTED)
                for kind in self._kinds
            },
            read_as=None,
            semantic=any(near.values()),
        )

    async def _lists(self, asked: Sought) -> Mapping[Kind, Mapping[str, Posted]]:
        async with self._library.analytics.reads() as session:
            return await postings_by_kind(session, self._kinds, [*terms_of(asked), EVERY])

    async def _meaning(self, asked: Sought) -> Meaning | None:
        if not (self._with_model and asked.text):
            return None
        return await meaning_of(asked.text, self._library.embedder)

    async def _near(self, meaning: Meaning | None, kind: Kind) -> Sequence[Nearest]:
        if meaning is None:
            return ()
        async with self._library.analytics.reads() as session:
            return await nearest(
                session, meaning.vector, model=meaning.model, kind=kind, limit=NEAR_MAX
            )

    async def _readings(self, text: str) -> Sequence[str]:
        async with self._library.analytics.reads() as session:
            unknown = await unknown_words(session, text, self._kinds)
        if not unknown:
            return ()

        async def words() -> Mapping[str, str]:
            async with self._library.analytics.reads() as session:
                return await common_words(session)

        known = await self._library.kept.get(
            ("search.vocabulary", self._version), words, names=KEPT
        )
        return await readings(text, unknown, known)
