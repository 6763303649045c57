"""The REST doors of home shopping: the schedule, live streams, products and likes."""

import asyncio
from datetime import timedelta

import pytest

from domain import homeshopping
from domain.homeshopping import NewChannel
from tests.shop import a_broadcast
from tests.stall import HS

SCHEDULE = "/api/homeshopping/schedule"
STREAM = "/api/homeshopping/schedule/live-stream"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_the_schedule_lists_a_day_in_the_earlier_shape(client, stall):
    """What is on air comes first; times are Seoul's wall clock without a zone."""
    answer = await client.get(SCHEDULE, params={"live_date": "2026-11-21"})

    body = answer.json()
    assert answer.status_code == 200
    assert body["pagination"] == {"page": 1, "size": 20, "total_count": 2, "has_more": False}
    first, second = body["schedules"]
    view = first.pop("broadcast")
    assert first == {
        "live_id": stall.on_air,
        "homeshopping_id": 1,
        "homeshopping_name": "온담홈쇼핑",
        "homeshopping_channel": 4,
        "live_date": "2026-11-21",
        "live_start_time": "11:30:00",
        "live_end_time": "12:30:00",
        "promotion_type": "main",
        "product_id": HS,
        "product_name": "꿀사과 1001",
        "thumb_img_url": "/api/media/hs",
        "sale_price": 12_000,
        "dc_price": 9_900,
        "dc_rate": 17,
    }
    assert (view["status"], view["starts_at"]) == ("live", "2026-11-21T02:30:00Z")
    assert second["live_id"] == stall.to_come


async def test_the_schedule_is_paged(client, stall):
    """Page by page, of a day or of all days; a day without broadcasts is empty."""
    pages = [(await client.get(SCHEDULE, params={"page": n, "size": 1})).json() for n in (1, 2, 3)]

    assert [[each["live_id"] for each in page["schedules"]] for page in pages] == [
        [stall.on_air],
        [stall.to_come],
        [],
    ]
    assert [page["pagination"]["has_more"] for page in pages] == [True, False, False]
    other_day = await client.get(SCHEDULE, params={"live_date": "2026-11-22"})
    assert other_day.json()["schedules"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"live_date": "tomorrow"},
        {"live_date": "2026-02-30"},
        {"page": 0},
        {"page": "x"},
        {"size": 0},
        {"size": 501},
        {"page": 10**30},
    ],
)
async def test_a_schedule_that_cannot_be_meant_is_422(client, stall, params):
    """With the parameter named."""
    answer = await client.get(SCHEDULE, params=params)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "validation_failed")
    assert body["errors"][0]["loc"] == ["query", *params]


async def test_a_live_stream_is_what_is_on_air(client, stall):
    """In JSON for programs, all fields present."""
    answer = await client.get(STREAM, params={"homeshopping_id": 1})

    assert answer.status_code == 200
    assert answer.json() == {
        "homeshopping_id": 1,
        "homeshopping_name": "온담홈쇼핑",
        "live_id": stall.on_air,
        "product_id": HS,
        "product_name": "꿀사과 1001",
        "stream_url": "/live.m3u8",
        "live_url": "/live.m3u8",
        "source": "homeshopping_id",
        "is_live": True,
        "live_date": "2026-11-21",
        "live_start_time": "11:30:00",
        "live_end_time": "12:30:00",
        "thumb_img_url": "/api/media/hs",
    }


async def test_between_broadcasts_a_live_stream_names_the_next(client, house, clock, stall):
    """Of several broadcasts a day the earlier API could choose none."""
    clock.forward(minutes=30)
    async with house.state["db"].sessions.begin() as session:
        await homeshopping.end_due(session, now=clock(), limit=9)

    body = (await client.get(STREAM, params={"homeshopping_id": 1})).json()

    assert (body["live_id"], body["is_live"]) == (stall.to_come, False)


async def test_a_stream_address_wins_over_a_channel(client, house, stall):
    """A known address finds its channel; an unknown one is given back as it is."""
    known = await client.get(STREAM, params={"src": "/live.m3u8", "homeshopping_id": "1"})
    assert (known.json()["source"], known.json()["homeshopping_id"]) == ("src", 1)
    other = await client.get(STREAM, params={"src": "https://video.example/a.m3u8"})
    body = other.json()
    assert (body["stream_url"], body["homeshopping_id"], body["is_live"]) == (
        "https://video.example/a.m3u8",
        None,
        False,
    )


