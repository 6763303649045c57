"""The doors of searching everything, and of what was looked for."""

import pytest

from domain import kernel, recommendation
from domain.recommendation import KINDS, Progress, Shelves
from tests.embedders import BrokenEmbedder, HashEmbedder
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.library import embed
from tests.patience import until
from tests.stall import KOK

SEARCH = "/api/search"
RECENT = f"{SEARCH}/recent"
TYPES = ["recipe", "kok", "homeshopping"]
STEW, TOFU, PORK, SHOWN = 701, 6001, 6002, 7001


@pytest.fixture
async def shop(house, clock, stall):
    """The stall, and food and recipes that are filed with their vectors."""
    house.state["embedder"] = HashEmbedder()
    async with house.state["db"].sessions.begin() as session:
        await a_recipe(session, STEW, "김치찌개", "김치", "두부", title="집에서 끓이는 김치찌개")
        await a_recipe(session, STEW + 1, "두부조림", "두부", "대파")
        await kok_grocery(session, TOFU, "국산콩 두부 2모")
        await kok_grocery(session, PORK, "한돈 삼겹살 500g")
        await hs_grocery(session, SHOWN, "초당 손두부 10봉")
    shelves = Shelves(house.state["db"], house.state["analytics"])
    for kind in KINDS:
        await recommendation.index_page(shelves, kind, Progress(0, 0, 0), limit=100, now=clock())
    await embed(house.state["analytics"], HashEmbedder())
    house.state["cache"].missed()


async def get(client, path=SEARCH, status=200, **params):
    answer = await client.get(path, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


async def recent_of(person, **params):
    answer = await person.get(RECENT, **params)
    assert answer.status_code == 200, answer.text
    return [each["text"] for each in answer.json()["recent"]]


async def test_everything_is_found_in_one_list(client, shop):
    """A recipe, a product of the shop and one of the broadcasts, each told alike."""
    body = await get(client, q=" 두부 ")
    first = {each["type"]: each for each in reversed(body["results"])}
    assert (body["query"], body["corrected"], body["nearest"], body["semantic"]) == (
        "두부",
        None,
        False,
        True,
    )
    assert body["total"] == sum(body["totals"].values()) == len(body["results"])
    assert first["recipe"]["match"] == "exact"
    assert first["recipe"]["price"] is None
    tofu = next(each for each in body["results"] if each["id"] == TOFU)
    assert tofu == {
        "type": "kok",
        "id": TOFU,
        "title": "국산콩 두부 2모",
        "subtitle": "햇살농장",
        "image": f"/api/media/kok-{TOFU}",
        "price": 10_000,
        "discount_rate": 20,
        "discounted_price": 8_000,
        "sold_out": False,
        "live_id": None,
        "on_air": False,
        "starts_at": None,
        "ends_at": None,
        "url": f"/api/kok/product/{TOFU}/info",
        "match": "exact",
        "reason": {"code": "all_words", "text": "찾으시는 말이 모두 들어 있어요."},
    }


@pytest.mark.parametrize("kind", TYPES)
async def test_one_type_alone(client, shop, kind):
    """With the totals of all of them."""
    body, every = await get(client, q="두부", type=kind), await get(client, q="두부")
    assert {each["type"] for each in body["results"]} == {kind}
    assert body["totals"] == every["totals"]
    assert body["total"] == body["totals"][kind]


async def test_a_product_on_air_leads_to_its_broadcast(client, shop, stall):
    """The broadcast that shows it now."""
    body = await get(client, q="사과", type="homeshopping")
    on_air = next(each for each in body["results"] if each["live_id"] == stall.on_air)
    assert on_air["on_air"] is True
    assert on_air["url"] == f"/api/homeshopping/product/{stall.on_air}"
    assert on_air["starts_at"].endswith("Z")
    coming = next(each for each in body["results"] if each["live_id"] == stall.to_come)
    assert coming["on_air"] is False


async def test_what_is_sold_out_is_flagged_and_stays(client, shop, buyer):
    """In its place: a page that is turned must not change."""
    before = await get(client, q="국산콩 두부", type="kok")
    for number in range(2):
        row = await buyer.put_in_cart(TOFU, 5)
        body = {"selected_items": [{"kok_cart_id": row, "quantity": 5}]}
        answer = await buyer.post("/api/orders/kok/carts/order", body)
        assert answer.status_code == 201, (number, answer.text)
    after = await get(client, q="국산콩 두부", type="kok")
    assert [each["id"] for each in after["results"]] == [each["id"] for each in before["results"]]
    flagged = [each["id"] for each in after["results"] if each["sold_out"]]
    assert flagged == [TOFU]


@pytest.mark.parametrize(
    ("typed", "meant"), [("rlaclWlro", "김치찌개"), ("삼겹쌀", "삼겹살"), ("김치 찌개", None)]
)
async def test_the_answer_says_what_was_searched(client, shop, typed, meant):
    """The wrong keyboard and a slip; spacing is no mistake."""
    body = await get(client, q=typed)
    assert body["corrected"] == meant
    assert body["results"][0]["match"] == "exact"


async def test_nothing_is_answered_with_the_nearest(client, shop):
    """And says that it is; in the language that is asked for."""
    body = await get(client, q="뷁쉙쀍뚫")
    assert (body["nearest"], body["exact"]) == (True, 0)
    assert {each["match"] for each in body["results"]} == {"similar"}
    english = await client.get(SEARCH, params={"q": "뷁쉙쀍뚫"}, headers={"Accept-Language": "en"})
    reason = {"code": "meaning", "text": "It means something similar."}
    assert english.json()["results"][0]["reason"] == reason


async def test_paging_to_the_end_gives_exactly_the_total(client, shop):
    """Every counted row once."""
    body = await get(client, q="두부", size=1)
    rows = body["results"]
    while body["next_cursor"]:
        body = await get(client, q="두부", size=1, cursor=body["next_cursor"])
        rows += body["results"]
    assert len({(each["type"], each["id"]) for each in rows}) == len(rows) == body["total"]
    page = await get(client, q="두부", size=1, page=2)
    assert page["results"] == rows[1:2]
    assert (await get(client, q="두부", size=1, page=99))["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        *("", "q=", "q=%20", "q=%00", f"q={'두' * 101}"),
        *("q=두부&type=x", "q=두부&size=0", "q=두부&size=51", "q=두부&page=0"),
        *("q=두부&cursor=abc", "q=두부&cursor=", "q=두부&cursor=W10"),
    ],
)
async def test_a_question_that_cannot_be_meant_is_422(client, shop, query):
    """In the one shape of a refusal."""
    answer = await client.get(f"{SEARCH}?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"] == answer.json()["message"]


