"""The REST door that puts what a recipe lacks into the cart."""

import pytest

from domain import kok
from domain.kernel import OrderId, Sku
from tests.kitchen import a_recipe, kok_grocery

CARTS = "/api/kok/carts"
STEW, ONION, POTATO, EGG = 7, 61, 62, 63


@pytest.fixture
async def shelf(house, clock):
    """A recipe, and products for some of its ingredients; the better onions are sold out."""
    async with house.state["db"].sessions.begin() as session:
        await a_recipe(session, STEW, "카레", "양파 1 개", "감자 2 개", "달걀", "강황")
        await kok_grocery(session, 60, "양파", reviews=9, now=clock())
        await kok_grocery(session, ONION, "무안 햇 양파 3kg", now=clock())
        await kok_grocery(session, POTATO, "강원도 감자 5kg", now=clock())
        await kok_grocery(session, EGG, "유정란 계란 30구", now=clock())
        await kok.reserve(session, {Sku("kok-60"): 10}, order_id=OrderId(1), now=clock())


async def in_cart(person):
    rows = (await person.get(CARTS)).json()["cart_items"]
    return {(r["kok_product_id"], r["kok_quantity"], r["recipe_id"]) for r in rows}


async def test_each_ingredient_is_the_best_product_that_is_left(shelf, buyer, notebook):
    """In any spelling, each named once; what nobody sells is told."""
    body = {"recipe_id": STEW, "ingredients": ["양파", "달걀", "강황", " 양파 ", "계란"]}
    answer = await buyer.post(f"{CARTS}/ingredients", body)
    told = answer.json()
    assert (answer.status_code, told["recipe_id"], told["not_found"]) == (201, STEW, ["강황"])
    onion, egg = told["taken"]
    assert onion == {
        "ingredient": "양파",
        "kok_cart_id": onion["kok_cart_id"],
        "kok_product_id": ONION,
        "kok_product_name": "무안 햇 양파 3kg",
        "kok_thumbnail": "/api/media/kok-61",
        "kok_store_name": "햇살농장",
        "kok_product_price": 10_000,
        "kok_discount_rate": 20,
        "kok_discounted_price": 8_000,
        "kok_quantity": 1,
    }
    assert (egg["ingredient"], egg["kok_product_id"]) == ("달걀", EGG)
    assert await in_cart(buyer) == {(ONION, 1, STEW), (EGG, 1, STEW)}
    (seen,) = [e for e in notebook.noted if e.event_type == "kok_cart_add_ingredients"]
    assert (seen.user_id, seen.event_data["not_found"]) == (buyer.user_id, ["강황"])


async def test_the_same_key_fills_the_cart_once(shelf, buyer):
    """Without one, asking again wants more; another body under the key is refused."""
    body, key = {"recipe_id": STEW, "ingredients": ["감자"]}, {"Idempotency-Key": "k1"}
    first = await buyer.post(f"{CARTS}/ingredients", body, **key)
    again = await buyer.post(f"{CARTS}/ingredients", body, **key)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert await in_cart(buyer) == {(POTATO, 1, STEW)}
    other = await buyer.post(f"{CARTS}/ingredients", body | {"ingredients": ["양파"]}, **key)
    assert other.status_code == 422
    more = (await buyer.post(f"{CARTS}/ingredients", body)).json()
    assert more["taken"][0]["kok_quantity"] == 2


async def test_what_nobody_sells_fills_no_cart(shelf, buyer):
    """That is an answer, and no refusal."""
    body = {"recipe_id": STEW, "ingredients": ["강황", "캐비어"]}
    answer = await buyer.post(f"{CARTS}/ingredients", body)
    assert (answer.status_code, answer.json()["taken"]) == (201, [])
    assert answer.json()["not_found"] == ["강황", "캐비어"]
    assert await in_cart(buyer) == set()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"recipe_id": 99, "ingredients": ["양파"]}, 404),
        ({"recipe_id": STEW, "ingredients": []}, 422),
        ({"recipe_id": STEW, "ingredients": [" "]}, 422),
        ({"recipe_id": STEW, "ingredients": ["가"] * 31}, 422),
        ({"recipe_id": STEW, "ingredients": ["가" * 101]}, 422),
        ({"recipe_id": STEW}, 422),
        ({"ingredients": ["양파"]}, 422),
        ({"recipe_id": STEW, "ingredients": ["양파"], "quantity": 3}, 422),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_changes_nothing(shelf, buyer, body, status):
    """An unknown recipe, no ingredients, too many, and what the door does not know."""
    assert (await buyer.post(f"{CARTS}/ingredients", body)).status_code == status
    assert await in_cart(buyer) == set()


async def test_a_cart_that_is_full_of_it_takes_nothing_at_all(shelf, buyer):
    """All or nothing: the others are not half in."""
    await buyer.put_in_cart(POTATO, 99)
    body = {"recipe_id": STEW, "ingredients": ["양파", "감자"]}
    answer = await buyer.post(f"{CARTS}/ingredients", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "cart_quantity_limit")
    assert {number for number, _, _ in await in_cart(buyer)} == {POTATO}


async def test_only_those_who_are_signed_in_have_a_cart(shelf, client):
    """Nobody else is asked what they lack."""
    body = {"recipe_id": STEW, "ingredients": ["양파"]}
    assert (await client.post(f"{CARTS}/ingredients", json=body)).status_code == 401