async def test_an_address_wins_even_over_another_channels_number(client, house, stall):
    """The address is what will be played, so the channel told is the address's."""
    async with house.state["db"].sessions.begin() as session:
        other = NewChannel(
            homeshopping_id=2, name="두레홈쇼핑", channel=5, live_url="/2.m3u8", image="/logo"
        )
        await homeshopping.add_channel(session, other)

    body = (await client.get(STREAM, params={"src": "/live.m3u8", "homeshopping_id": 2})).json()

    assert (body["stream_url"], body["homeshopping_id"]) == ("/live.m3u8", 1)


@pytest.mark.parametrize(
    ("params", "status", "detail"),
    [
        ({}, 400, "src 또는 homeshopping_id 중 하나가 필요합니다."),
        ({"homeshopping_id": 99}, 404, "라이브 스트림 URL을 찾을 수 없습니다."),
    ],
)
async def test_a_stream_that_is_not_named_or_not_there(client, stall, params, status, detail):
    """In the earlier API's words."""
    answer = await client.get(STREAM, params=params)
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)


@pytest.mark.parametrize("src", ["javascript:alert(1)", "data:text/html,x", "", "x\0"])
async def test_only_an_address_of_the_web_is_played(client, stall, src):
    """A player's page must not be made to run somebody's script."""
    answer = await client.get(STREAM, params={"src": src})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("*/*", False),
        ("application/json, text/plain, */*", False),
        ("application/json, text/html", False),
    ],
)
async def test_a_browser_gets_a_player(client, stall, accept, html):
    """And caches keep the two apart."""
    answer = await client.get(STREAM, params={"homeshopping_id": 1}, headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html" if html else "application/json")
    assert "accept" in answer.headers["vary"].lower()
    if html:
        assert "<video" in answer.text


async def test_a_product_page_has_everything(client, stall):
    """Also for somebody who is not logged in."""
    answer = await client.get(f"/api/homeshopping/product/{stall.on_air}")

    body = answer.json()
    assert answer.status_code == 200
    assert body["product"] == {
        "product_id": HS,
        "product_name": "꿀사과 1001",
        "store_name": "햇살농장",
        "sale_price": 12_000,
        "dc_price": 9_900,
        "dc_rate": 17,
        "live_date": "2026-11-21",
        "live_start_time": "11:30:00",
        "live_end_time": "12:30:00",
        "thumb_img_url": "/api/media/hs",
        "is_liked": False,
        "homeshopping_id": 1,
        "homeshopping_name": "온담홈쇼핑",
        "homeshopping_channel": 4,
        "homeshopping_channel_name": "채널 4",
        "homeshopping_channel_image": "/logo",
    }
    assert (body["detail_infos"], body["images"]) == ([], [])


async def test_an_unknown_product_page_is_404(client, stall):
    """In the earlier API's words."""
    answer = await client.get("/api/homeshopping/product/987654")
    assert (answer.status_code, answer.json()["detail"]) == (404, "상품을 찾을 수 없습니다.")


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
    assert (await stranger.get("/api/homeshopping/likes")).json() == {"liked_products": []}

    assert await like(buyer, stall.to_come) == {"liked": False, "message": "찜이 해제되었습니다."}
    assert (await buyer.get("/api/homeshopping/likes")).json() == {"liked_products": []}


async def test_likes_are_listed_by_their_broadcasts_start(house, clock, stall, buyer):
    """Not by when they were liked, and no more than asked for."""
    async with house.state["db"].sessions.begin() as session:
        later = await a_broadcast(session, starts_at=clock() + timedelta(days=1), now=clock())
    for live_id in (later.live_id, stall.to_come):
        await like(buyer, live_id)

    for limit, expected in ((50, [stall.to_come, later.live_id]), (1, [stall.to_come])):
        found = (await buyer.get("/api/homeshopping/likes", limit=limit)).json()
        assert [each["live_id"] for each in found["liked_products"]] == expected


async def test_a_broadcast_nobody_knows_cannot_be_liked(stall, buyer):
    """404, where the earlier API failed."""
    answer = await buyer.post("/api/homeshopping/likes/toggle", {"live_id": 987654})
    assert (answer.status_code, answer.json()["code"]) == (404, "broadcast_not_found")


async def test_a_storm_of_likes_leaves_at_most_one(stall, buyer):
    """Every press is answered, and no two of them deadlock."""
    answers = await asyncio.gather(
        *(
            buyer.post("/api/homeshopping/likes/toggle", {"live_id": stall.to_come})
            for _ in range(8)
        )
    )

    assert {each.status_code for each in answers} == {200}
    mine = (await buyer.get("/api/homeshopping/likes")).json()["liked_products"]
    assert len(mine) <= 1
