"""The nearest items by their vectors: exact in numpy, by HNSW in PostgreSQL, one contract."""

import asyncio

import numpy as np
import pytest
from sqlalchemy import event, insert, select, text

from domain.kernel import open_database
from domain.recommendation import (
    EmbedderUnavailable,
    Indexed,
    Item,
    Model,
    active_model,
    embed_pending,
    forget_retired,
    index_documents,
    index_version,
    nearest,
    nearest_to,
    pending_count,
)
from domain.recommendation.index import forget_documents, hnsw
from domain.recommendation.index.models import Embedding, EmbeddingModel
from domain.recommendation.text import Source, passage
from tests.embedders import BrokenEmbedder, HashEmbedder

DISHES = ("김치찌개", "된장찌개", "두부조림", "삼겹살구이", "미역국", "떡볶이", "잡채", "갈비찜")
MODEL = Model("hash", 64)


@pytest.fixture
def embedder():
    """A model that needs none."""
    return HashEmbedder()


@pytest.fixture
async def filed(analytics, clock):
    """Eight recipes and four products of the always-open shop."""
    await file(analytics, *(a_doc(n, dish) for n, dish in enumerate(DISHES, start=1)), now=clock())
    products = (a_doc(n, dish, kind="kok") for n, dish in enumerate(DISHES[:4], start=1))
    await file(analytics, *products, now=clock())
    return analytics


def a_doc(number, title, kind="recipe"):
    return Indexed(Item(kind, number), Source(title, (), (), 1))


def text_of(title):
    """Return what is embedded of such an item."""
    return passage(a_doc(1, title).source)


async def file(analytics, *docs, now):
    async with analytics.sessions.begin() as session:
        await index_documents(session, docs, now=now)


async def embedded(analytics, embedder, **how):
    """Embed until nothing is left; return how many were."""
    total = 0
    while count := await embed_pending(analytics, embedder, limit=5, **how):
        total += count
    return total


async def near(analytics, vector, *, model=MODEL, kind="recipe", limit=3, exclude=()):
    async with analytics.reads() as session:
        return await nearest(session, vector, model=model, kind=kind, limit=limit, exclude=exclude)


async def vectors_of(analytics):
    async with analytics.reads() as session:
        rows = await session.execute(
            select(Embedding.model_id, Embedding.kind, Embedding.item_id, Embedding.vector)
        )
        return {(row.model_id, row.kind, row.item_id): row.vector for row in rows}


async def vector_indexes(analytics):
    """Return the vector indexes that PostgreSQL has for models that are there."""
    async with analytics.reads() as session:
        ids = (await session.scalars(select(EmbeddingModel.model_id))).all()
        if session.get_bind().dialect.name != "postgresql":
            return None
        names = await session.scalars(
            text("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'search_hnsw_%'")
        )
        return sorted(name for name in names if int(name.split("_")[2]) in ids)


def exactly(wanted, docs, *, limit):
    """Return the nearest by looking at each: ids, nearest first."""
    return sorted(docs, key=lambda number: (1 - float(docs[number] @ wanted), number))[:limit]


async def test_the_nearest_come_first(filed, embedder):
    """As looking at each vector would find them; distances ascend from that of the same text."""
    assert await embedded(filed, embedder) == 12
    rows = await embedder.passages([text_of(dish) for dish in DISHES])
    docs = dict(enumerate(rows, start=1))
    for dish in DISHES:
        sought = await embedder.query(text_of(dish))
        found = await near(filed, sought)
        assert [each.item_id for each in found] == exactly(sought, docs, limit=3)
        assert found[0].distance == pytest.approx(0, abs=1e-3)
        assert [each.distance for each in found] == sorted(each.distance for each in found)


async def test_only_as_many_as_there_are(filed, embedder):
    """A limit beyond the end is harmless, one of nothing asks for nothing."""
    await embedded(filed, embedder)
    sought = await embedder.query("찌개")
    assert len(await near(filed, sought, limit=100)) == 8
    assert len(await near(filed, sought, limit=7)) == 7
    assert len(await near(filed, sought, kind="kok", limit=100)) == 4
    assert await near(filed, sought, kind="homeshopping") == []
    assert await near(filed, sought, limit=0) == []


async def test_what_is_excluded_makes_room(filed, embedder):
    """The next ones are found in its stead; unknown ids are harmless, and all leave none."""
    await embedded(filed, embedder)
    sought = await embedder.query("김치찌개")
    every = [each.item_id for each in await near(filed, sought, limit=8)]
    rest = await near(filed, sought, exclude={every[0], every[2], 999})
    assert [each.item_id for each in rest] == [every[1], every[3], every[4]]
    assert await near(filed, sought, exclude=range(100)) == []


