"""The index follows the shop: at least once, however the clock is interrupted."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from domain.kernel import Base, Fact, UserId, open_database
from domain.recipe import Leftover
from domain.recommendation import (
    Item,
    Model,
    Shelves,
    active_model,
    document_counts,
    embed_pending,
    entered,
    index_changes,
    index_version,
    nearest,
    recent_queries,
    remember_entered,
    remember_query,
)
from domain.recommendation.index import postings
from domain.recommendation.index.changes import Pending, hear, pending_changes
from scheduler.jobs.notification import JOBS as HEARING
from scheduler.jobs.recommendation import JOBS
from tests.embedders import BrokenEmbedder, HashEmbedder
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.scheduler.laws import rests, ring_all, two_clocks

MODEL = Model("hash", 64)
INDEX, EMBED = (
    next(job for job in JOBS if job.name == f"recommendation.{name}") for name in ("index", "embed")
)
OURS = (INDEX, EMBED)
FORGETTING = tuple(job for job in JOBS if job.name.endswith(("queries", "pantry")))


@pytest.fixture
def tools(tools, analytics):
    """What jobs may use, with an analytics database of its own."""
    return replace(tools, analytics=analytics)


@pytest.fixture
async def shop(tools):
    """One item of each kind, heard of."""
    async with tools.db.sessions.begin() as session:
        await a_recipe(session, 1, "김치찌개", "배추김치", "돼지고기 200 g")
        await kok_grocery(session, 2, "국내산 삼겹살 500g")
        await hs_grocery(session, 3, "제주 감귤 5kg")
    await ring_all(HEARING, tools)


async def found(tools, term, kind="recipe"):
    async with tools.analytics.reads() as session:
        lists = await postings(session, kind, [term])
        return list(map(int, lists[term].ids)) if term in lists else []


async def counts(tools):
    async with tools.analytics.reads() as session:
        return tuple((await document_counts(session)).values())


async def waiting(tools):
    async with tools.db.reads() as session:
        return [change.item for change in await pending_changes(session, limit=100)]


async def change(tools, item, *, number=1_000_000):
    """Say again that the item changed."""
    async with tools.db.sessions.begin() as session:
        await hear(session, [fact_of(item, number)])


def fact_of(item, number):
    kind = "recipe.changed" if item.kind == "recipe" else f"{item.kind}.product_changed"
    return Fact(number, "", kind, [], {"subject": f"{item.kind}/{item.item_id}"}, None)


async def test_what_comes_into_the_shop_is_found_and_then_near(tools, shop):
    """First by its words, then by its vector; after that the jobs rest."""
    assert await INDEX.ring(tools) == 3
    assert await counts(tools) == (1, 1, 1)
    assert await found(tools, "=김치찌개") == [1]
    assert await EMBED.ring(tools) == 3
    assert await EMBED.ring(tools) == 0
    async with tools.analytics.reads() as session:
        assert await active_model(session) == MODEL
        sought = await tools.embedder.query("삼겹살")
        assert await nearest(session, sought, model=MODEL, kind="kok", limit=1) != []
    await rests(OURS, tools)


async def test_without_changes_the_jobs_rest(tools):
    """No write transaction, and no model is taken in, where nothing is to be found."""
    await rests((INDEX,), tools)


async def test_killed_between_index_and_note_it_is_done_again(tools, shop):
    """The second time nothing differs, so nothing is written but the note."""

    class Killed(Exception):
        pass

    class NoSessions:
        def begin(self):
            raise Killed

    lame = Shelves(replace(tools.db, sessions=NoSessions()), tools.analytics)
    with pytest.raises(Killed):
        await index_changes(lame, limit=100, now=tools.clock())
    assert await counts(tools) == (1, 1, 1)
    assert len(await waiting(tools)) == 3
    async with tools.analytics.reads() as session:
        before = await index_version(session)
    assert await INDEX.ring(tools) == 3
    async with tools.analytics.reads() as session:
        assert await index_version(session) == before
    assert await waiting(tools) == []


async def test_while_the_analytics_database_is_down_changes_wait(tools, shop, tmp_path):
    """The next ring finds them."""
    gone = open_database(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such.db'}")
    with pytest.raises(OperationalError):
        await INDEX.ring(replace(tools, analytics=gone))
    await gone.close()
    assert len(await waiting(tools)) == 3
    assert await INDEX.ring(tools) == 3


async def test_while_the_model_is_down_words_are_found(tools, shop):
    """Its ring is no failure; once it is back, what waited gets its vector."""
    fragile = BrokenEmbedder()
    tools = replace(tools, embedder=fragile)
    assert await ring_all(OURS, tools) == 3
    assert await counts(tools) == (1, 1, 1)
    assert await EMBED.ring(tools) == 0
    fragile.mended = True
    assert await EMBED.ring(tools) == 3


async def test_an_item_that_is_gone_is_forgotten(tools, shop):
    """From the lists, from the vectors, and from the larder."""
    await ring_all(OURS, tools)
    gone = ("recipe_materials", "recipe_grams", "recipes")
    async with tools.db.sessions.begin() as session:
        for name in gone:
            await session.execute(delete(Base.metadata.tables[name]))
    await change(tools, Item("recipe", 1))
    assert await INDEX.ring(tools) == 1
    assert await counts(tools) == (0, 1, 1)
    assert await found(tools, "=김치찌개") == []


async def test_a_change_while_indexing_is_indexed_next(tools, shop):
    """What was read may have been the text before."""
    await ring_all(OURS, tools)

    class Meanwhile:
        """Lets another change come before the note is written."""

        def __init__(self, sessions):
            self._sessions = sessions

        def begin(self):
            return _after(change(tools, Item("kok", 2), number=30_000), self._sessions.begin())

    await change(tools, Item("kok", 2), number=20_000)
    late = Shelves(replace(tools.db, sessions=Meanwhile(tools.db.sessions)), tools.analytics)
    assert await index_changes(late, limit=100, now=tools.clock()) == 1
    async with tools.db.reads() as session:
        left = await pending_changes(session, limit=9)
    assert left == [Pending(Item("kok", 2), 30_000)]


class _after:  # noqa: N801 (reads like the function it stands for)
    """A context that lets something happen before it is entered."""

    def __init__(self, first, then):
        self._first, self._then = first, then

    async def __aenter__(self):
        await self._first
        return await self._then.__aenter__()

    async def __aexit__(self, *failure):
        return await self._then.__aexit__(*failure)


async def test_searches_and_pantries_are_forgotten_when_they_are_old(tools, clock):
    """However many there are; what is newer stays."""
    me = UserId(1)
    for _ in range(3):
        async with tools.analytics.sessions.begin() as session:
            await remember_query(session, "두부", by=me, found=1, now=clock())
        async with tools.db.sessions.begin() as session:
            await remember_entered(session, [Leftover("두부", 1)], by=me, now=clock())
        clock.forward(days=89)
    assert await ring_all(FORGETTING, tools) == 3
    async with tools.analytics.reads() as session:
        assert len(await recent_queries(session, by=me, limit=9)) == 1
    async with tools.db.reads() as session:
        assert await entered(session, by=me, now=clock()) == []
    assert await ring_all(FORGETTING, tools) == 0


async def test_two_clocks_index_as_one(tools, shop):
    """Each item is found once, whoever was quicker."""
    await two_clocks(OURS, tools)
    await ring_all(OURS, tools)
    assert await counts(tools) == (1, 1, 1)
    assert await found(tools, "=김치찌개") == [1]
    await rests(OURS, tools)


async def test_more_than_a_batch_is_indexed_in_one_ring(tools):
    """Four hundred and fifty, in parts."""
    async with tools.db.sessions.begin() as session:
        await hear(session, [fact_of(Item("kok", number), number) for number in range(1, 451)])
    assert await INDEX.ring(tools) == 450  # none of them exists, so each is forgotten
    assert await waiting(tools) == []
    assert await counts(tools) == (0, 0, 0)


async def test_a_new_model_is_built_by_the_clock(tools, shop):
    """Started with another one, it goes on answering by the old until the new one is whole."""
    await ring_all((*OURS, EMBED), tools)
    newer = replace(tools, embedder=HashEmbedder(80, name="newer"))
    assert await EMBED.ring(newer) == 3
    async with tools.analytics.reads() as session:
        assert await active_model(session) == MODEL
    await EMBED.ring(newer)
    async with tools.analytics.reads() as session:
        assert await active_model(session) == Model("newer", 80)


async def test_searches_go_on_while_the_index_is_written(tools, shop):
    """A reader sees a list before or after, never half of it."""
    await INDEX.ring(tools)
    over = asyncio.Event()

    async def read():
        seen = set()
        while not over.is_set():
            async with tools.analytics.reads() as session:
                lists = await postings(session, "kok", ["*"])
            assert len(lists["*"].ids) == len(lists["*"].impacts)
            seen.add(len(lists["*"].ids))
        return seen

    reader = asyncio.create_task(read())
    for number in range(100, 110):
        async with tools.db.sessions.begin() as session:
            await kok_grocery(session, number, f"감자 {number}")
        await ring_all(HEARING, tools)
        await INDEX.ring(tools)
    over.set()
    assert await reader <= set(range(1, 12))
    assert await embed_pending(tools.analytics, tools.embedder, limit=100) == 13