@pytest.mark.parametrize(
    "text", ["두" * 100, "%", "_", "' OR 1=1 --", "\\", "*", "#찌개", "ㄱ", "😀"]
)
async def test_any_other_text_may_be_looked_for(client, shop, text):
    """Signs of databases and of our own mean themselves, or nothing."""
    assert (await get(client, q=text))["total"] >= 0


async def test_without_the_model_the_words_answer(house, client, shop):
    """And the answer says so."""
    house.state["embedder"] = BrokenEmbedder()
    body = await get(client, q="두부")
    assert body["semantic"] is False
    assert body["results"][0]["match"] == "exact"


async def test_without_the_index_the_rules_answer(house, client, shop, buyer):
    """Its database is away: searches go on, of each shop and of the recipes; nothing is kept."""
    house.state["analytics"] = kernel.open_database("sqlite+aiosqlite:////nowhere/at/all.db")
    body = await get(client, q="두부")
    assert body["semantic"] is False
    assert {each["type"] for each in body["results"]} == set(TYPES)
    answer = await buyer.get("/api/recipes/search", recipe="두부조림")
    assert [each["recipe_id"] for each in answer.json()["recipes"]] == [STEW + 1]
    assert (await buyer.get(RECENT)).status_code == 503
    await house.state["analytics"].close()


async def test_recipes_are_searched_the_same_way(shop, buyer):
    """In their own shape, with true totals, to the last of them."""
    asked = {"recipe": "집에서김치찌개", "method": "recipe", "size": 1}
    body = (await buyer.get("/api/recipes/search", **asked)).json()
    assert body["recipes"][0]["RECIPE_ID"] == body["recipes"][0]["recipe_id"] == STEW
    seen, total = [STEW], body["total"]
    while body["next_cursor"]:
        answer = await buyer.get("/api/recipes/search", **asked, cursor=body["next_cursor"])
        body = answer.json()
        seen += [each["recipe_id"] for each in body["recipes"]]
    assert len(seen) == len(set(seen)) == total


