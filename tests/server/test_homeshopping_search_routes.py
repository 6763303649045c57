"""The REST doors of the search among the broadcasts, and of what was looked for before."""

import pytest

from domain import homeshopping
from tests.photo import photograph
from tests.stall import HS, HS_LATER

SEARCH = "/api/homeshopping/search"
HISTORY = "/api/homeshopping/search/history"
UNKNOWN = "삭제할 검색 이력을 찾을 수 없습니다."


async def forget(person, **body):
    return await person.http.request("DELETE", HISTORY, json=body, headers=person.headers)


async def remember(person, keyword, **headers):
    answer = await person.post(HISTORY, {"keyword": keyword}, **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_search_answers_in_the_earlier_shape(client, stall):
    """By start, the products' names and stores alike, with the true total."""
    answer = await client.get(SEARCH, params={"keyword": "꿀사과"})

    body = answer.json()
    first, second = body.pop("products")
    assert (answer.status_code, body) == (
        200,
        {"total": 2, "page": 1, "size": 20, "next_cursor": None},
    )
    assert first == {
        "live_id": stall.on_air,
        "product_id": HS,
        "product_name": "꿀사과 1001",
        "store_name": "햇살농장",
        "sale_price": 12_000,
        "dc_price": 9_900,
        "dc_rate": 17,
        "thumb_img_url": "/api/media/hs",
        "live_date": "2026-11-21",
        "live_start_time": "11:30:00",
        "live_end_time": "12:30:00",
    }
    assert second["product_id"] == HS_LATER
    by_store = (await client.get(SEARCH, params={"keyword": "햇살"})).json()
    assert by_store["products"] == [first, second]


async def test_a_search_is_paged(client, stall):
    """Fault 8.4 (unpaged search): by page or by cursor; past the end there is nothing."""

    async def part(**params):
        answer = await client.get(SEARCH, params={"keyword": "사과", "size": 1} | params)
        body = answer.json()
        return [each["live_id"] for each in body["products"]], body["total"], body["next_cursor"]

    first, total, cursor = await part()
    assert (first, total) == ([stall.on_air], 2)
    assert await part(cursor=cursor) == ([stall.to_come], 2, None)
    assert await part(page=2) == ([stall.to_come], 2, None)
    assert await part(page=3) == ([], 2, None)


async def test_nothing_is_found_where_nothing_is(client, stall):
    """Fault 8.5 (LIKE wildcards not escaped): neither are wildcards wild."""
    for keyword in ("바나나", "%", "_", "꿀_과", "\\", "' OR 1=1 --"):
        body = (await client.get(SEARCH, params={"keyword": keyword})).json()
        assert (body["total"], body["products"]) == (0, []), keyword


async def test_a_broadcast_called_off_is_not_found(client, house, clock, stall):
    """Nobody can watch it."""
    async with house.state["db"].sessions.begin() as session:
        await homeshopping.cancel(session, stall.to_come, now=clock())
    body = (await client.get(SEARCH, params={"keyword": "사과"})).json()
    assert [each["live_id"] for each in body["products"]] == [stall.on_air]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"keyword": ""},
        {"keyword": "  "},
        {"keyword": "가" * 101},
        {"keyword": "사과", "page": 0},
        {"keyword": "사과", "size": 501},
        {"keyword": "사과", "cursor": "garbage"},
        {"keyword": "사\0과"},
    ],
)
async def test_a_search_that_cannot_be_meant_is_422(client, stall, params):
    """Without a keyword everything would be meant."""
    answer = await client.get(SEARCH, params=params)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


async def test_what_was_looked_for_is_kept(buyer, stranger):
    """Trimmed, newest first, twice if looked for twice, under both names of the moment."""
    first = await remember(buyer, "  꿀사과 ")
    second = await remember(buyer, "배")
    third = await remember(buyer, "꿀사과")

    assert first == {
        "homeshopping_history_id": first["homeshopping_history_id"],
        "user_id": buyer.user_id,
        "homeshopping_keyword": "꿀사과",
        "homeshopping_searched_at": "2026-11-21T12:00:00",
        "created_at": "2026-11-21T12:00:00",
    }
    assert (await buyer.get(HISTORY)).json() == {"history": [third, second, first]}
    assert (await buyer.get(HISTORY, limit=1)).json() == {"history": [third]}
    assert (await stranger.get(HISTORY)).json() == {"history": []}


async def test_five_are_told_unless_more_are_asked_for(buyer):
    """As the earlier API did."""
    for number in range(7):
        await remember(buyer, f"사과 {number}")
    lengths = [
        len((await buyer.get(HISTORY, **params)).json()["history"])
        for params in ({}, {"limit": 20})
    ]
    assert lengths == [5, 7]
    for limit in (0, 21, "x"):
        assert (await buyer.get(HISTORY, limit=limit)).status_code == 422


async def test_a_search_sent_twice_under_one_key_is_kept_once(buyer):
    """And answered alike."""
    first, second = [await remember(buyer, "배", **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert first == second
    assert (await buyer.get(HISTORY)).json() == {"history": [first]}


async def test_one_strikes_out_ones_own(house, buyer, stranger):
    """Another's entry does not exist; ids may come as text."""
    entry = await remember(buyer, "배")
    number = entry["homeshopping_history_id"]
    before = await photograph(house.state["db"])
    for who, history_id in ((stranger, number), (buyer, number + 1)):
        answer = await forget(who, homeshopping_history_id=history_id)
        assert (answer.status_code, answer.json()["detail"]) == (404, UNKNOWN)
    assert await photograph(house.state["db"]) == before

    answer = await forget(buyer, homeshopping_history_id=str(number))
    assert (answer.status_code, answer.json()) == (200, {"message": "검색 이력이 삭제되었습니다."})
    assert (await buyer.get(HISTORY)).json() == {"history": []}


@pytest.mark.parametrize(
    "body", [{}, {"keyword": ""}, {"keyword": " \t"}, {"keyword": "가" * 101}, {"keyword": None}]
)
async def test_a_blank_search_is_not_kept(house, buyer, body):
    """422, where the earlier API failed."""
    before = await photograph(house.state["db"])
    assert (await buyer.post(HISTORY, body)).status_code == 422
    assert await photograph(house.state["db"]) == before


async def test_a_history_is_its_owners(client):
    """Strangers are asked to sign in."""
    answers = [
        await client.get(HISTORY),
        await client.post(HISTORY, json={"keyword": "배"}),
        await client.request("DELETE", HISTORY, json={"homeshopping_history_id": 1}),
    ]
    assert [each.status_code for each in answers] == [401, 401, 401]


async def test_what_signed_in_people_look_for_is_noted(client, notebook, stall, buyer):
    """With the earlier API's names and keys; strangers' searches are not."""
    before = len(notebook.noted)
    await client.get(SEARCH, params={"keyword": "배"})
    await buyer.get(SEARCH, keyword="사과")
    entry = await remember(buyer, "사과")
    await buyer.get(HISTORY)
    await forget(buyer, homeshopping_history_id=entry["homeshopping_history_id"])

    noted = [(each.event_type, each.event_data) for each in notebook.noted[before:]]
    assert noted == [
        ("homeshopping_search", {"keyword": "사과"}),
        ("homeshopping_search_history_save", {"keyword": "사과"}),
        ("homeshopping_search_history_view", {"history_count": 1}),
        (
            "homeshopping_search_history_delete",
            {"history_id": entry["homeshopping_history_id"]},
        ),
    ]
