"""What the vectors add to the rules, why each thing is recommended, and what is left out."""

import numpy as np
import pytest

from domain import homeshopping, kernel, kok, recommendation
from domain.kernel import UserId, Window
from domain.recommendation import Item, Shelves
from domain.recommendation.nearby import in_time
from domain.recommendation.varied import Trait, plain_title, varied
from tests.embedders import HashEmbedder
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.shop import NOON, open_shop

ME = UserId(1)


class ByFirstLetter(HashEmbedder):
    """Finds alike what begins alike."""

    def _vector(self, text):
        vector = np.zeros(64, np.float32)
        vector[ord(text.split()[0][0]) % 64] = 1
        return vector


@pytest.fixture
async def market(db):
    """Potatoes of the broadcasts, two kok products with potato in the name, and others."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await hs_grocery(session, 1, "강원도 햇감자 5kg")
        await hs_grocery(session, 2, "강판", is_food=False, is_ingredient=False)
        await hs_grocery(session, 3, "고구마 3kg")
        await kok_grocery(session, 11, "세척 감자 1kg", reviews=5)
        await kok_grocery(session, 12, "감자전 5장", is_ingredient=False)
        await kok_grocery(session, 13, "강낭콩 500g")
        await kok_grocery(session, 14, "강된장 200g", is_ingredient=False)
        await a_recipe(session, 21, "감자조림", "감자", "간장", scraps=9)
        await a_recipe(session, 22, "강된장", "된장", "두부", scraps=90)
        await a_recipe(session, 23, "강정", "찹쌀", scraps=80)
    return db


async def sell_out(db, *kok_ids, shown=()):
    """Leave nothing of these products."""
    async with db.sessions.begin() as session:
        for number in kok_ids:
            sku = kernel.Sku(f"kok-{number}")
            await kok.reserve(session, {sku: 10}, order_id=kernel.OrderId(1), now=NOON)
        for number in shown:
            (await session.get_one(homeshopping.Product, number)).sold_out = True


async def like_shown(db, product_id, *, near=()):
    async with db.reads() as session:
        found = await recommendation.kok_like_shown(session, product_id, near=near)
    return {each.card.kok_product_id: each.reason for each in found.rows}, found


async def test_each_like_product_says_why(market):
    """The same food, the same word, or the vectors' say; these come last, and only to fill up."""
    found, likeness = await like_shown(market, 1, near=[13, 11, 404])
    assert list(found) == [11, 12, 13]
    assert found[11].model_dump() == {"code": "same_ingredient", "what": "감자", "count": 0}
    assert (found[12].code, found[12].what) == ("same_kind", "감자")
    assert found[13].code == "similar_meaning"
    assert likeness.lacking == [Item("homeshopping", 1)]


async def test_what_is_sold_out_is_not_recommended(market):
    """By rules or by vectors, in either shop."""
    await sell_out(market, 11, 13, shown=[1])
    found, _ = await like_shown(market, 1, near=[13, 14])
    assert list(found) == [12, 14]
    async with market.reads() as session:
        goods = await recommendation.goods_for(session, "감자")
    assert (goods.shown, goods.kok) == ([], [])


async def test_enough_is_enough(market):
    """With five by the rules nothing is asked of the vectors, and nothing taken from them."""
    async with market.sessions.begin() as session:
        for number in range(31, 35):
            await kok_grocery(session, number, f"감자 {number}호 {number}kg")
    found, likeness = await like_shown(market, 1, near=[13])
    assert len(found) == 5
    assert 13 not in found
    assert likeness.lacking == []


async def test_the_first_five_are_not_five_times_the_same(db):
    """One of a title, two of a store, as long as there is another choice."""
    async with db.sessions.begin() as session:
        await hs_grocery(session, 1, "햇감자")
        for number in range(10, 16):
            await kok_grocery(session, number, f"감자 {number}kg", reviews=100 - number)
        await kok_grocery(session, 20, "못난이 감자 3kg", reviews=2)
        await kok_grocery(session, 21, "알감자 조림용 1kg", reviews=1)
    found, _ = await like_shown(db, 1)
    assert list(found)[:3] == [10, 20, 21]
    assert len(found) == 5


async def dishes(db, *ids, near=(), window=None):
    async with db.reads() as session:
        return await recommendation.dishes_for_products(
            session, ids, window=window or Window(10), near=near
        )


async def test_dishes_that_mean_the_same_fill_the_last_page(market):
    """The total counts them, those of the rules keep their places, and pages end."""
    found = await dishes(market, 11, near=[22, 21, 23])
    assert [each.card.recipe_id for each in found.part.rows] == [21, 22, 23]
    assert found.total == 3
    first, second, _ = found.part.rows
    assert first.reason.model_dump() == {"code": "uses_products", "what": "감자", "count": 1}
    assert second.reason.code == "similar_meaning"
    for size, pages in ((1, [[21], []]), (2, [[21, 22], []]), (3, [[21, 22, 23], []])):
        for page, expected in enumerate(pages, start=1):
            part = await dishes(market, 11, near=[22, 21, 23], window=Window(size, page))
            assert [each.card.recipe_id for each in part.part.rows] == expected
            assert part.total == len(pages[0])
            assert part.part.next_cursor is None


async def test_dishes_without_any_by_the_rules_are_those_near(market):
    """On the first page only; and a pan has none, whatever lies near it."""
    part = await dishes(market, 13, near=[22], window=Window(1))
    assert ([e.card.recipe_id for e in part.part.rows], part.total) == ([22], 1)
    part = await dishes(market, 13, near=[22], window=Window(1, 2))
    assert (list(part.part.rows), part.total) == ([], 1)
    async with market.reads() as session:
        pan = await recommendation.dishes_for_shown(session, 2, near=[22])
        potato = await recommendation.dishes_for_shown(session, 1, near=[22])
    assert (pan.dishes.total, list(pan.lacking)) == (0, [])
    assert [each.card.recipe_id for each in potato.dishes.part.rows] == [21, 22]