async def test_what_one_looked_for_is_remembered_after_the_answer(client, shop, buyer, stranger):
    """As it was meant, each once, the newest first; a page is no new search."""
    for text in ("두부", "삼겹쌀", " 두부 "):
        await buyer.get(SEARCH, q=text)
    cursor = (await buyer.get(SEARCH, q="두부", size=1)).json()["next_cursor"]
    await buyer.get(SEARCH, q="김치", page=2)
    await buyer.get(SEARCH, q="두부", size=1, cursor=cursor)
    await client.get(SEARCH, params={"q": "비밀"})

    async def both():
        return await recent_of(buyer) == ["두부", "삼겹살"]

    await until(both)
    assert await recent_of(buyer, limit=1) == ["두부"]
    assert await recent_of(stranger) == []


async def test_a_search_is_forgotten_by_who_made_it(shop, buyer, stranger):
    """One, then all; another's does not exist."""
    for text in ("두부", "양파", "김치"):
        await buyer.get(SEARCH, q=text)
    newest = (await buyer.get(RECENT)).json()["recent"][0]
    path = f"{RECENT}/{newest['id']}"
    foreign = await stranger.http.delete(path, headers=stranger.headers)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "query_not_found")
    assert (await buyer.http.delete(path, headers=buyer.headers)).status_code == 200
    assert (await buyer.http.delete(path, headers=buyer.headers)).status_code == 404
    assert await recent_of(buyer) == ["양파", "두부"]
    gone = await buyer.http.delete(RECENT, headers=buyer.headers)
    assert (gone.status_code, gone.json()["deleted_count"]) == (200, 2)
    assert await recent_of(buyer) == []


async def test_what_one_looked_for_is_ones_own(client, shop):
    """Without a token it is 401 at every door."""
    asked = [
        await client.get(RECENT),
        await client.delete(RECENT),
        await client.delete(f"{RECENT}/1"),
    ]
    assert [each.status_code for each in asked] == [401] * 3


@pytest.mark.parametrize("typed", ["김치ㅉ", "ㄱㅊㅉ", "rlaclW"])
async def test_typing_is_answered_with_what_begins_so(client, shop, typed):
    """Half a syllable, initial consonants, the wrong keyboard; for everybody the same."""
    answer = await client.get(f"{SEARCH}/suggestions", params={"q": typed})
    assert {"text": "김치찌개"} in answer.json()["suggestions"]
    assert answer.headers["cache-control"].startswith("public")
    known = {"If-None-Match": answer.headers["etag"]}
    again = await client.get(f"{SEARCH}/suggestions", params={"q": typed}, headers=known)
    assert again.status_code == 304


@pytest.mark.parametrize("query", ["limit=0", "limit=21", f"q={'두' * 101}", "q=%00"])
async def test_suggestions_that_cannot_be_meant_are_422(client, shop, query):
    """Too few, too many, too long."""
    assert (await client.get(f"{SEARCH}/suggestions?{query}")).status_code == 422


async def test_what_many_look_for_is_popular(client, house, shop, shopper):
    """Three people who found it; and it is suggested before anything is typed."""
    assert (await get(client, f"{SEARCH}/popular"))["popular"] == []
    for name in ("minsu", "haeun", "seojun"):
        person = await shopper(name)
        for text in ("두부", "뷁쉙쀍뚫"):
            await person.get(SEARCH, q=text)
    house.state["cache"].missed()
    assert (await get(client, f"{SEARCH}/popular"))["popular"] == [{"text": "두부"}]
    assert (await get(client, f"{SEARCH}/suggestions"))["suggestions"] == [{"text": "두부"}]


async def test_searching_is_noted_of_those_who_are_known(client, notebook, shop, buyer):
    """For the event log."""
    await client.get(SEARCH, params={"q": "두부"})
    body = (await buyer.get(SEARCH, q="두부", type="kok")).json()
    noted = [each.event_data for each in notebook.noted if each.event_type == "search"]
    assert noted == [{"query": "두부", "type": "kok", "result_count": body["total"]}]


async def test_before_anything_is_filed_the_rules_answer(client, stall):
    """A shop that has just opened."""
    body = await get(client, q="두부", type="kok")
    assert KOK in [each["id"] for each in body["results"]]
    assert (body["semantic"], body["nearest"], body["totals"]["kok"]) == (False, False, 2)
