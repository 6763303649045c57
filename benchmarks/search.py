"""How fast search is over 100 000 recipes and 50 000 products, and how well HNSW finds the nearest.

Everything is drawn without chance and named as people name it; MariaDB has the texts, PostgreSQL
the index, which is built as ``uhok embed --all`` builds it. The vectors of what is indexed are
cheap stand-ins in the space of the bundled model (``_standin``); queries are embedded by the model
itself, each once, so that no cache knows them. One server process without its clock answers.

``--share 50`` makes a fiftieth of everything, to see whether all is well.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from typing import Any, Final

import structlog
import uvloop
from sqlalchemy import text

from benchmarks._asking import with_query
from benchmarks._cookbook import cookbook, shops
from benchmarks._figures import latency, percentile, report
from benchmarks._house import House, furnished, served
from benchmarks._indoors import asked_indoors, recall
from benchmarks._lookups import cupboards, lookups
from benchmarks._machine import resident_kb
from benchmarks._pool import Request, flat_out
from benchmarks._standin import StandIn, learn
from benchmarks.filling import Size, pour
from domain import kernel, recommendation
from domain.kernel import Base, Database
from domain.recommendation import KINDS, Kind, Progress, Shelves
from server.embedders import Engine, open_embedder
from server.serving import settle_memory
from server.settings import Settings

PROMISED: Final = {
    "search_p95_ms": 60,
    "by_ingredients_p95_ms": 40,
    "hnsw_recall_at_10": 0.95,
    "worker_mb": 350,
}
UNCOUNTED: Final = 50  # queries before the measured ones
COUNTED: Final = 400
ALL: Final = UNCOUNTED + 2 * COUNTED
TOGETHER: Final = 4  # callers at a time, in the second round
BY_INGREDIENTS: Final = "/api/recipes/by-ingredients"
SHOPPERS: Final = 20
SAMPLE: Final = 1_500  # texts that the real model embeds, for the stand-in to learn from
PAGE: Final = 5_000
BATCH: Final = 5_000
# What a database of this size would be given; the tests' one makes do with less.
MEMORY: Final = "1GB"
SIZES: Final = ("search_documents", "search_postings", "search_embeddings", "search_larder")


def whole(share: int) -> Size:
    """Return the size of the shop, or a share of it."""
    return Size(
        recipes=100_000 // share,
        kok_products=25_000 // share,
        hs_products=25_000 // share,
        broadcasts=2_000 // share,
        reviews_each=0,
        users=0,
        orders=0,
    )


@contextmanager
def timed(what: str, told: dict[str, Any]) -> Iterator[None]:
    """Add how many seconds the block took."""
    began = time.perf_counter()
    yield
    told[f"{what}_seconds"] = round(time.perf_counter() - began, 1)
    sys.stderr.write(f"{what}: {told[f'{what}_seconds']} s\n")


async def build(house: House, analytics: Database, embedder: Engine) -> dict[str, Any]:
    """Build the index of everything; return what each part of it took."""
    told: dict[str, Any] = {}
    shelves = Shelves(house.db, analytics)
    tables = ", ".join(Base.metadata.tables)
    house.engines.mariadb.execute(f"ANALYZE TABLE {tables}", database="uhok")
    for kind in KINDS:
        with timed(f"words_of_{kind}", told):
            await _index(shelves, kind)
    passages = await _sample(shelves)
    with timed("learning", told):
        stand_in, rate = await learn(passages, embedder)
    told["model_texts_per_second"] = round(rate, 1)
    with timed("vectors", told):
        await _embed(analytics, stand_in)
    with timed("hnsw", told):  # nothing lacks its vector: the indexes are built, the model answers
        await recommendation.embed_pending(analytics, stand_in, limit=BATCH)
    async with analytics.engine.begin() as connection:
        await connection.execute(text("ANALYZE"))
        for table in SIZES:
            size = await connection.scalar(text(f"SELECT pg_total_relation_size('{table}')"))
            told[f"{table}_mb"] = round(size / 2**20, 1)
    return told


async def _index(shelves: Shelves, kind: Kind) -> None:
    page = Progress()
    while not page.over:
        page = await recommendation.index_page(
            shelves, kind, page, limit=PAGE, now=kernel.utc_now()
        )


async def _embed(analytics: Database, stand_in: StandIn) -> None:
    async with analytics.reads() as session:
        missing = await recommendation.pending_count(session, await stand_in.model())
    while missing > 0:
        missing -= await recommendation.embed_pending(
            analytics, stand_in, limit=min(BATCH, missing)
        )


async def _sample(shelves: Shelves) -> Sequence[str]:
    """Return texts as they are embedded, of each kind as many."""
    passages = []
    async with shelves.analytics.reads() as session:
        for kind in KINDS:
            rows = await session.execute(SAMPLED, {"kind": kind, "most": SAMPLE // len(KINDS)})
            passages += list(rows.scalars())
    return passages


SAMPLED: Final = text(
    "SELECT passage FROM search_documents WHERE kind = :kind ORDER BY content_hash LIMIT :most"
)


async def measure(house: House) -> dict[str, Any]:
    """Ask the server, one caller and then several."""
    resting = resident_kb(house.server)
    asked_of_all, asked_of_recipes = lookups(2 * ALL)[:ALL], lookups(2 * ALL)[ALL:]
    queries = [Request("GET", with_query("/api/search", q=q)) for q in asked_of_all]
    buyers = [buyer.bearer for buyer in await house.buyers(SHOPPERS)]
    dishes = [
        Request("GET", with_query("/api/recipes/search", recipe=q, method="recipe"), headers=who)
        for q, who in zip(asked_of_recipes, cycle(buyers), strict=False)
    ]
    have = [
        Request("GET", _leftovers(names), headers=who)
        for names, who in zip(cupboards(ALL), cycle(buyers), strict=False)
    ]
    found = {}
    for name, requests in (("search", queries), ("recipes", dishes), ("by_ingredients", have)):
        await asked(house, requests[:UNCOUNTED])
        found[name] = await asked(house, requests[UNCOUNTED : UNCOUNTED + COUNTED])
        found[f"{name}_together"] = await asked(house, requests[-COUNTED:], callers=TOGETHER)
    found["suggestions"] = await asked(house, _beginnings())
    memory = {"at_first": resting // 1024, "at_last": resident_kb(house.server) // 1024}
    return {"over_http": found, "worker_mb": memory}


async def asked(
    house: House, requests: Sequence[Request], *, callers: int = 1
) -> dict[str, float | int]:
    """Return how long each request took, each caller asking one after the other."""
    lines = await house.lines(callers)
    spans = await flat_out(lines, requests)
    for line in lines:
        line.transport.close()
    return spread(spans)


def spread(spans: Sequence[float]) -> dict[str, float | int]:
    """Return what is usual, and what 95 of 100 do not exceed, in ms."""
    return latency(spans) | {"p95_ms": round(percentile(sorted(spans), 0.95) * 1e3, 2)}


def _leftovers(names: Sequence[str]) -> str:
    return with_query(BY_INGREDIENTS, ingredient=names, amount=[2] * len(names), size=5)


def _beginnings() -> list[Request]:
    typed = dict.fromkeys(q[: 1 + n % 3] for n, q in enumerate(lookups(COUNTED)))
    return [Request("GET", with_query("/api/search/suggestions", q=each)) for each in typed]


async def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description="Search over many recipes and products.")
    parser.add_argument("--share", type=int, default=1, help="measure so small a share of it all")
    size = whole(parser.parse_args().share)
    told: dict[str, Any] = {}
    # What is printed is JSON, and nothing else.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

    async def fill(_settings: Settings, db: Database, _analytics: Database) -> None:
        with timed("filling", told):
            await pour(db, [*cookbook(size), *shops(size, datetime.now(UTC))])

    async with furnished(fill=fill) as house, open_embedder(house.settings) as embedder:
        house.engines.postgres.execute(f"ALTER SYSTEM SET shared_buffers = '{MEMORY}'")
        house.engines.postgres.restart()
        analytics = kernel.open_database(house.settings.analytics_database)
        told |= await build(house, analytics, embedder)
        queries = lookups(UNCOUNTED + COUNTED)
        indoors = await asked_indoors(Shelves(house.db, analytics), embedder, queries)
        found = await recall(analytics, embedder, queries[::4])
        await analytics.close()
        settle_memory()  # our own pauses would look like the server's
        async with served(house, clock="none") as open_now:
            told |= await measure(open_now)
        items = {"recipes": size.recipes, "products": size.kok_products + size.hs_products}
        report("search", {**items, "promised": PROMISED, **told, "indoors": indoors, **found})


if __name__ == "__main__":
    uvloop.run(main())
