"""The REST doors of the always-open shop: product cards, product info and the cart."""

import asyncio

import pytest

from domain import kok
from tests.stall import KOK, KOK_OTHER

CARTS = "/api/kok/carts"
GONE = "장바구니 항목을 찾을 수 없습니다."


async def cart_of(person):
    answer = await person.get(CARTS)
    assert answer.status_code == 200
    return [(row["kok_product_id"], row["kok_quantity"]) for row in answer.json()["cart_items"]]


async def test_discounted_products_have_the_earlier_shape(client, stall):
    """The deepest discount first, page by page."""
    answer = await client.get("/api/kok/discounted", params={"size": 1, "use_cache": "false"})

    assert answer.status_code == 200
    (card,) = answer.json()["products"]
    assert card.pop("kok_review_score") == 0.0
    assert card == {
        "kok_product_id": KOK_OTHER,
        "kok_thumbnail": "/api/media/kok",
        "kok_discount_rate": 20,
        "kok_discounted_price": 8_000,
        "kok_product_name": "두부 5002",
        "kok_store_name": "콩마을",
        "kok_review_cnt": 0,
    }
    beyond = await client.get("/api/kok/discounted", params={"page": 3})
    assert beyond.json() == {"products": []}


async def test_the_deepest_discount_comes_first(client, house, clock, stall):
    """By the price that holds now, not by an earlier one."""
    async with house.state["db"].sessions.begin() as session:
        await kok.change_price(session, KOK, rate=55, price=4_500, now=clock())

    cards = (await client.get("/api/kok/discounted")).json()["products"]

    shown = [(each["kok_product_id"], each["kok_discounted_price"]) for each in cards]
    assert shown == [(KOK, 4_500), (KOK_OTHER, 8_000)]


async def test_a_product_tells_its_price_and_stock(client, stall):
    """The earlier fields, and the view that the channels tell."""
    answer = await client.get(f"/api/kok/product/{KOK}/info")

    body = answer.json()
    stock = body.pop("stock")
    assert body == {
        "kok_product_id": KOK,
        "kok_product_name": "두부 5001",
        "kok_store_name": "콩마을",
        "kok_thumbnail": "/api/media/kok",
        "kok_product_price": 10_000,
        "kok_discount_rate": 20,
        "kok_discounted_price": 8_000,
        "kok_review_cnt": 0,
        "is_liked": False,
    }
    assert (stock["sku"], stock["available"], stock["sold_out"]) == ("kok-5001", 10, False)


async def test_an_unknown_product_is_404(client, stall):
    """In the earlier API's words."""
    answer = await client.get("/api/kok/product/987654/info")
    assert (answer.status_code, answer.json()["detail"]) == (404, "상품이 존재하지 않습니다.")


async def test_a_cart_is_filled_and_read(stall, buyer):
    """One row per product; adding again adds; the newest first."""
    first = await buyer.post(CARTS, {"kok_product_id": str(KOK), "kok_quantity": 2})
    row = first.json()["kok_cart_id"]
    assert (first.status_code, first.json()["message"]) == (
        201,
        "장바구니에 상품이 추가되었습니다.",
    )
    again = await buyer.post(CARTS, {"kok_product_id": KOK, "kok_quantity": 3})
    assert (again.status_code, again.json()) == (
        201,
        {"kok_cart_id": row, "message": "장바구니 수량이 5개로 업데이트되었습니다."},
    )
    await buyer.put_in_cart(KOK_OTHER)

    assert await cart_of(buyer) == [(KOK_OTHER, 1), (KOK, 5)]
    newest, older = (await buyer.get(CARTS)).json()["cart_items"]
    assert (await buyer.get(CARTS, limit=1)).json()["cart_items"] == [newest]
    price_id = older.pop("kok_price_id")
    assert price_id > 0
    assert older == {
        "kok_cart_id": row,
        "kok_product_id": KOK,
        "recipe_id": None,
        "kok_product_name": "두부 5001",
        "kok_thumbnail": "/api/media/kok",
        "kok_product_price": 10_000,
        "kok_discount_rate": 20,
        "kok_discounted_price": 8_000,
        "kok_store_name": "콩마을",
        "kok_quantity": 5,
    }


async def test_zero_means_no_recipe_and_no_price(stall, buyer):
    """The web client sends zeros for what it does not mean."""
    body = {"kok_product_id": KOK, "kok_quantity": 1, "recipe_id": 0, "kok_price_id": 0}
    assert (await buyer.post(CARTS, body)).status_code == 201
    assert (await buyer.get(CARTS)).json()["cart_items"][0]["recipe_id"] is None


