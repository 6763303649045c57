"""The REST doors of the broadcasts that somebody waits for."""

import asyncio
from datetime import timedelta

import pytest

from tests.shop import a_broadcast

LIKES = "/api/homeshopping/likes"
TOGGLE = "/api/homeshopping/likes/toggle"


async def like(person, live_id):
    answer = await person.post("/api/homeshopping/likes/toggle", {"live_id": live_id})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_like_is_a_switch(client, stall, buyer, stranger):
    """On, shown to its owner only, and off again; ids may come as text."""
    assert await like(buyer, str(stall.to_come)) == {
        "liked": True,
        "message": "찜이 등록되었습니다.",
    }
    page = f"/api/homeshopping/product/{stall.to_come}"
    seen = [(await who.get(page)).json()["product"]["is_liked"] for who in (buyer, stranger)]
    assert seen == [True, False]
    mine = (await buyer.get("/api/homeshopping/likes")).json()["liked_products"]
    assert [(each["live_id"], each["dc_price"]) for each in mine] == [(stall.to_come, 9_900)]
    assert mine[0]["homeshopping_like_created_at"] == "2026-11-21T12:00:00"
    nothing = {"liked_products": [], "next_cursor": None}
    assert (await stranger.get("/api/homeshopping/likes")).json() == nothing

    assert await like(buyer, stall.to_come) == {"liked": False, "message": "찜이 해제되었습니다."}
    assert (await buyer.get("/api/homeshopping/likes")).json() == nothing


async def test_likes_are_listed_by_their_broadcasts_start(house, clock, stall, buyer):
    """Not by when they were liked, and no more than asked for."""
    async with house.state["db"].sessions.begin() as session:
        later = await a_broadcast(session, starts_at=clock() + timedelta(days=1), now=clock())
    for live_id in (later.live_id, stall.to_come):
        await like(buyer, live_id)

    for limit, expected in ((50, [stall.to_come, later.live_id]), (1, [stall.to_come])):
        found = (await buyer.get("/api/homeshopping/likes", limit=limit)).json()
        assert [each["live_id"] for each in found["liked_products"]] == expected
    rest = await buyer.get("/api/homeshopping/likes", cursor=found["next_cursor"])
    assert [each["live_id"] for each in rest.json()["liked_products"]] == [later.live_id]


async def test_a_broadcast_nobody_knows_cannot_be_liked(stall, buyer):
    """404, where the earlier API failed."""
    answer = await buyer.post("/api/homeshopping/likes/toggle", {"live_id": 987654})
    assert (answer.status_code, answer.json()["code"]) == (404, "broadcast_not_found")


async def test_a_storm_of_likes_leaves_at_most_one(stall, buyer):
    """Fault 8.2 (like toggles): every press is answered, and no two of them deadlock."""
    answers = await asyncio.gather(
        *(
            buyer.post("/api/homeshopping/likes/toggle", {"live_id": stall.to_come})
            for _ in range(8)
        )
    )

    assert {each.status_code for each in answers} == {200}
    mine = (await buyer.get("/api/homeshopping/likes")).json()["liked_products"]
    assert len(mine) <= 1


async def test_a_like_sent_twice_under_one_key_is_one_press(stall, buyer):
    """A lost answer does not turn the like off again."""
    body, key = {"live_id": stall.to_come}, {"Idempotency-Key": "press-1"}
    first, second = [await buyer.post(TOGGLE, body, **key) for _ in range(2)]

    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert len((await buyer.get(LIKES)).json()["liked_products"]) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"live_id": None}, {"live_id": "x"}, {"live_id": 0}, {"live_id": 1, "user_id": 2}],
)
async def test_a_like_of_nothing_is_422(stall, buyer, body):
    """Also one that says whose it should be."""
    answer = await buyer.post(TOGGLE, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_likes_are_their_owners(client, stall):
    """A stranger has none to press and none to see."""
    answers = [await client.get(LIKES), await client.post(TOGGLE, json={"live_id": stall.to_come})]
    assert [each.status_code for each in answers] == [401, 401]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"cursor": "garbage"}])
async def test_a_list_of_likes_that_cannot_be_meant_is_422(stall, buyer, params):
    """With its limits as the earlier API had them."""
    assert (await buyer.get(LIKES, **params)).status_code == 422
