"""Which items may have changed is heard from the event stream, and kept until they are indexed."""

import pytest
from sqlalchemy import select

from domain import kernel, recommendation
from domain.recommendation import Item, anything_changed, changed_count
from domain.recommendation.index import sources
from domain.recommendation.index.changes import Pending, hear, pending_changes, settle_changes
from domain.recommendation.index.models import Change
from tests.kitchen import a_recipe, hs_grocery, kok_grocery


@pytest.fixture
async def shop(db):
    """One item of each kind, taken in one after the other."""
    async with db.sessions.begin() as session:
        await a_recipe(session, 1, "김치찌개", "배추김치", "돼지고기 200 g", scraps=1_000)
        await kok_grocery(session, 2, "국내산 삼겹살 500g", reviews=30)
        await hs_grocery(session, 3, "제주 감귤 5kg")
    return db


async def heard(db, reaction=hear):
    """Let the changes be noted, as the clock does."""
    async with db.sessions.begin() as session:
        return await kernel.react(session, reaction, limit=100)


async def waiting(db):
    async with db.reads() as session:
        return await pending_changes(session, limit=100)


async def test_what_comes_into_the_shop_is_to_be_indexed(shop):
    """The oldest first, each once, and nothing before the facts are heard."""
    async with shop.reads() as session:
        assert not await anything_changed(session)
    assert await heard(shop) == 3
    items = [change.item for change in await waiting(shop)]
    assert items == [Item("recipe", 1), Item("kok", 2), Item("homeshopping", 3)]
    async with shop.reads() as session:
        assert await anything_changed(session)
        assert await changed_count(session) == 3
    assert await heard(shop) == 0


async def test_the_newest_change_of_an_item_counts(shop):
    """However the facts arrive; one that is older takes nothing back."""
    newer = kernel.Fact(900, "", "kok.product_changed", [], {"subject": "kok/2"}, None)
    older = newer._replace(id=800)
    for facts in ([newer, older], [older]):
        async with shop.sessions.begin() as session:
            await hear(session, facts)
    assert await waiting(shop) == [Pending(Item("kok", 2), 900)]


async def test_other_facts_are_none_of_its_business(db):
    """Orders, prices, broadcasts."""
    fact = kernel.Fact(1, "", "order.moved", [], {"subject": "order/2"}, None)
    async with db.sessions.begin() as session:
        await hear(session, [fact])
        await hear(session, [])
    assert await waiting(db) == []


async def test_a_change_that_came_meanwhile_is_not_forgotten(shop):
    """Only what was seen is settled."""
    await heard(shop)
    seen = await waiting(shop)
    number = seen[-1].change_id + 1
    again = kernel.Fact(number, "", "kok.product_changed", [], {"subject": "kok/2"}, None)
    async with shop.sessions.begin() as session:
        await hear(session, [again])
    async with shop.sessions.begin() as session:
        await settle_changes(session, seen)
        await settle_changes(session, [])
    assert await waiting(shop) == [Pending(Item("kok", 2), number)]


async def test_a_fact_and_its_note_share_a_fate(shop):
    """A reaction that fails leaves both to the next ring."""

    async def fail(session, facts):
        await hear(session, facts)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await heard(shop, fail)
    assert await waiting(shop) == []
    assert await heard(shop) == 3


async def test_the_front_door_hears_too(shop):
    """What the clock calls notes the same."""
    async with shop.sessions.begin() as session:
        await kernel.react(session, recommendation.hear, limit=100)
        rows = (await session.scalars(select(Change.item_id))).all()
    assert sorted(rows) == [1, 2, 3]


async def test_texts_are_read_with_what_is_gone(shop):
    """Each kind through its own front door."""
    items = [Item("recipe", 1), Item("recipe", 9), Item("kok", 2), Item("homeshopping", 3)]
    async with shop.reads() as session:
        found = await sources.read(session, items)
        assert await sources.ids_after(session, "recipe", 0, limit=5) == [1]
        assert await sources.ids_after(session, "kok", 2, limit=5) == []
    by_item = {doc.item: doc.source for doc in found.docs}
    assert list(by_item) == [Item("recipe", 1), Item("kok", 2), Item("homeshopping", 3)]
    assert found.gone == [Item("recipe", 9)]
    stew = by_item[Item("recipe", 1)]
    assert (stew.title, stew.names) == ("김치찌개", ("김치찌개", "배추김치", "돼지고기"))
    assert by_item[Item("kok", 2)].words == ("햇살농장",)


def test_ranks_grow_with_interest_and_have_an_end():
    """A doubling is worth the same anywhere; a byte holds the most."""
    ranks = [sources.rank(count) for count in (0, 1, 10, 100, 10_000, 10**6, 10**9)]
    assert ranks == sorted(ranks)
    assert (ranks[0], ranks[-1]) == (0, 255)
    assert sources.rank(-5) == 0
