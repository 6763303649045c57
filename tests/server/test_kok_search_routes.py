"""The REST doors of searching the always-open shop, and of what was searched for."""

import pytest

from tests.stall import KOK, KOK_OTHER

SEARCH = "/api/kok/search"
HISTORY = f"{SEARCH}/history"
GONE = "해당 검색 이력을 찾을 수 없습니다."


async def words_of(person, **params):
    answer = await person.get(HISTORY, **params)
    assert answer.status_code == 200, answer.text
    return [each["kok_keyword"] for each in answer.json()["history"]]


async def test_products_are_found_by_a_part_of_their_name(client, stall):
    """The newest first, with the true total, page by page or behind a cursor."""
    answer = await client.get(SEARCH, params={"keyword": " 두부 ", "size": 1})

    body = answer.json()
    (product,) = body.pop("products")
    cursor = body.pop("next_cursor")
    assert body == {"total": 2, "page": 1, "size": 1}
    assert product == {
        "kok_product_id": KOK_OTHER,
        "kok_product_name": "두부 5002",
        "kok_store_name": "콩마을",
        "kok_thumbnail": "/api/media/kok",
        "kok_product_price": 10_000,
        "kok_discount_rate": 20,
        "kok_discounted_price": 8_000,
        "kok_review_cnt": 0,
        "kok_review_score": 0.0,
    }
    for more in ({"page": 2}, {"cursor": cursor}):
        params = {"keyword": "두부", "size": 1} | more
        rest = (await client.get(SEARCH, params=params)).json()
        assert [each["kok_product_id"] for each in rest["products"]] == [KOK]
        assert (rest["total"], rest["next_cursor"]) == (2, None)


async def test_what_nobody_sells_is_not_found(client, stall):
    """An empty list, and nothing beyond it."""
    body = (await client.get(SEARCH, params={"keyword": "없는상품"})).json()
    assert body == {"total": 0, "page": 1, "size": 20, "products": [], "next_cursor": None}


async def test_a_search_is_remembered(client, stall, buyer, stranger):
    """Fault 8.1.8: it never was, and a connection was lost each time; a page is no new search."""
    await buyer.get(SEARCH, keyword="두부")
    await buyer.get(SEARCH, keyword="없는상품")
    cursor = (await buyer.get(SEARCH, keyword="두부", size=1)).json()["next_cursor"]
    await buyer.get(SEARCH, keyword="콩마을", page=2)
    await buyer.get(SEARCH, keyword="두부", size=1, cursor=cursor)
    await client.get(SEARCH, params={"keyword": "양파"})

    assert await words_of(buyer) == ["두부", "없는상품", "두부"]
    assert await words_of(stranger) == []


async def test_a_search_is_saved_and_told(house, stall, buyer):
    """In the earlier shape; the web client calls the moment ``created_at``."""
    answer = await buyer.post(HISTORY, {"keyword": "  두부 "})

    assert answer.status_code == 200
    saved = answer.json()["saved"]
    number = saved["kok_history_id"]
    assert answer.json()["message"] == "검색 이력이 저장되었습니다."
    assert saved == {
        "kok_history_id": number,
        "user_id": buyer.user_id,
        "kok_keyword": "두부",
        "kok_searched_at": "2026-11-21T12:00:00",
        "created_at": "2026-11-21T12:00:00",
    }
    assert (await buyer.get(HISTORY)).json() == {"history": [saved]}


async def test_saving_what_was_just_searched_keeps_one(stall, buyer):
    """The web client does both."""
    await buyer.get(SEARCH, keyword="두부")
    await buyer.post(HISTORY, {"keyword": "두부"})
    assert await words_of(buyer) == ["두부"]


async def test_a_key_saves_once(stall, buyer):
    """A request that was sent twice because its answer was lost."""
    key = {"Idempotency-Key": "typed"}
    first = await buyer.post(HISTORY, {"keyword": "두부"}, **key)
    await buyer.post(HISTORY, {"keyword": "양파"})
    again = await buyer.post(HISTORY, {"keyword": "두부"}, **key)
    assert first.json() == again.json()
    assert await words_of(buyer) == ["양파", "두부"]


