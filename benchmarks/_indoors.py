"""Searches asked in our own process: what each part of one takes, and what HNSW misses."""

import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import text

from benchmarks._figures import latency, percentile
from domain import recommendation
from domain.kernel import Database, Window
from domain.recommendation import (
    KINDS,
    Embedder,
    Library,
    Question,
    Shelves,
    find,
    nearest,
    sought,
)
from domain.recommendation.search.ranking import NEAR_MAX
from server.embedders.absent import AbsentEmbedder

T = TypeVar("T")

PAGE: Final = Window(page=1, size=20)
FIRST: Final = 10
ANSWERS: Final = ("search", "search.words")
# The planner then compares every vector there is, also where it has planned otherwise before.
EXACTLY: Final = (
    text("SET LOCAL enable_indexscan = off"),
    text("SET LOCAL plan_cache_mode = force_custom_plan"),
)


class Forgetful:
    """Keeps the words of the index, as a server does, and no answer: every search is made anew."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}

    async def get(
        self, key: Hashable, fetch: Callable[[], Awaitable[T]], *, names: Collection[str]
    ) -> T:
        """Fetch it, or return the words."""
        assert names, "whatever is kept can be forgotten"
        if isinstance(key, tuple) and key[0] in ANSWERS:
            return await fetch()
        if key not in self._kept:
            self._kept[key] = await fetch()
        kept: T = self._kept[key]
        return kept


async def asked_indoors(
    shelves: Shelves, embedder: Embedder, queries: Sequence[str]
) -> dict[str, dict[str, float | int]]:
    """Return how long the model takes for a query, and the search without having to ask it."""
    library = Library(shelves.db, shelves.analytics, embedder, Forgetful())
    worded = Library(shelves.db, shelves.analytics, AbsentEmbedder(), Forgetful())
    texts = [meant for query in queries if (meant := sought(query).text)]

    async def search(of: Library, query: str) -> object:
        return await find(of, Question(text=query, window=PAGE))

    await search(library, queries[0])
    return {
        "embedding": await _timed(embedder.query, texts),
        "reading": await _timed(_reading, queries),
        "search_embedded": await _timed(lambda query: search(library, query), queries),
        "search_by_words": await _timed(lambda query: search(worded, query), queries),
    }


async def recall(analytics: Database, embedder: Embedder, queries: Sequence[str]) -> dict[str, Any]:
    """Return which share of the nearest HNSW finds, when so many are asked for as searches ask."""
    model, found = await embedder.model(), {}
    texts = [meant for query in queries if (meant := sought(query).text)]
    for kind in KINDS:
        hits = all_hits = wanted = all_wanted = 0
        for each in texts:
            vector = await embedder.query(each)
            async with analytics.reads() as session:
                near = await nearest(session, vector, model=model, kind=kind, limit=NEAR_MAX)
            async with analytics.sessions.begin() as session:  # readers have no transaction
                for setting in EXACTLY:
                    await session.execute(setting)
                exact = await nearest(session, vector, model=model, kind=kind, limit=NEAR_MAX)
            hits += _common(near[:FIRST], exact[:FIRST])
            all_hits += _common(near, exact)
            wanted += len(exact[:FIRST])
            all_wanted += len(exact)
        found[kind] = {"at_10": round(hits / wanted, 4), "at_100": round(all_hits / all_wanted, 4)}
    return {"hnsw_recall": found, "hnsw_recall_queries": len(texts)}


def _common(near: Sequence[recommendation.Nearest], exact: Sequence[recommendation.Nearest]) -> int:
    return len({each.item_id for each in near} & {each.item_id for each in exact})


async def _reading(query: str) -> object:
    sought.cache_clear()
    return sought(query)


async def _timed(
    ask: Callable[[str], Awaitable[object]], queries: Sequence[str]
) -> dict[str, float | int]:
    spans = []
    for query in queries:
        began = time.perf_counter()
        await ask(query)
        spans.append(time.perf_counter() - began)
    return latency(spans) | {"p95_ms": round(percentile(sorted(spans), 0.95) * 1e3, 2)}