async def test_a_recipe_nobody_knows_is_refused(stall, buyer):
    """A clear answer, and an empty cart."""
    answer = await buyer.post(CARTS, {"kok_product_id": KOK, "recipe_id": 987654})
    assert (answer.status_code, answer.json()["code"]) == (404, "recipe_not_found")
    assert await cart_of(buyer) == []


async def test_a_cart_keeps_the_price_it_was_filled_at(house, clock, stall, buyer):
    """As the earlier API did."""
    await buyer.put_in_cart()
    async with house.state["db"].sessions.begin() as session:
        await kok.change_price(session, KOK, rate=10, price=9_000, now=clock())

    (row,) = (await buyer.get(CARTS)).json()["cart_items"]

    assert (row["kok_discounted_price"], row["kok_discount_rate"]) == (8_000, 20)


async def test_a_quantity_is_changed(stall, buyer):
    """And told in words."""
    row = await buyer.put_in_cart()
    path = f"{CARTS}/{row}"
    answer = await buyer.http.patch(path, json={"kok_quantity": 7}, headers=buyer.headers)
    assert (answer.status_code, answer.json()) == (
        200,
        {"kok_cart_id": row, "kok_quantity": 7, "message": "수량이 7개로 변경되었습니다."},
    )
    assert await cart_of(buyer) == [(KOK, 7)]


async def test_a_row_is_removed_once(stall, buyer):
    """The second time it is not there any more."""
    row = await buyer.put_in_cart()
    path = f"{CARTS}/{row}"
    first = await buyer.http.delete(path, headers=buyer.headers)
    assert (first.status_code, first.json()) == (
        200,
        {"message": "장바구니에서 상품이 삭제되었습니다."},
    )
    again = await buyer.http.delete(path, headers=buyer.headers)
    assert (again.status_code, again.json()["detail"]) == (404, GONE)


async def test_anothers_row_does_not_exist(stall, buyer, stranger):
    """It is neither changed nor removed nor ordered."""
    row = await buyer.put_in_cart(quantity=2)
    path = f"{CARTS}/{row}"
    changed = await stranger.http.patch(path, json={"kok_quantity": 9}, headers=stranger.headers)
    removed = await stranger.http.delete(path, headers=stranger.headers)
    picks = {"selected_items": [{"kok_cart_id": row, "quantity": 1}]}
    ordered = await stranger.post("/api/orders/kok/carts/order", picks)

    assert [changed.status_code, removed.status_code, ordered.status_code] == [404, 404, 400]
    assert (changed.json()["detail"], removed.json()["detail"]) == (GONE, GONE)
    assert await cart_of(buyer) == [(KOK, 2)]
    assert await cart_of(stranger) == []


async def test_ninety_nine_of_a_thing_are_enough(stall, buyer):
    """Adding up does not go beyond what one request may ask."""
    await buyer.put_in_cart(quantity=98)
    answer = await buyer.post(CARTS, {"kok_product_id": KOK, "kok_quantity": 2})
    assert (answer.status_code, answer.json()["code"]) == (422, "cart_quantity_limit")
    assert await cart_of(buyer) == [(KOK, 98)]


async def test_a_storm_of_clicks_loses_none(stall, buyer):
    """First adds at once become one row that counts every one of them."""
    answers = await asyncio.gather(*(buyer.post(CARTS, {"kok_product_id": KOK}) for _ in range(8)))
    assert [each.status_code for each in answers] == [201] * 8
    assert await cart_of(buyer) == [(KOK, 8)]


async def test_a_key_adds_once(stall, buyer):
    """A click that was sent twice because its answer was lost."""
    body = {"kok_product_id": KOK, "kok_quantity": 2}
    answers = [await buyer.post(CARTS, body, **{"Idempotency-Key": "click"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await cart_of(buyer) == [(KOK, 2)]


@pytest.mark.parametrize("quantity", [0, -1, 100, 1.5, "many", None])
async def test_a_quantity_that_cannot_be_meant_is_422(stall, buyer, quantity):
    """On adding and on changing."""
    row = await buyer.put_in_cart(quantity=3)
    added = await buyer.post(CARTS, {"kok_product_id": KOK, "kok_quantity": quantity})
    body = {"kok_quantity": quantity}
    changed = await buyer.http.patch(f"{CARTS}/{row}", json=body, headers=buyer.headers)
    assert (added.status_code, changed.status_code) == (422, 422)
    assert await cart_of(buyer) == [(KOK, 3)]


async def test_nobody_but_the_caller_is_meant(stall, buyer, stranger):
    """A cart belongs to a token, not to anything the request says."""
    answer = await stranger.post(CARTS, {"kok_product_id": KOK, "user_id": buyer.user_id})
    assert answer.status_code == 422
    assert await cart_of(buyer) == []