async def test_the_newest_searches_come_first(stall, buyer):
    """As many as are asked for, ten by default."""
    for number in range(12):
        await buyer.post(HISTORY, {"keyword": f"두부 {number}"})
    assert await words_of(buyer) == [f"두부 {number}" for number in range(11, 1, -1)]
    assert await words_of(buyer, limit=2) == ["두부 11", "두부 10"]


async def test_a_search_is_forgotten_by_who_made_it(stall, buyer, stranger):
    """Another's does not exist; the second time one's own is gone."""
    saved = await buyer.post(HISTORY, {"keyword": "두부"})
    number = saved.json()["saved"]["kok_history_id"]
    path = f"{HISTORY}/{number}"

    foreign = await stranger.http.delete(path, headers=stranger.headers)
    assert (foreign.status_code, foreign.json()["detail"]) == (404, GONE)
    assert await words_of(buyer) == ["두부"]
    mine = await buyer.http.delete(path, headers=buyer.headers)
    said = f"검색 이력 ID {number}가 삭제되었습니다."
    assert (mine.status_code, mine.json()) == (200, {"message": said})
    again = await buyer.http.delete(path, headers=buyer.headers)
    assert (again.status_code, again.json()["code"]) == (404, "kok_search_not_found")
    assert await words_of(buyer) == []


@pytest.mark.parametrize("keyword", ["", "   ", "\u3000", "두" * 101, None])
async def test_a_keyword_that_cannot_be_meant_is_422(stall, buyer, keyword):
    """Nothing is searched and nothing is kept."""
    searched = await buyer.get(SEARCH, **({} if keyword is None else {"keyword": keyword}))
    saved = await buyer.post(HISTORY, {"keyword": keyword})
    assert (searched.status_code, saved.status_code) == (422, 422)
    assert await words_of(buyer) == []


async def test_the_longest_keyword_is_searched_and_kept(stall, buyer):
    """A hundred letters fit."""
    keyword = "".join(chr(0xAC00 + n) for n in range(100))
    assert (await buyer.get(SEARCH, keyword=keyword)).json()["total"] == 0
    assert await words_of(buyer) == [keyword]


@pytest.mark.parametrize("keyword", ["%", "_", "두%", "' OR 1=1 --", "\\", "두\\"])
async def test_signs_of_the_database_mean_themselves(client, stall, keyword):
    """Fault 8.5: LIKE wildcards were not escaped."""
    assert (await client.get(SEARCH, params={"keyword": keyword})).json()["total"] == 0


@pytest.mark.parametrize("query", ["size=0", "size=101", "page=0", "cursor=abc", "cursor=WyJhIl0"])
async def test_a_page_that_cannot_be_meant_is_422(client, stall, query):
    """Sizes, pages and cursors."""
    assert (await client.get(f"{SEARCH}?keyword=두부&{query}")).status_code == 422


async def test_a_history_needs_its_owner(client, stall):
    """A stranger without a token is 401 at every door."""
    asked = [
        await client.get(HISTORY),
        await client.post(HISTORY, json={"keyword": "두부"}),
        await client.delete(f"{HISTORY}/1"),
    ]
    assert [each.status_code for each in asked] == [401] * 3


async def test_nobody_but_the_caller_is_meant(stall, buyer, stranger):
    """A history belongs to a token, not to anything the request says."""
    body = {"keyword": "두부", "user_id": buyer.user_id}
    assert (await stranger.post(HISTORY, body)).status_code == 422
    assert await words_of(buyer) == []


async def test_searching_is_noted(client, notebook, stall, buyer):
    """For the event log, of those who are known."""
    await client.get(SEARCH, params={"keyword": "두부"})
    await buyer.get(SEARCH, keyword="두부")
    saved = await buyer.post(HISTORY, {"keyword": "양파"})
    number = saved.json()["saved"]["kok_history_id"]
    await buyer.get(HISTORY)
    await buyer.http.delete(f"{HISTORY}/{number}", headers=buyer.headers)

    noted = [(e.event_type, e.event_data) for e in notebook.noted if "search" in e.event_type]
    assert noted == [
        ("kok_product_search", {"keyword": "두부", "result_count": 2}),
        ("kok_search_history_save", {"keyword": "양파"}),
        ("kok_search_history_view", {"history_count": 2}),
        ("kok_search_history_delete", {"history_id": number}),
    ]
