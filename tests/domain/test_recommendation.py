"""What goes with what: groceries for recipes, recipes for groceries, and one shop for the other."""

from datetime import timedelta

import pytest

from domain import homeshopping, kok, recommendation
from domain.homeshopping import BroadcastStatus
from domain.kernel import UserId, Window
from domain.recommendation import Holding
from domain.recommendation.kinship import terms_of
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.shop import NOON, a_broadcast, open_shop

ME = UserId(1)


def bought(name, order_id=1, kind="kok"):
    return Holding(
        source="order",
        product_name=name,
        quantity=2,
        order_id=order_id,
        order_time=NOON,
        order_type=kind,
    )


def in_cart(name, cart_id=1):
    return Holding(source="cart", product_name=name, quantity=1, cart_id=cart_id)


@pytest.fixture
async def book(db):
    """Three dishes."""
    async with db.sessions.begin() as session:
        await a_recipe(session, 1, "김치찌개", "김치", "돼지고기", "두부", "두부", scraps=10)
        await a_recipe(session, 2, "계란찜", "달걀", "대파", scraps=20)
        await a_recipe(session, 3, "물", scraps=5)
    return db


async def status(db, recipe_id, *holdings):
    async with db.reads() as session:
        found = await recommendation.ingredient_status(session, recipe_id, holdings=holdings)
    return {each.material_name: each.status for each in found.ingredients}, found


async def test_what_was_bought_is_owned_and_comes_before_the_cart(book):
    """Each ingredient once, in the recipe's order; the first purchase is told."""
    held, found = await status(
        book,
        1,
        in_cart("국산콩 두부 300g"),
        in_cart("포기김치 3kg"),
        bought("판두부 500g", order_id=8),
        bought("손두부 400g", order_id=7),
    )
    assert held == {"김치": "cart", "돼지고기": "not_owned", "두부": "owned"}
    assert list(held) == ["김치", "돼지고기", "두부"]
    tofu = found.ingredients[2].holding
    assert tofu is not None
    assert (tofu.order_id, tofu.order_time) == (8, NOON)
    assert [found.count(s) for s in ("owned", "cart", "not_owned")] == [1, 1, 1]


async def test_an_ingredient_is_owned_in_any_spelling_but_not_as_juice(book):
    """계란 is 달걀; 양파 즙 is no 대파, and 대파 과자 neither."""
    held, _ = await status(book, 2, bought("무항생제 계란 30구"), bought("대파 과자 12봉"))
    assert held == {"달걀": "owned", "대파": "not_owned"}


async def test_an_unknown_recipe_has_no_status(book):
    """Fault 8.1.16: it is not an empty list; a recipe without ingredients is."""
    with pytest.raises(recommendation.IngredientsUnknown):
        await status(book, 99)
    assert (await status(book, 3, bought("두부")))[0] == {}


async def test_notes_say_how_much_of_each_recipe_is_there(book):
    """Fault 8.1.9: the counts are real; the cart is not owned; unknown recipes are left out."""
    async with book.reads() as session:
        notes = await recommendation.recipe_notes(
            session, [1, 3, 99], holdings=[bought("두부 300g"), in_cart("김치 1kg")]
        )
        assert await recommendation.recipe_notes(session, [], holdings=[]) == {}
    assert notes.keys() == {1, 3}
    assert notes[1].model_dump() == {
        "recipe_id": 1,
        "title": "김치찌개",
        "rating": 0.0,
        "scrap_count": 10,
        "description": "김치찌개 만드는 법",
        "ingredients_owned": 1,
        "total_ingredients": 3,
    }
    assert (notes[3].ingredients_owned, notes[3].total_ingredients) == (0, 0)