async def test_equals_are_in_the_order_of_their_ids(analytics, embedder, clock):
    """The answer is a function of the index and the vector."""
    await file(analytics, *(a_doc(n, "김치찌개") for n in (9, 2, 7, 4)), now=clock())
    await embedded(analytics, embedder)
    found = await near(analytics, await embedder.query("김치찌개"), limit=4)
    assert [each.item_id for each in found] == [2, 4, 7, 9]


async def test_a_model_without_vectors_finds_nothing(filed, embedder):
    """Another name, another dimension, or a model that is not embedded by yet."""
    sought = await embedder.query("찌개")
    assert await near(filed, sought) == []
    await embedded(filed, embedder)
    assert await near(filed, sought, model=Model("other", 64)) == []
    longer = await HashEmbedder(80).query("찌개")
    assert await near(filed, longer, model=Model("hash", 80)) == []


async def test_items_near_an_item_leave_it_out(filed, embedder):
    """Among its own kind; the same number of another kind is another item."""
    await embedded(filed, embedder)
    async with filed.reads() as session:
        own = await nearest_to(session, Item("recipe", 1), kind="recipe", limit=3)
        other = await nearest_to(session, Item("recipe", 1), kind="kok", limit=3)
        without = await nearest_to(session, Item("recipe", 1), kind="kok", limit=3, exclude=[1])
        unknown = await nearest_to(session, Item("recipe", 99), kind="kok", limit=3)
    assert 1 not in [each.item_id for each in own]
    assert other[0].item_id == 1
    assert other[0].distance == pytest.approx(0, abs=1e-3)
    assert 1 not in [each.item_id for each in without]
    assert (len(own), len(other), len(without), unknown) == (3, 3, 3, [])


async def test_embedding_goes_on_where_it_was(filed):
    """A model that fails in the middle keeps what it did; nothing is asked twice."""
    fragile = BrokenEmbedder()
    with pytest.raises(EmbedderUnavailable):
        await embed_pending(filed, fragile, limit=5)
    fragile.mended = True
    assert await embed_pending(filed, fragile, limit=5) == 5
    fragile.mended = False
    with pytest.raises(EmbedderUnavailable):
        await embed_pending(filed, fragile, limit=5)
    fragile.mended = True
    async with filed.reads() as session:
        assert await pending_count(session, MODEL) == 7
    assert await embedded(filed, fragile) == 7
    assert len(fragile.inner.asked) == 12


async def test_nothing_new_asks_nothing(filed, embedder):
    """Once all is embedded, one look at the versions says so."""
    await embedded(filed, embedder)
    asked, seen = len(embedder.asked), []

    def hear(connection, cursor, statement, *rest):
        seen.append(statement)

    event.listen(filed.readers.sync_engine, "before_cursor_execute", hear)
    try:
        assert await embed_pending(filed, embedder, limit=5) == 0
    finally:
        event.remove(filed.readers.sync_engine, "before_cursor_execute", hear)
    assert len([each for each in seen if "search_" in each]) == 1
    assert len(embedder.asked) == asked


async def test_only_a_changed_text_is_embedded_anew(filed, embedder, clock):
    """Another rank is no other text."""
    await embedded(filed, embedder)
    await file(filed, a_doc(1, "순두부찌개"), now=clock())
    await file(filed, Indexed(Item("recipe", 2), Source(DISHES[1], (), (), 200)), now=clock())
    asked = len(embedder.asked)
    assert await embedded(filed, embedder) == 1
    assert embedder.asked[asked:] == [text_of("순두부찌개")]
    found = await near(filed, await embedder.query(text_of("순두부찌개")), limit=1)
    assert found[0].item_id == 1


