"""The REST doors of the products somebody likes."""

import asyncio

import pytest

from tests.shelf import a_kok, shelve
from tests.stall import KOK, KOK_OTHER

LIKES = "/api/kok/likes"
TOGGLE = f"{LIKES}/toggle"


async def liked_by(person, **params):
    answer = await person.get(LIKES, **params)
    assert answer.status_code == 200, answer.text
    return [each["kok_product_id"] for each in answer.json()["liked_products"]]


async def test_a_product_is_liked_and_no_longer(stall, buyer):
    """Numbers may come as text, as the web client sends them."""
    first = await buyer.post(TOGGLE, {"kok_product_id": str(KOK)})
    assert (first.status_code, first.json()) == (
        200,
        {"liked": True, "message": "상품을 찜했습니다."},
    )
    assert await liked_by(buyer) == [KOK]
    second = await buyer.post(TOGGLE, {"kok_product_id": KOK})
    assert second.json() == {"liked": False, "message": "찜이 취소되었습니다."}
    assert await liked_by(buyer) == []


async def test_liked_products_have_the_earlier_shape(house, clock, stall, buyer):
    """The newest like first; one without a discount has its list price, never null."""
    await shelve(house.state["db"], a_kok(1, "양파", discount_rate=0, discounted_price=0))
    await buyer.post(TOGGLE, {"kok_product_id": KOK})
    clock.forward(seconds=1)
    await buyer.post(TOGGLE, {"kok_product_id": 1})

    onion, tofu = (await buyer.get(LIKES)).json()["liked_products"]
    assert tofu == {
        "kok_product_id": KOK,
        "kok_product_name": "두부 5001",
        "kok_thumbnail": "/api/media/kok",
        "kok_product_price": 10_000,
        "kok_discount_rate": 20,
        "kok_discounted_price": 8_000,
        "kok_store_name": "콩마을",
    }
    assert (onion["kok_product_price"], onion["kok_discounted_price"]) == (10_000, 10_000)
    assert await liked_by(buyer, limit=1) == [1]


async def test_an_unknown_product_is_404(stall, buyer):
    """It was a failure of the server's before."""
    answer = await buyer.post(TOGGLE, {"kok_product_id": 987_654})
    assert (answer.status_code, answer.json()["code"]) == (404, "kok_product_not_found")
    assert await liked_by(buyer) == []


async def test_a_storm_of_clicks_ends_as_it_must(stall, buyer, stranger):
    """Fault 8.2: two first likes at once were a deadlock, or a like that could not be undone."""
    people = [buyer] * 9 + [stranger] * 4
    answers = await asyncio.gather(*(who.post(TOGGLE, {"kok_product_id": KOK}) for who in people))

    assert [each.status_code for each in answers] == [200] * 13
    assert [await liked_by(buyer), await liked_by(stranger)] == [[KOK], []]


async def test_a_key_toggles_once(stall, buyer):
    """A click that was sent twice because its answer was lost."""
    key = {"Idempotency-Key": "click"}
    answers = [await buyer.post(TOGGLE, {"kok_product_id": KOK}, **key) for _ in range(2)]
    assert [each.json()["liked"] for each in answers] == [True, True]
    assert await liked_by(buyer) == [KOK]


async def test_likes_are_nobody_elses(client, stall, buyer, stranger):
    """They belong to a token, not to anything the request says."""
    await buyer.post(TOGGLE, {"kok_product_id": KOK})
    meddled = await stranger.post(TOGGLE, {"kok_product_id": KOK, "user_id": buyer.user_id})
    assert meddled.status_code == 422
    await stranger.post(TOGGLE, {"kok_product_id": KOK_OTHER})
    assert [await liked_by(buyer), await liked_by(stranger)] == [[KOK], [KOK_OTHER]]
    asked = [await client.get(LIKES), await client.post(TOGGLE, json={"kok_product_id": KOK})]
    assert [each.status_code for each in asked] == [401, 401]


@pytest.mark.parametrize("limit", [0, 101, "many"])
async def test_a_limit_that_cannot_be_meant_is_422(stall, buyer, limit):
    """Up to a hundred may be asked for."""
    assert (await buyer.get(LIKES, limit=limit)).status_code == 422


async def test_liking_is_noted(notebook, stall, buyer):
    """For the event log."""
    await buyer.post(TOGGLE, {"kok_product_id": KOK})
    await liked_by(buyer, limit=5)

    noted = [(e.event_type, e.event_data) for e in notebook.noted if "like" in e.event_type]
    assert noted == [
        ("kok_likes_toggle", {"kok_product_id": KOK, "liked": True}),
        ("kok_liked_products_view", {"limit": 5, "product_count": 1}),
    ]
