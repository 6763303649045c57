"""The REST doors of home shopping: the schedule, live streams, products and likes."""

import pytest

from domain import homeshopping
from domain.homeshopping import NewProduct
from tests.patience import until
from tests.shop import a_broadcast
from tests.stall import HS

SCHEDULE = "/api/homeshopping/schedule"
STREAM = "/api/homeshopping/schedule/live-stream"


async def test_the_schedule_lists_a_day_in_the_earlier_shape(client, stall):
    """What is on air comes first; times are Seoul's wall clock without a zone."""
    answer = await client.get(SCHEDULE, params={"live_date": "2026-11-21"})

    body = answer.json()
    assert answer.status_code == 200
    assert body["next_cursor"] is None
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
    """Fault 8.4 (unpaged schedule): by page or by cursor; a day without broadcasts is empty."""
    pages = [(await client.get(SCHEDULE, params={"page": n, "size": 1})).json() for n in (1, 2, 3)]

    assert [[each["live_id"] for each in page["schedules"]] for page in pages] == [
        [stall.on_air],
        [stall.to_come],
        [],
    ]
    assert [page["pagination"]["has_more"] for page in pages] == [True, False, False]
    cursor = pages[0]["next_cursor"]
    rest = (await client.get(SCHEDULE, params={"size": 1, "cursor": cursor})).json()
    assert ([each["live_id"] for each in rest["schedules"]], rest["next_cursor"]) == (
        [stall.to_come],
        None,
    )
    other_day = await client.get(SCHEDULE, params={"live_date": "2026-11-22"})
    assert other_day.json()["schedules"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"live_date": "tomorrow"},
        {"live_date": "2026-02-30"},
        {"live_date": "0001-01-01"},
        {"live_date": "9999-12-31"},
        {"page": 0},
        {"page": "x"},
        {"size": 0},
        {"size": 501},
        {"page": 10**30},
        {"cursor": "x" * 501},
    ],
)
async def test_a_schedule_that_cannot_be_meant_is_422(client, stall, params):
    """With the parameter named."""
    answer = await client.get(SCHEDULE, params=params)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "validation_failed")
    assert body["errors"][0]["loc"] == ["query", *params]


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


async def test_a_cursor_that_this_list_did_not_give_is_422(client, stall):
    """Whether it is garbage or another list's."""
    other = (await client.get(SCHEDULE, params={"size": 1})).json()["next_cursor"]
    for cursor in ("garbage", other):
        params = {"live_date": "2026-11-21", "cursor": cursor}
        answer = await client.get(SCHEDULE, params=params)
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


async def test_the_schedule_follows_the_broadcasts_and_their_prices(client, house, clock, stall):
    """It is kept in memory, but not past a fact that changes it."""

    async def listed():
        found = await client.get(SCHEDULE, params={"live_date": "2026-11-21"})
        return [(each["live_id"], each["dc_price"]) for each in found.json()["schedules"]]

    assert await listed() == [(stall.on_air, 9_900), (stall.to_come, 9_900)]
    async with house.state["db"].sessions.begin() as session:
        await homeshopping.cancel(session, stall.to_come, now=clock())
        await homeshopping.change_price(session, HS, dc_rate=50, dc_price=6_000, now=clock())
    await house.state["live"].relay.relay_once()

    async def follows():
        return await listed() == [(stall.on_air, 6_000)]

    await until(follows)
    page = await client.get(f"/api/homeshopping/product/{stall.on_air}")
    assert page.json()["product"]["dc_price"] == 6_000


@pytest.mark.parametrize("path", [SCHEDULE, "/api/homeshopping/product/{}"])
async def test_what_is_everybodys_is_kept_by_caches_and_what_is_ones_own_is_not(
    client, stall, buyer, path
):
    """A stranger's copy is confirmed by its ETag; a liked page is nobody else's."""
    path = path.format(stall.on_air)
    answer = await client.get(path)
    assert answer.headers["cache-control"].startswith("public, max-age=5")
    again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    own = await buyer.get(path)
    assert own.status_code == 200
    assert path == SCHEDULE or own.headers["cache-control"] == "no-store"


async def test_only_what_signed_in_people_look_at_is_noted(client, notebook, stall, buyer):
    """With the earlier API's names and keys."""
    looks = {
        SCHEDULE: {"live_date": "2026-11-21"},
        STREAM: {"homeshopping_id": 1},
        f"/api/homeshopping/product/{stall.on_air}": {},
    }
    before = len(notebook.noted)
    for path, params in looks.items():
        await client.get(path, params=params)
    assert notebook.noted[before:] == []
    for path, params in looks.items():
        await buyer.get(path, **params)

    noted = [(each.event_type, each.event_data) for each in notebook.noted[before:]]
    assert noted == [
        ("homeshopping_schedule_view", {"live_date": "2026-11-21", "total_count": 2}),
        (
            "homeshopping_live_stream_view",
            {"stream_url": "/live.m3u8", "homeshopping_id": 1},
        ),
        ("homeshopping_product_detail_view", {"live_id": stall.on_air}),
    ]
    assert {each.user_id for each in notebook.noted[before:]} == {buyer.user_id}


async def test_whether_it_is_to_cook_with_is_told_of_products_and_broadcasts(
    client, house, clock, stall
):
    """The web client sends either number; what nobody knows is no ingredient, and no error."""
    async with house.state["db"].sessions.begin() as session:
        potato = NewProduct(
            product_id=7001,
            name="감자",
            store_name="햇살농장",
            image="/api/media/hs",
            sale_price=9_000,
            dc_rate=0,
            dc_price=9_000,
            stock=1,
            is_ingredient=True,
        )
        await homeshopping.add_product(session, potato, now=clock())
        live_id = (await a_broadcast(session, 7001, starts_at=clock(), now=clock())).live_id

    for number, expected in ((7001, True), (live_id, True), (HS, False), (987_654, False)):
        answer = await client.get(f"/api/homeshopping/product/{number}/check")
        assert (answer.status_code, answer.json()) == (200, {"is_ingredient": expected})
    assert (await client.get("/api/homeshopping/product/x/check")).status_code == 422