class Interrupted(HashEmbedder):
    """Lets something happen while the model works."""

    def __init__(self, meanwhile, dimension=64):
        super().__init__(dimension)
        self.meanwhile = meanwhile

    async def passages(self, texts):
        """Work, and let it happen once."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super().passages(texts)


async def test_a_text_that_changes_while_the_model_works_is_embedded_again(filed, clock):
    """The vector of the old text is not kept."""

    async def change():
        await file(filed, a_doc(1, "순두부찌개"), now=clock())

    embedder = Interrupted(change)
    assert await embedded(filed, embedder) == 12
    found = await near(filed, await embedder.query(text_of("순두부찌개")), limit=1)
    assert found[0].item_id == 1
    assert found[0].distance == pytest.approx(0, abs=1e-3)


async def test_an_item_that_goes_while_the_model_works_stays_gone(filed):
    """No vector of it is found afterwards."""

    async def forget():
        async with filed.sessions.begin() as session:
            await forget_documents(session, [Item("recipe", 1)])

    embedder = Interrupted(forget)
    assert await embedded(filed, embedder) == 11
    found = await near(filed, await embedder.query("김치찌개"), limit=100)
    assert 1 not in [each.item_id for each in found]


async def test_no_transaction_is_open_while_the_model_works(filed):
    """Others can write meanwhile, and every connection is at rest."""
    in_use = []

    async def look():
        in_use.append(filed.in_use)

    await embedded(filed, Interrupted(look))
    assert in_use == [0]


async def test_two_who_embed_at_once_end_with_one_vector_each(filed):
    """The work may be done twice, and no more comes of it."""
    await asyncio.gather(*(embedded(filed, HashEmbedder()) for _ in range(3)))
    assert len(await vectors_of(filed)) == 12
    async with filed.reads() as session:
        assert await active_model(session) == MODEL
        assert await pending_count(session, MODEL) == 0


async def test_vectors_of_the_wrong_shape_are_no_vectors(filed):
    """A model that promises 64 numbers and brings 80 is down."""

    class Liar(HashEmbedder):
        async def model(self):
            return MODEL

    with pytest.raises(EmbedderUnavailable):
        await embed_pending(filed, Liar(80), limit=5)
    assert await vectors_of(filed) == {}


async def test_another_process_reads_what_changed(filed, embedder, analytics_url, clock):
    """What is kept in memory is given up when the index is another."""
    await embedded(filed, embedder)
    other = open_database(analytics_url)
    sought = await embedder.query(text_of("순두부찌개"))
    before = await near(other, sought, limit=1)
    await file(filed, a_doc(77, "순두부찌개"), now=clock())
    await embedded(filed, embedder)
    after = await near(other, sought, limit=1)
    await other.close()
    assert (before[0].item_id != 77, after[0].item_id) == (True, 77)


async def test_a_new_model_answers_once_it_is_whole(filed, embedder, clock):
    """Searches by the old one find what they did, before, while and after it is built."""
    await embedded(filed, embedder)
    new, sought = HashEmbedder(80), await embedder.query("김치찌개")
    wide = await new.query("김치찌개")
    model = await new.model()
    found = await near(filed, sought)
    while await embed_pending(filed, new, limit=5, clock=clock):
        async with filed.reads() as session:
            assert await active_model(session) == MODEL
        assert await near(filed, sought) == found
        assert await near(filed, wide, model=model) == []
    async with filed.reads() as session:
        assert await active_model(session) == model
    assert (await near(filed, wide, model=model))[0].item_id == 1
    # Workers that were not restarted yet still ask by the old one.
    assert await near(filed, sought) == found


async def test_a_replaced_model_goes_after_an_hour(filed, embedder, clock):
    """Its rows and its indexes; the other's stay."""
    await embedded(filed, embedder, clock=clock)
    await embedded(filed, HashEmbedder(80), clock=clock)
    clock.forward(minutes=59)
    assert await forget_retired(filed, now=clock()) == 0
    clock.forward(minutes=2)
    assert await forget_retired(filed, now=clock()) == 1
    assert {row.size for row in (await vectors_of(filed)).values()} == {80}
    assert len(await vector_indexes(filed) or "123") == 3
    assert await near(filed, await embedder.query("김치찌개")) == []
    assert await forget_retired(filed, now=clock()) == 0


async def test_a_clock_that_is_not_restarted_yet_does_not_switch_back(filed, embedder, clock):
    """Only who asks for it revives a model that was replaced, and then it goes on where it was."""
    await embedded(filed, embedder, clock=clock)
    await embedded(filed, HashEmbedder(80), clock=clock)
    await file(filed, a_doc(77, "순두부찌개"), now=clock())
    assert await embedded(filed, embedder, clock=clock) == 0
    assert await embedded(filed, embedder, clock=clock, revive=True) == 1
    async with filed.reads() as session:
        assert await active_model(session) == MODEL
    assert (await near(filed, await embedder.query(text_of("순두부찌개")), limit=1))[
        0
    ].item_id == 77


async def test_a_half_built_model_goes_on_later(filed, embedder, clock):
    """The active one keeps up with what is new, and leaves the other's vectors alone."""
    await embedded(filed, embedder, clock=clock)
    new = HashEmbedder(80)
    assert await embed_pending(filed, new, limit=5, clock=clock) == 5
    await file(filed, a_doc(77, "순두부찌개"), now=clock())
    assert await embedded(filed, embedder, clock=clock) == 1
    clock.forward(hours=3)
    assert await forget_retired(filed, now=clock()) == 0
    assert await embedded(filed, new, clock=clock) == 8