async def test_what_is_near_stands_in_for_an_ingredient_nobody_sells(market):
    """Only then; and each says which it is."""
    near = {"kok": [13, 14], "homeshopping": [2, 3]}
    async with market.reads() as session:
        none = await recommendation.goods_for(session, "연근", near=near)
        some = await recommendation.goods_for(session, "감자", near=near)
    assert [each.goods.product_id for each in none.shown] == [3]
    assert [each.kok_product_id for each in none.kok] == [13, 14]
    assert {each.code for each in none.reasons.values()} == {"similar_meaning"}
    assert [each.kok_product_id for each in some.kok] == [11]
    assert {each.code for each in some.reasons.values()} == {"is_ingredient"}


async def test_another_spelling_says_that_it_is_one(db):
    """특란 are 달걀."""
    async with db.sessions.begin() as session:
        await kok_grocery(session, 18, "특란 30구")
    async with db.reads() as session:
        goods = await recommendation.goods_for(session, "달걀")
    assert goods.reasons[Item("kok", 18)].code == "other_spelling"


async def test_food_for_a_shopper_is_filled_up_by_what_is_near(market):
    """After what the rules find; never a pan, nor what is sold out."""
    async with market.sessions.begin() as session:
        await kok.toggle_like(session, 11, by=ME, now=NOON)
    async with market.reads() as session:
        found = await recommendation.shown_like_wanted(session, by=ME, limit=5, near=[2, 3, 1])
    assert list(found.recommended) == [1, 3]
    assert found.by_id[1].reason.model_dump() == {
        "code": "like_liked",
        "what": "세척 감자 1kg",
        "count": 0,
    }
    assert found.by_id[3].reason.code == "like_taste"
    assert list(found.lacking) == [Item("kok", 11)]


@pytest.fixture
async def indexed(market, analytics, clock):
    """The market, with the vectors of everything in it."""
    facts = []

    async def hear(session, heard):
        facts.extend(heard)
        await recommendation.hear(session, heard)

    async with market.sessions.begin() as session:
        await kernel.react(session, hear, limit=100)
    await recommendation.index_changes(Shelves(market, analytics), limit=100, now=clock())
    while await recommendation.embed_pending(analytics, ByFirstLetter(), limit=100, clock=clock):
        pass
    return analytics


async def test_what_is_near_is_found_by_stored_vectors(indexed):
    """The nearest of the other kind, never what lies at a right angle, never itself."""
    potato, pan = Item("homeshopping", 1), Item("homeshopping", 2)
    assert await recommendation.near_items(indexed, [potato], kind="kok") == [13, 14]
    assert await recommendation.near_items(indexed, [potato], kind="recipe") == [22, 23]
    assert await recommendation.near_items(indexed, [potato, pan], kind="homeshopping") == []
    assert await recommendation.near_items(indexed, [], kind="kok") == []
    assert await recommendation.near_items(indexed, [Item("kok", 404)], kind="kok") == []


async def test_a_taste_is_the_weighted_mean_of_its_items(indexed):
    """What counts for little pulls little; without any vector there is no taste."""
    loved, seen = Item("kok", 13), Item("kok", 11)
    near = await recommendation.near_taste(indexed, {loved: 1.0, seen: 0.1})
    assert near["kok"] == [13, 14]
    assert near["homeshopping"] == [1, 2]
    assert await recommendation.near_taste(indexed, {}) == {}
    assert await recommendation.near_taste(indexed, {Item("kok", 404): 1.0}) == {}


async def test_words_have_neighbours_too(indexed):
    """By the vector of what is looked for, for each kind that is asked."""
    meaning = await recommendation.meaning_of("강낭콩", ByFirstLetter())
    near = await recommendation.near_vector(indexed, meaning, kinds=["kok"])
    assert near == {"kok": [13, 14]}


async def test_an_index_that_is_away_has_nothing_near():
    """At once, and without a failure; what is wrong with the question still is one."""
    gone = kernel.open_database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    assert await recommendation.near_items(gone, [Item("kok", 1)], kind="kok") == []
    assert await recommendation.near_taste(gone, {Item("kok", 1): 1.0}) == {}
    await gone.close()


async def test_only_a_database_that_is_away_is_forgiven(analytics):
    """A bug is not."""

    async def wrong(session):
        raise ZeroDivisionError

    async def late(session):
        raise TimeoutError

    with pytest.raises(ZeroDivisionError):
        await in_time(analytics, wrong, otherwise=0)
    assert await in_time(analytics, late, otherwise=0) == 0


def test_titles_are_plain_without_what_is_said_around_them():
    """Quantities, brackets and blanks."""
    assert plain_title("[밭] 감자, 3 kg") == plain_title("감자 5kg") == "감자"
    assert plain_title("100%") != ""


def test_a_list_takes_only_so_many_of_a_trait_while_there_is_a_choice():
    """The last trait is given up first."""
    rows = ["a1", "a2", "a1", "b1", "c2"]

    def traits(row):
        return Trait(row, 1), Trait(row[0], 1)

    assert varied(rows, most=3, traits=traits) == ["a1", "b1", "c2"]
    assert varied(rows, most=4, traits=traits) == ["a1", "b1", "c2", "a2"]
    assert varied(rows, most=9, traits=traits) == ["a1", "b1", "c2", "a2", "a1"]
    assert varied([], most=9, traits=traits) == []
    assert varied(rows, most=0, traits=traits) == []
