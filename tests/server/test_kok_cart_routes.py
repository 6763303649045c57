"""The REST doors of the cart of the always-open shop."""

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
    """Fault 8.1.16: deleting what is not there was a success."""
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
    """Fault 8.2: first adds at once become one row that counts every one of them."""
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


async def test_messages_are_in_the_callers_language(stall, buyer):
    """As Accept-Language says."""
    body = {"kok_product_id": KOK, "kok_quantity": 2}
    added = await buyer.post(CARTS, body, **{"Accept-Language": "en"})
    again = await buyer.post(CARTS, body, **{"Accept-Language": "en"})

    assert added.json()["message"] == "The product was added to your cart."
    assert again.json()["message"] == "The quantity in your cart was updated to 4."


async def test_what_happens_to_a_cart_is_noted(notebook, stall, buyer):
    """For the event log: who, what, and how much of it."""
    row = await buyer.put_in_cart(quantity=2)
    await buyer.get(CARTS, limit=7)
    path = f"{CARTS}/{row}"
    await buyer.http.patch(path, json={"kok_quantity": 5}, headers=buyer.headers)
    await buyer.http.delete(path, headers=buyer.headers)

    noted = [(e.event_type, e.event_data) for e in notebook.noted if "cart" in e.event_type]
    added = {"kok_product_id": KOK, "kok_quantity": 2, "kok_cart_id": row, "recipe_id": None}
    assert noted == [
        ("kok_cart_add", added),
        ("kok_cart_items_view", {"limit": 7, "item_count": 1}),
        ("kok_cart_update", {"kok_cart_id": row, "quantity": 5}),
        ("kok_cart_delete", {"kok_cart_id": row}),
    ]


async def test_a_cart_needs_its_owner(client, stall):
    """A stranger without a token is 401 at every door."""
    asked = [
        await client.get(CARTS),
        await client.post(CARTS, json={"kok_product_id": KOK}),
        await client.patch(f"{CARTS}/1", json={"kok_quantity": 1}),
        await client.delete(f"{CARTS}/1"),
    ]
    assert [each.status_code for each in asked] == [401] * 4