async def test_a_model_that_was_replaced_half_built_never_answers(filed, embedder, clock):
    """Half of the answers would be missing."""
    await embedded(filed, embedder, clock=clock)
    half = HashEmbedder(70)
    await embed_pending(filed, half, limit=5, clock=clock)
    await embedded(filed, HashEmbedder(80), clock=clock)
    assert await near(filed, await half.query("찌개"), model=await half.model()) == []
    clock.forward(hours=1, seconds=1)
    assert await forget_retired(filed, now=clock()) == 2


async def test_the_versions_tell_of_vectors_apart_from_texts(filed, embedder):
    """Whoever keeps rankings compares both."""
    async with filed.reads() as session:
        before = [await index_version(session), await index_version(session, "vectors")]
    await embedded(filed, embedder)
    async with filed.reads() as session:
        after = [await index_version(session), await index_version(session, "vectors")]
    assert (after[0], after[1] > before[1]) == (before[0], True)


on_postgres = pytest.mark.parametrize("analytics_url", ["postgres"], indirect=True)


async def plan(analytics, statement, **given):
    """Return how PostgreSQL would answer, were it not for the few rows of a test."""
    written = statement.params(**given).compile(
        analytics.engine, compile_kwargs={"literal_binds": True}
    )
    async with analytics.engine.connect() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        await connection.execute(text("SET LOCAL enable_sort = off"))
        return "\n".join(await connection.scalars(text(f"EXPLAIN {written}")))


async def the_space(analytics, kind="recipe"):
    async with analytics.reads() as session:
        row = (await session.scalars(select(EmbeddingModel))).one()
    return hnsw.Space(row.model_id, row.dimension, kind)


@on_postgres
async def test_each_kind_has_its_index_and_searches_use_it(filed, embedder):
    """Partial, over the cast to the model's dimension; also when something is excluded."""
    await embedded(filed, embedder)
    names = await vector_indexes(filed)
    assert [name.rpartition("_")[2] for name in names] == ["homeshopping", "kok", "recipe"]
    space, sought = await the_space(filed), await embedder.query("찌개")
    asked = {"sought": sought, "most": 3}
    for excluding, others in ((False, {}), (True, {"others": [1, 2]})):
        statement = hnsw._nearest(space, excluding=excluding)
        how = await plan(filed, statement, **asked, **others)
        assert f"Index Scan using {space.name}" in how


@on_postgres
async def test_an_index_whose_build_was_interrupted_is_built_again(filed, embedder, clock):
    """PostgreSQL leaves an invalid one behind, which no search may use."""
    await embedded(filed, embedder)
    space = await the_space(filed)
    async with filed.sessions.begin() as session:
        spoil = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = :name ::regclass"
        await session.execute(text(spoil.replace(":name ", f"'{space.name}'")))
    await file(filed, a_doc(77, "순두부찌개"), now=clock())
    assert await embedded(filed, embedder) == 1
    async with filed.reads() as session:
        valid = text(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = CAST(:n AS text)::regclass"
        )
        assert await session.scalar(valid, {"n": space.name})


@on_postgres
async def test_one_builds_at_a_time(filed, embedder):
    """The other does not wait: it comes again, and until then the model is not whole."""
    async with filed.engine.connect() as builder:
        await builder.execute(text(f"SELECT pg_advisory_lock({hnsw.BUILDING})"))
        assert await embedded(filed, embedder) == 12
        assert await vector_indexes(filed) == []
        await builder.execute(text(f"SELECT pg_advisory_unlock({hnsw.BUILDING})"))
    assert await embedded(filed, embedder) == 0
    assert len(await vector_indexes(filed)) == 3


@on_postgres
async def test_hnsw_finds_what_looking_at_each_would(filed, embedder):
    """Recall of the first ten above 0.95, and a filter that leaves little starves no search."""
    dice = np.random.default_rng(7)
    rows = dice.standard_normal((2_000, 64)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    await embedded(filed, embedder)
    space = await the_space(filed)
    async with filed.sessions.begin() as session:
        await session.execute(
            insert(Embedding),
            [
                {
                    "model_id": space.model_id,
                    "kind": "recipe",
                    "item_id": number,
                    "content_hash": "",
                    "vector": row,
                }
                for number, row in enumerate(rows, start=1_000)
            ],
        )
    async with filed.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(
            text("ANALYZE search_embeddings")
        )
    docs, hits = dict(enumerate(rows, start=1_000)), 0
    for row in rows[:50]:
        wanted = exactly(row, docs, limit=10)
        hits += len({each.item_id for each in await near(filed, row, limit=10)} & set(wanted))
    assert hits >= 0.95 * 500
    left = await near(filed, rows[0], limit=10, exclude=range(1_950))
    assert [each.item_id >= 1_950 for each in left] == [True] * 10
