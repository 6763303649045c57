"""Every query asked of a throw-away index in every way there is, and the answers judged."""

import tempfile
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Hashable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeVar

from domain import recipe
from domain.kernel import Database, Window, open_database
from domain.recommendation import (
    Embedder,
    EmbedderUnavailable,
    Indexed,
    Item,
    Kind,
    Library,
    Meaning,
    Question,
    Sought,
    embed_pending,
    find,
    index_documents,
    meaning_of,
    nearest,
    of_recipe,
    rank,
    sought,
)
from server.evaluation.labels import Corpus, Query
from server.evaluation.measures import Judged, Ranked, judge, told_apart
from server.migrate import migrate

T = TypeVar("T")

# "served" is the hybrid of what was meant: what the shop answers after it has put words right.
Method = Literal["words", "vectors", "hybrid", "served"]
METHODS: Final[tuple[Method, ...]] = ("words", "vectors", "hybrid", "served")
ONLY: Final[tuple[Kind, ...]] = ("recipe",)
# What a page shows; whatever comes later is not found.
PAGE: Final = 20
BATCH: Final = 256
WHENEVER: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Answer(NamedTuple):
    """A query's ranking by one method."""

    query: Query
    titles: Sequence[str]
    judged: Judged


class Outcome(NamedTuple):
    """What came of a corpus, by each method."""

    answers: Mapping[Method, Sequence[Answer]]
    told_apart: Mapping[Method, float]  # the share of triples


class Bench:
    """A corpus, indexed, and the model that may be asked."""

    def __init__(self, corpus: Corpus, db: Database, embedder: Embedder | None) -> None:
        self._titles = {number: each.title for number, each in enumerate(corpus.recipes, start=1)}
        self._db = db
        self._embedder = embedder

    @property
    def methods(self) -> Sequence[Method]:
        """Return what can be compared here: without a model, the words alone."""
        return METHODS if self._embedder else ("words",)

    async def answers(self, queries: Sequence[Query]) -> Mapping[Method, Sequence[Answer]]:
        """Return the ranking of each query by each method, judged."""
        found: dict[Method, list[Answer]] = {method: [] for method in self.methods}
        for query in queries:
            for method, ranked in (await self._asked(query.query, limit=PAGE)).items():
                titles = [title for title, _ in ranked]
                found[method].append(Answer(query, titles, judge(ranked, query.gains)))
        return found

    async def told_apart(self, corpus: Corpus) -> Mapping[Method, float]:
        """Return the share of triples whose right recipe comes before the wrong one."""
        hits = dict.fromkeys(self.methods, 0)
        for each in corpus.triples:
            for method, ranked in (
                await self._asked(each.product, limit=len(self._titles))
            ).items():
                hits[method] += told_apart(ranked, each.right, each.wrong)
        return {method: count / len(corpus.triples) for method, count in hits.items()}

    async def _asked(self, text: str, *, limit: int) -> Mapping[Method, Ranked]:
        wanted = sought(text)
        ways: dict[Method, Ranked] = {"words": await self._ranked(wanted, None, limit=limit)}
        if self._embedder:
            meaning = await self._meaning(wanted, self._embedder)
            ways["vectors"] = await self._near(meaning, limit=limit) if meaning else ()
            ways["hybrid"] = await self._ranked(wanted, meaning, limit=limit)
            read_as = sought(await self._read_as(text, self._embedder))
            meant = await self._meaning(read_as, self._embedder)
            ways["served"] = await self._ranked(read_as, meant, limit=limit)
        return ways

    async def _meaning(self, wanted: Sought, embedder: Embedder) -> Meaning | None:
        if not wanted.text:
            return None
        return await meaning_of(wanted.text, embedder)

    async def _read_as(self, text: str, embedder: Embedder) -> str:
        """Return what a search would put in place of the text, or the text itself."""
        library = Library(self._db, self._db, embedder, _KeepsNothing())
        asked = Question(text=text, window=Window(PAGE), kinds=ONLY, shown=ONLY)
        return (await find(library, asked)).corrected or text

    async def _ranked(self, wanted: Sought, meaning: Meaning | None, *, limit: int) -> Ranked:
        async with self._db.reads() as session:
            ranking = await rank(session, wanted, meaning, kind="recipe", limit=limit)
        # What has all that is looked for comes first, whatever its score.
        return [
            (self._titles[item_id], (place < ranking.exact, score))
            for place, (item_id, score) in enumerate(ranking)
        ][:limit]

    async def _near(self, meaning: Meaning, *, limit: int) -> Ranked:
        vector, model = meaning
        async with self._db.reads() as session:
            near = await nearest(session, vector, model=model, kind="recipe", limit=limit)
        return [(self._titles[each.item_id], each.distance) for each in near]


class _KeepsNothing:
    """Nothing is asked twice here, so whatever it is known by is of no account."""

    async def get(
        self,
        key: Hashable,
        fetch: Callable[[], Awaitable[T]],
        *,
        names: Collection[str],
    ) -> T:
        return await fetch()


async def outcome(corpus: Corpus, embedder: Embedder) -> Outcome:
    """Index a corpus in a folder that is thrown away, and ask everything of it."""
    async with indexed(corpus, embedder) as bench:
        return Outcome(await bench.answers(corpus.queries), await bench.told_apart(corpus))


@asynccontextmanager
async def indexed(corpus: Corpus, embedder: Embedder) -> AsyncIterator[Bench]:
    """Index a corpus where nobody else looks; without its model the words are there."""
    with tempfile.TemporaryDirectory(prefix="uhok-evaluation-") as folder:
        db = open_database(f"sqlite+aiosqlite:///{Path(folder)}/analytics.db")
        try:
            await migrate(db, "analytics")
            async with db.sessions.begin() as session:
                await index_documents(session, list(_documents(corpus)), now=WHENEVER)
            yield Bench(corpus, db, embedder if await _embedded(db, embedder) else None)
        finally:
            await db.close()


async def _embedded(db: Database, embedder: Embedder) -> bool:
    try:
        while await embed_pending(db, embedder, limit=BATCH):
            pass
    except EmbedderUnavailable:
        return False
    return True


def _documents(corpus: Corpus) -> Iterator[Indexed]:
    """Yield the recipes as the shop indexes its own: a dish's name is all there is of a title."""
    for number, each in enumerate(corpus.recipes, start=1):
        made_of = (recipe.Ingredient(n, name, None, None) for n, name in enumerate(each.made_of))
        text = recipe.RecipeText(number, each.title, each.title, "", "", "", 0, tuple(made_of))
        yield Indexed(Item("recipe", number), of_recipe(text))