@pytest.fixture
async def shelves(db):
    """Potatoes and what looks like them, in both shops."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await hs_grocery(session, 1, "강원도 햇 감자 5kg", price=15_000)
        await hs_grocery(session, 2, "감자 3kg", price=9_000)
        await hs_grocery(session, 3, "유기농 감자 10kg", price=30_000)
        await hs_grocery(session, 4, "감자칼", is_food=False)
        await hs_grocery(session, 5, "감자전 5장", is_ingredient=False, price=1_000)
        await kok_grocery(session, 11, "감자 3kg", reviews=5)
        await kok_grocery(session, 12, "세척 감자 1kg", reviews=50)
        await kok_grocery(session, 13, "[밭] 감자, 3 kg")
        await kok_grocery(session, 14, "감자전분 1kg", reviews=500)
        await kok_grocery(session, 15, "유기농 당근 1kg", reviews=900)
        await kok_grocery(session, 16, "방울 토마토 1kg")
        await kok_grocery(session, 17, "대추방울토마토 2kg")
        await kok_grocery(session, 18, "특란 30구")
        await kok_grocery(session, 19, "감자 샐러드", is_ingredient=False)
    return db


async def goods(db, ingredient):
    async with db.reads() as session:
        found = await recommendation.goods_for(session, ingredient)
    return [each.goods.product_id for each in found.shown], [k.kok_product_id for k in found.kok]


async def test_an_ingredients_products_say_so_early_and_shortly(shelves):
    """Two of the broadcasts at most; what is called alike is named once."""
    assert await goods(shelves, "감자") == ([2, 3], [12, 13])


async def test_an_ingredient_is_found_with_and_without_blanks(shelves):
    """방울 토마토 is 방울토마토, in either direction."""
    assert await goods(shelves, "방울토마토") == ([], [16, 17])
    assert await goods(shelves, "방울 토마토") == ([], [16, 17])


async def test_another_spelling_will_do(shelves):
    """달걀 is sold as 특란, too."""
    assert await goods(shelves, "달걀") == ([], [18])
    assert await goods(shelves, "캐비어") == ([], [])
    assert await goods(shelves, "%") == ([], [])


async def test_words_that_go_on_are_other_words(shelves):
    """감자전분 is no 감자, however popular; 양파 of an almond snack is none either."""
    async with shelves.sessions.begin() as session:
        await kok_grocery(session, 21, "양파 아몬드 스낵")
        await kok_grocery(session, 22, "쌀 수프")
        await kok_grocery(session, 23, "안심 쌀 5kg")
    assert await goods(shelves, "양파") == ([], [])
    assert await goods(shelves, "안심") == ([], [])
    assert await goods(shelves, "쌀") == ([], [23])


async def test_a_product_of_a_broadcast_tells_when_it_is_shown(shelves):
    """On air before to come before over; what was called off is nowhere."""
    hours = timedelta(hours=1)
    async with shelves.sessions.begin() as session:
        past = await a_broadcast(session, 2, starts_at=NOON - 5 * hours, now=NOON - 9 * hours)
        later = await a_broadcast(session, 2, starts_at=NOON + 9 * hours)
        soon = await a_broadcast(session, 2, starts_at=NOON + 2 * hours)
        off = await a_broadcast(session, 2, starts_at=NOON + 1 * hours)
        await homeshopping.cancel(session, off.live_id, now=NOON)
        past.status = BroadcastStatus.ENDED
        only = await a_broadcast(session, 3, starts_at=NOON + hours)
        await homeshopping.cancel(session, only.live_id, now=NOON)

    async def shown():
        async with shelves.reads() as session:
            return await homeshopping.showings(session, [1, 2, 3])

    assert {number: each.live_id for number, each in (await shown()).items()} == {2: soon.live_id}
    async with shelves.sessions.begin() as session:
        (await session.merge(later)).status = BroadcastStatus.LIVE
    assert (await shown())[2].live_id == later.live_id
    async with shelves.sessions.begin() as session:
        for each in (later, soon):
            (await session.merge(each)).status = BroadcastStatus.ENDED
    assert (await shown())[2].live_id == later.live_id


async def alike(db, product_id):
    async with db.reads() as session:
        found = await recommendation.kok_like_shown(session, product_id)
    return [each.card.kok_product_id for each in found.rows]


async def test_many_products_of_one_kind_still_find_each_other(shelves):
    """Fault 8.1.15: words that all candidates share do not empty the answer."""
    assert await alike(shelves, 2) == [12, 11, 19, 14, 13]
    assert await alike(shelves, 2) == await alike(shelves, 1)


async def test_rarer_shared_words_come_first_among_the_same_kind(shelves):
    """Of the same ingredient, the one that shares more; another kind's adjective is no kin."""
    async with shelves.sessions.begin() as session:
        await kok_grocery(session, 31, "유기농 감자 포슬포슬한 2kg")
        await hs_grocery(session, 9, "포슬포슬한 감자 5kg")
        await hs_grocery(session, 10, "무쇠 전골냄비 24cm", is_food=False, is_ingredient=False)
        await kok_grocery(session, 32, "스텐 편수냄비 16cm", is_ingredient=False)
    assert (await alike(shelves, 9))[0] == 31
    assert 15 not in await alike(shelves, 3)
    assert await alike(shelves, 10) == [32]
    assert await alike(shelves, 404) == []


async def test_a_title_without_meaning_finds_nothing_and_fails_nobody(shelves):
    """Never an error."""
    async with shelves.sessions.begin() as session:
        await hs_grocery(session, 6, "1+1 특가 500g x 2")
        await hs_grocery(session, 7, "%_ '; DROP")
    assert await alike(shelves, 6) == []
    assert await alike(shelves, 7) == []


async def want(db, *likes, cart=()):
    async with db.sessions.begin() as session:
        for n, number in enumerate(likes):
            await kok.toggle_like(session, number, by=ME, now=NOON + timedelta(seconds=n))
        for number in cart:
            await kok.add_to_cart(session, number, by=ME, quantity=1, recipe_id=None, now=NOON)


async def for_me(db, limit=5):
    async with db.reads() as session:
        found = await recommendation.shown_like_wanted(session, by=ME, limit=limit)
    named = {name: list(own) for name, own in found.by_name.items()}
    return list(found.recommended), named, found


