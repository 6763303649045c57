"""The REST door of the live streams."""

import pytest

from domain import homeshopping
from domain.homeshopping import NewChannel
from tests.stall import HS

STREAM = "/api/homeshopping/schedule/live-stream"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


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
    """Fault 8.1.13: of several broadcasts a day the earlier API could choose none."""
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
