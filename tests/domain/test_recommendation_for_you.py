"""What one person may like: from likes, the cart, orders and looks, and what is said of it."""

from datetime import timedelta

import pytest

from domain import homeshopping, kernel, kok, recommendation
from domain.kernel import UserId
from domain.recommendation import Act, Item, Viewed, taste_of
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.shop import NOON, a_broadcast, open_shop
from tests.statements import overhearing, statements

ME = UserId(1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def market(db):
    """Fruit and vegetables of both shops, on air, to come and over; and dishes of them."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await hs_grocery(session, 1, "강원도 햇감자 5kg")
        await hs_grocery(session, 2, "밤고구마 3kg")
        await hs_grocery(session, 3, "흙당근 3kg")
        await hs_grocery(session, 4, "수미감자 10kg")
        await hs_grocery(session, 5, "무쇠 프라이팬", is_food=False, is_ingredient=False)
        await a_broadcast(session, 4, starts_at=NOON - HOUR / 2, now=NOON - DAY)
        await a_broadcast(session, 2, starts_at=NOON + 2 * HOUR)
        await a_broadcast(session, 5, starts_at=NOON + HOUR)
        await kok_grocery(session, 11, "세척 감자 1kg", reviews=5)
        await kok_grocery(session, 12, "두백감자 3kg", reviews=4)
        await kok_grocery(session, 13, "유기농 당근 1kg", reviews=3)
        await kok_grocery(session, 14, "꿀고구마 2kg", reviews=2)
        await kok_grocery(session, 15, "부사 사과 3kg", reviews=100)
        await a_recipe(session, 21, "감자당근볶음", "감자", "당근", scraps=1)
        await a_recipe(session, 22, "감자조림", "감자", scraps=5)
        await a_recipe(session, 23, "사과파이", "사과", scraps=900)
    async with db.sessions.begin() as session:
        await homeshopping.start_due(session, now=NOON, limit=9)
    return db


async def for_me(db, *, viewed=(), ordered=(), near=None, limit=3, now=NOON):
    async with db.reads() as session:
        acts = await recommendation.acts_of(session, by=ME, viewed=viewed, ordered=ordered)
        taste = taste_of(acts, now=now)
        return await recommendation.for_you(session, taste, near=near or {}, limit=limit, now=now)


def kok_of(found):
    return {each.card.kok_product_id: each.reason.code for each in found.kok}


def shown_of(found):
    return {each.goods.product_id: each.reason.code for each in found.shown}


def recipes_of(found):
    return {each.card.recipe_id: each.reason.code for each in found.recipes}


async def act(db, *, liked=(), cart=()):
    async with db.sessions.begin() as session:
        for number in liked:
            await kok.toggle_like(session, number, by=ME, now=NOON)
        for number in cart:
            await kok.add_to_cart(session, number, by=ME, quantity=1, recipe_id=None, now=NOON)


async def test_a_newcomer_sees_what_is_popular_and_on_air(market):
    """And is told so."""
    found = await for_me(market)
    assert found.newcomer
    assert kok_of(found) == {15: "popular", 11: "popular", 12: "popular"}
    assert shown_of(found) == {4: "on_air", 5: "coming_up", 2: "coming_up"}
    assert recipes_of(found) == {23: "popular", 22: "popular", 21: "popular"}


async def test_what_is_like_what_one_likes_comes_first_and_says_so(market):
    """Neither what is liked itself nor what is in the cart is told again."""
    await act(market, liked=[11], cart=[13])
    found = await for_me(market)
    assert not found.newcomer
    assert kok_of(found) == {12: "like_liked", 15: "popular", 14: "popular"}
    assert next(iter(shown_of(found).items())) == (4, "like_liked")  # on air, before what is not
    assert shown_of(found)[3] == "like_in_cart"
    assert recipes_of(found)[21] == "uses_wanted"
    first = found.recipes[0]
    assert (first.card.recipe_id, first.reason.count) == (21, 2)
    assert found.kok[0].reason.what == "세척 감자 1kg"


async def test_looks_and_orders_count_too(market):
    """A look at a product, a broadcast or a recipe; what is unknown is passed over."""
    viewed = [
        Viewed("kok", 14, NOON - DAY),
        Viewed("live", 404, NOON),
        Viewed("recipe", 404, NOON),
        Viewed("kok", 404, NOON),
    ]
    found = await for_me(market, viewed=viewed)
    assert shown_of(found)[2] == "like_viewed"
    assert 14 not in kok_of(found)
    ordered = [Act("ordered", Item("kok", 13), "유기농 당근 1kg", NOON - DAY)]
    found = await for_me(market, ordered=ordered)
    assert shown_of(found)[3] == "like_ordered"
    assert 13 not in kok_of(found)
    async with market.reads() as session:
        (broadcast, *_) = await homeshopping.coming(session, limit=1)
    found = await for_me(market, viewed=[Viewed("live", broadcast.live_id, NOON)])
    assert kok_of(found)[11] == "like_viewed"
    assert 4 not in shown_of(found)


async def test_a_liked_broadcast_counts(market):
    """By its product."""
    async with market.sessions.begin() as session:
        (broadcast, *_) = await homeshopping.coming(session, limit=1)
        await homeshopping.toggle_like(session, broadcast.live_id, by=ME, now=NOON)
    found = await for_me(market)
    assert kok_of(found)[11] == "like_liked"


async def test_nothing_is_sold_out(market):
    """Neither of the like nor of the popular."""
    await act(market, liked=[11])
    async with market.sessions.begin() as session:
        for number in (12, 15):
            sku = kernel.Sku(f"kok-{number}")
            await kok.reserve(session, {sku: 10}, order_id=kernel.OrderId(1), now=NOON)
        for number in (2, 4):
            (await session.get_one(homeshopping.Product, number)).sold_out = True
    found = await for_me(market, limit=9)
    assert not {12, 15} & kok_of(found).keys()
    assert not {2, 4} & shown_of(found).keys()


async def test_vectors_add_what_no_word_tells(market):
    """Behind what words tell, before what is popular."""
    await act(market, liked=[11])
    near = {"kok": [14, 11], "homeshopping": [2], "recipe": [23]}
    found = await for_me(market, near=near)
    assert list(kok_of(found).items())[:2] == [(12, "like_liked"), (14, "like_taste")]
    assert shown_of(found)[2] == "like_taste"
    assert recipes_of(found)[23] == "like_taste"


async def test_the_same_is_answered_to_the_same(market):
    """In the same order, whatever the order of what was done at the same moment."""
    await act(market, liked=[11, 13, 14])
    first = await for_me(market, limit=9)
    for _ in range(3):
        again = await for_me(market, limit=9)
        assert list(kok_of(again).items()) == list(kok_of(first).items())
        assert list(shown_of(again).items()) == list(shown_of(first).items())
        assert list(recipes_of(again).items()) == list(recipes_of(first).items())


async def test_however_much_was_done_it_takes_as_many_statements(market):
    """Likes, looks and orders of dozens of products."""
    await act(market, liked=[11])
    viewed = [Viewed("kok", 12, NOON), Viewed("recipe", 21, NOON), Viewed("live", 1, NOON)]
    with overhearing(market), statements() as few:
        await for_me(market, viewed=viewed)
    await act(market, liked=[12, 13, 14], cart=[15])
    viewed *= 30
    with overhearing(market), statements() as many:
        await for_me(market, viewed=viewed)
    assert len(many) <= len(few) + 2
    assert len(many) <= 20


def test_an_act_counts_half_after_two_weeks():
    """A cart more than a look; what was done last of what counts most says why."""
    item, other = Item("kok", 1), Item("kok", 2)
    old = Act("in_cart", item, "감자", NOON - 28 * DAY)
    taste = taste_of([old, Act("viewed", other, "당근", NOON)], now=NOON)
    assert [(seed.item, seed.weight) for seed in taste.seeds] == [(other, 0.4), (item, 0.25)]
    taste = taste_of([old, Act("viewed", item, "감자", NOON)], now=NOON)
    (seed,) = taste.seeds
    assert (seed.way, round(seed.weight, 2)) == ("viewed", 0.65)
    ahead = taste_of([Act("liked", item, "감자", NOON + DAY)], now=NOON)
    assert ahead.seeds[0].weight == 0.9  # clocks differ; what is to come counts as now
    assert list(ahead.keywords) == ["감자"]
