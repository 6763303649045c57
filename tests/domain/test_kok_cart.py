"""A cart has one row per product, and counts every click."""

import asyncio

import pytest

from domain import kok
from domain.kernel import UserId
from domain.recipe import NewRecipe, RecipeNotFound, add_recipe
from tests.shelf import a_kok, shelve
from tests.shop import NOON

JIMIN, STRANGER = UserId(1), UserId(2)


@pytest.fixture
async def shelf(db):
    """Two products, and a dish."""
    await shelve(db, a_kok(1), a_kok(2, "양파", discounted_price=0, discount_rate=0))
    dish = {
        "cooking_case_name": "일상",
        "cooking_category_name": "국",
        "cooking_introduction": "",
        "number_of_serving": "2인분",
        "thumbnail_url": "/api/media/recipe",
    }
    async with db.sessions.begin() as session:
        new = NewRecipe(
            recipe_id=7,
            recipe_title="된장국",
            cooking_name="된장국",
            scrap_count=1,
            materials=(),
            **dish,
        )
        await add_recipe(session, new, now=NOON)
    return db


async def put(db, kok_product_id, quantity=1, *, by=JIMIN, recipe_id=None):
    async with db.sessions.begin() as session:
        return await kok.add_to_cart(
            session, kok_product_id, by=by, quantity=quantity, recipe_id=recipe_id, now=NOON
        )


async def cart(db, by=JIMIN):
    async with db.reads() as session:
        return await kok.cart(session, by=by, limit=50)


async def test_more_of_the_same_is_one_row(shelf):
    """With the price and the recipe it had at first."""
    row, _ = await put(shelf, 1, 2, recipe_id=7)
    async with shelf.sessions.begin() as session:
        await kok.change_price(session, 1, rate=50, price=5_000, now=NOON)
    assert await put(shelf, 1, 3) == (row, 5)

    (item,) = await cart(shelf)
    assert (item.cart_id, item.quantity, item.recipe_id, item.unit_price) == (row, 5, 7, 8_000)
    assert (item.product.name, item.product.sku, item.discount_rate) == ("두부", "kok-1", 20)


async def test_what_has_no_discount_costs_its_list_price(shelf):
    """The price is never nothing."""
    await put(shelf, 2)
    (item,) = await cart(shelf)
    assert (item.unit_price, item.discount_rate) == (10_000, 0)


async def test_clicks_at_once_are_all_counted(shelf):
    """Fault 8.2: an add read, and then wrote; others were lost, and first ones failed."""
    wanted = [(product, who) for _ in range(8) for who in (JIMIN, STRANGER) for product in (1, 2)]
    await asyncio.gather(*(put(shelf, product, 2, by=who) for product, who in wanted))

    for who in (JIMIN, STRANGER):
        found = {item.product.kok_product_id: item.quantity for item in await cart(shelf, who)}
        assert found == {1: 16, 2: 16}


async def test_nobody_gets_beyond_ninety_nine(shelf):
    """Also not by several clicks that each would fit."""
    await put(shelf, 1, 60)
    answers = await asyncio.gather(*(put(shelf, 1, 30) for _ in range(3)), return_exceptions=True)
    assert [isinstance(each, kok.TooManyInCart) for each in answers].count(True) == 2
    assert [item.quantity for item in await cart(shelf)] == [90]


async def test_what_is_not_there_is_not_put(shelf):
    """Neither an unknown product nor one for an unknown dish."""
    with pytest.raises(kok.KokProductNotFound):
        await put(shelf, 987_654)
    with pytest.raises(RecipeNotFound):
        await put(shelf, 1, recipe_id=987_654)
    assert await cart(shelf) == []


async def test_a_row_is_another_users_secret(shelf):
    """It is neither changed nor removed nor taken."""
    row, _ = await put(shelf, 1, 2)
    async with shelf.sessions.begin() as session:
        with pytest.raises(kok.CartItemNotFound):
            await kok.change_quantity(session, row, by=STRANGER, quantity=9)
        with pytest.raises(kok.CartItemNotFound):
            await kok.remove_from_cart(session, row, by=STRANGER)
        assert list(await kok.take_from_cart(session, [row], by=STRANGER)) == []
    assert [item.quantity for item in await cart(shelf)] == [2]


async def test_a_cart_is_taken_once(shelf):
    """Twins that come at once: one has it all, in the order of its rows, the others nothing."""
    rows = [(await put(shelf, product))[0] for product in (2, 1)]

    async def take():
        async with shelf.sessions.begin() as session:
            taken = await kok.take_from_cart(session, [*rows, 987_654], by=JIMIN)
        return [(item.cart_id, item.product.name, item.unit_price) for item in taken]

    taken = await asyncio.gather(*(take() for _ in range(4)))
    assert sorted(taken) == [[], [], [], [(rows[0], "양파", 10_000), (rows[1], "두부", 8_000)]]
    assert await cart(shelf) == []