async def test_food_goes_with_what_is_liked_and_in_the_cart(shelves):
    """Fault 8.1.14: by all terms of the name, the cheapest first, of food only, each once."""
    await want(shelves, 12, 17, cart=(12, 16))
    best, named, found = await for_me(shelves)
    assert best == [2, 1, 3, 5]
    assert named == {"세척 감자 1kg": [2, 1, 3, 5]}
    assert (found.liked_count, found.cart_count, found.source_count) == (2, 2, 3)
    assert found.terms == ["방울토마토", "감자"]


async def test_no_more_than_asked_are_recommended(shelves):
    """``limit`` holds for all and for each; every wanted product has its say."""
    async with shelves.sessions.begin() as session:
        await hs_grocery(session, 8, "방울토마토 3kg", price=90_000)
    await want(shelves, 12, 17)
    best, named, _ = await for_me(shelves, limit=2)
    assert best == [8, 2]
    assert named == {"대추방울토마토 2kg": [8], "세척 감자 1kg": [2, 1]}


async def test_without_likes_or_words_there_is_nothing_to_go_by(shelves):
    """Two different refusals."""
    with pytest.raises(recommendation.NothingToGoBy):
        await for_me(shelves)
    async with shelves.sessions.begin() as session:
        await kok_grocery(session, 41, "500g x 2")
    await want(shelves, 41)
    with pytest.raises(recommendation.NoKeyword):
        await for_me(shelves)


async def dishes(db, *ids, window=None):
    async with db.reads() as session:
        found = await recommendation.dishes_for_products(session, ids, window=window or Window(10))
    return [each.card.recipe_id for each in found.part.rows], found


@pytest.fixture
async def larder(book):
    """Groceries for the book, of both shops."""
    async with book.sessions.begin() as session:
        await kok_grocery(session, 1, "포기김치 3kg")
        await kok_grocery(session, 2, "대파 500g")
        await hs_grocery(session, 3, "한돈 앞다리살 1kg")
        await hs_grocery(session, 4, "동물복지 유정란 30구")
        await kok_grocery(session, 5, "양파즙 30포", is_ingredient=False)
        await kok_grocery(session, 6, "두부 과자", is_ingredient=False)
        await hs_grocery(session, 7, "계란 프라이팬", is_food=False, is_ingredient=False)
    return book


async def test_recipes_with_most_of_the_products_come_first(larder):
    """Unrelated products give something, too; the total is true."""
    found, all_of_it = await dishes(larder, 1, 2, 4, 5)
    assert found == [2, 1]
    assert all_of_it.keywords == ["계란", "김치", "대파"]
    assert all_of_it.total == 2
    assert [list(each.ingredients) for each in all_of_it.part.rows] == [
        ["달걀", "대파"],
        ["김치", "돼지고기", "두부"],
    ]
    second, part = await dishes(larder, 1, 2, 4, window=Window(1, 2))
    assert (second, part.total) == ([1], 2)
    first, part = await dishes(larder, 1, 2, 4, window=Window(1))
    rest, _ = await dishes(larder, 1, 2, 4, window=Window(1, cursor=part.part.next_cursor))
    assert (first, rest) == ([2], [1])


async def test_products_that_are_no_ingredient_recommend_no_recipe(larder):
    """A juice, a snack, an unknown number; no number at all is refused."""
    for ids in ((5,), (6,), (404,), (5, 6)):
        found, nothing = await dishes(larder, *ids)
        assert (found, nothing.total, list(nothing.keywords)) == ([], 0, [])
    with pytest.raises(recommendation.NoUsableProduct):
        await dishes(larder)


async def test_recipes_for_a_product_of_a_broadcast(larder):
    """Only for ingredients; an unknown product is not found."""
    async with larder.reads() as session:
        eggs = await recommendation.dishes_for_shown(session, 4)
        pan = await recommendation.dishes_for_shown(session, 7)
        with pytest.raises(recommendation.ProductUnknown):
            await recommendation.dishes_for_shown(session, 404)
    assert (eggs.is_ingredient, list(eggs.dishes.keywords)) == (True, ["계란"])
    assert [each.card.recipe_id for each in eggs.dishes.part.rows] == [2]
    assert (pan.is_ingredient, list(pan.dishes.keywords), pan.dishes.total) == (False, [], 0)


def test_the_words_of_a_title_are_told_apart():
    """What is sold, and what is said about it; neither quantities nor where it is from."""
    terms = terms_of("[바다상회] 제주 은갈치 손질 특대 10토막")
    assert terms.heads == (("갈치",),)  # whoever says 은갈치 says 갈치
    assert ("바다상회",) in terms.extras
    assert terms_of("평양식 물냉면 10인분 세트").heads == (("물냉면",),)
    assert terms_of("1kg x 2").words == []
    # Fresh every time: a title nobody has asked for yet.
    assert terms_of.__wrapped__("감자 3kg") == terms_of("감자 3kg")
