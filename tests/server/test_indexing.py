"""``uhok embed`` brings the index up to date, says how far it is, and may be interrupted."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import typer
from sqlalchemy import delete

from domain import kernel, recommendation
from domain.kernel import AnalyticsBase, Base
from domain.recommendation import Model, document_counts
from server.indexing import Bars, Lines, embed
from server.wiring import databases
from tests.embedders import BrokenEmbedder, HashEmbedder
from tests.kitchen import a_recipe, hs_grocery, kok_grocery

MODEL = Model("hash", 64)


@pytest.fixture
async def shop(embedded_settings):
    """Three recipes and a product of each shop, that nobody has heard of yet."""
    async with databases(embedded_settings) as (db, _), db.sessions.begin() as session:
        for number, dish in enumerate(("김치찌개", "미역국", "잡채"), start=1):
            await a_recipe(session, number, dish, "두부 1 모")
        await kok_grocery(session, 2, "국내산 삼겹살 500g")
        await hs_grocery(session, 3, "제주 감귤 5kg")
    return embedded_settings


async def run(settings, embedder=None, *, everything=False):
    """Run the command as a process would, in a loop of its own."""
    embedder = embedder or HashEmbedder()

    @asynccontextmanager
    async def opened(_settings):
        yield embedder

    await asyncio.to_thread(embed, settings, everything=everything, opened=opened)
    return embedder


async def standing(settings):
    """Return how many items can be found, and how many of them lack a vector."""
    async with databases(settings) as (_, analytics), analytics.reads() as session:
        counts = await document_counts(session)
        return sum(counts.values()), await recommendation.pending_count(session, MODEL)


async def hear(settings):
    async with databases(settings) as (db, _), db.sessions.begin() as session:
        await kernel.react(session, recommendation.hear, limit=100)


async def test_all_reads_everything(shop, capsys):
    """Whether a change was heard or not, and says what it did and how fast."""
    await run(shop, everything=True)
    assert await standing(shop) == (5, 0)
    said = capsys.readouterr().out
    assert "recipe: 3 new or changed, 0 gone" in said
    assert "hash: embedded: 5 in " in said
    assert "vector indexes: ready in " in said


async def test_all_again_finds_nothing_to_do(shop, capsys):
    """Nothing is embedded twice."""
    await run(shop, everything=True)
    capsys.readouterr()
    again = await run(shop, everything=True)
    assert again.asked == []
    assert "recipe: 0 new or changed, 0 gone" in capsys.readouterr().out


async def test_without_all_only_what_was_heard_is_read(shop):
    """The clock does the same, while it runs."""
    await run(shop)
    assert await standing(shop) == (0, 0)
    await hear(shop)
    await run(shop)
    assert await standing(shop) == (5, 0)


async def test_all_forgets_what_is_gone_and_finds_what_was_lost(shop, capsys):
    """An index that differs from the shop is set right."""
    await run(shop, everything=True)
    async with databases(shop) as (db, analytics):
        async with db.sessions.begin() as session:
            for name in ("recipe_materials", "recipe_grams", "recipes"):
                table = Base.metadata.tables[name]
                await session.execute(delete(table).where(table.c.recipe_id == 1))
        async with analytics.sessions.begin() as session:
            table = AnalyticsBase.metadata.tables["search_embeddings"]
            await session.execute(delete(table).where(table.c.kind == "kok"))
    capsys.readouterr()
    again = await run(shop, everything=True)
    assert "recipe: 0 new or changed, 1 gone" in capsys.readouterr().out
    assert len(again.asked) == 1
    assert await standing(shop) == (4, 0)


async def test_a_model_that_is_down_is_said_and_words_are_indexed(shop, capsys):
    """The command ends with 1, and the next one goes on from there."""
    fragile = BrokenEmbedder()
    with pytest.raises(typer.Exit) as failed:
        await run(shop, fragile, everything=True)
    assert failed.value.exit_code == 1
    assert "the model is not available" in capsys.readouterr().err
    assert await standing(shop) == (5, 5)
    fragile.mended = True
    await run(shop, fragile)
    assert await standing(shop) == (5, 0)


async def test_another_model_takes_over(shop):
    """When the command ends, the new one answers."""
    await run(shop, everything=True)
    await run(shop, HashEmbedder(80, name="newer"), everything=True)
    async with databases(shop) as (_, analytics), analytics.reads() as session:
        assert await recommendation.active_model(session) == Model("newer", 80)


def test_without_a_terminal_lines_say_how_far_it_is(capsys):
    """One now and then, with the total where it is known."""
    moments = iter((0.0, 1.0, 6.0, 20.0))
    lines = Lines(lambda: next(moments))
    lines.begin("recipes", 400)
    lines.on(100)
    lines.on(100)
    lines.begin("products", 0)
    lines.on(7)
    assert capsys.readouterr().out.splitlines() == ["recipes: 200/400", "products: 7/?"]


def test_on_a_terminal_bars_are_drawn():
    """One for each piece of work; one without a total only moves."""

    class Bar:
        def __init__(self):
            self.said = []

        def add_task(self, what, total=None, *, visible=True):
            self.said.append((what, total, visible))
            return len(self.said)

        def update(self, task, *, visible):
            self.said.append((task, visible))

        def advance(self, task, count):
            self.said.append((task, count))

    bar = Bar()
    bars = Bars(bar)
    bars.begin("recipes", 400)
    bars.on(100)
    bars.begin("products", 0)
    assert bar.said == [
        ("recipes", 400, True),
        (1, 100),
        (1, False),
        ("products", None, True),
    ]
