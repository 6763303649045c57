"""The REST doors of the recipes: pages, ratings, searches and what is missing."""

import pytest

from domain import recommendation
from tests.embedders import HashEmbedder
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.shop import a_broadcast, open_shop
from tests.stall import KOK

RECIPES = "/api/recipes"
STEW, PANCAKE, TOFU = 7, 8, 9
BACK = "https://www.10000recipe.com/recipe/7"
SHOWN = {
    "recipe_id": STEW,
    "recipe_title": "엄마의 김치찌개",
    "cooking_name": "김치찌개",
    "scrap_count": 10,
    "cooking_case_name": "일상",
    "cooking_category_name": "찌개",
    "cooking_introduction": "김치찌개 만드는 법",
    "number_of_serving": "2인분",
    "thumbnail_url": "/api/media/recipe-7",
    "recipe_url": BACK,
}


@pytest.fixture
async def book(house):
    """Three dishes, one of them never scrapped."""
    async with house.state["db"].sessions.begin() as session:
        parts = ("김치 300 g", "두부 1 모", "돼지고기 약간")
        await a_recipe(session, STEW, "김치찌개", *parts, scraps=10, title="엄마의 김치찌개")
        await a_recipe(session, PANCAKE, "김치전", "김치 100 g", "부침가루", scraps=90)
        await a_recipe(session, TOFU, "두부부침", "두부 2 모", "계란 1 개", scraps=0)


def noted(notebook, event_type):
    return [each for each in notebook.noted if each.event_type == event_type]


async def test_a_recipe_has_the_earlier_shape(book, buyer, notebook):
    """Its ingredients by name; what was always null stays null."""
    answer = await buyer.get(f"{RECIPES}/{STEW}")
    body = answer.json()
    materials = body.pop("materials")
    assert (answer.status_code, body) == (200, SHOWN)
    assert answer.headers["cache-control"] == "no-store"
    assert [each["material_name"] for each in materials] == ["김치", "돼지고기", "두부"]
    assert materials[0] == {
        "material_id": materials[0]["material_id"],
        "recipe_id": None,
        "material_name": "김치",
        "measure_amount": "300",
        "measure_unit": "g",
        "details": None,
    }
    assert (await buyer.get(f"{RECIPES}/{STEW}")).content == answer.content
    seen = noted(notebook, "recipe_detail_view")
    assert [(e.user_id, e.event_data) for e in seen] == [(buyer.user_id, {"recipe_id": STEW})] * 2


async def test_an_unknown_recipe_is_404_and_a_bad_id_422(book, buyer):
    """Fault 8.1.16: never a 500; and its url is not asked after."""
    answer = await buyer.get(f"{RECIPES}/99")
    assert (answer.status_code, answer.json()["detail"]) == (404, "레시피가 존재하지 않습니다.")
    missing = await buyer.get(f"{RECIPES}/99/status")
    assert (missing.status_code, missing.json()["detail"]) == (
        404,
        "레시피를 찾을 수 없거나 식재료 정보가 없습니다.",
    )
    assert (await buyer.get(f"{RECIPES}/99/url")).json() == {"url": BACK.replace("/7", "/99")}
    for bad in ("abc", "0", "-1", "1.5", str(2**63)):
        assert (await buyer.get(f"{RECIPES}/{bad}")).status_code == 422
        assert (await buyer.get(f"{RECIPES}/{bad}/status")).status_code == 422


async def test_recipes_are_for_those_who_are_signed_in(book, client):
    """Every one of these doors."""
    for path in ("7", "7/url", "7/rating", "7/status", "search", "by-ingredients", "cache/stats"):
        assert (await client.get(f"{RECIPES}/{path}")).status_code == 401
    assert (await client.get(f"{RECIPES}/두부/product-recommend")).status_code == 401
    assert (await client.post(f"{RECIPES}/7/rating", json={"rating": 5})).status_code == 401


async def test_a_rating_is_told_back_and_averaged(book, buyer, stranger):
    """One for each; rating again changes it; 0 is a rating, and also what nobody rated has."""
    path = f"{RECIPES}/{STEW}/rating"
    assert (await buyer.get(path)).json() == {"recipe_id": STEW, "rating": 0.0}
    for person, stars in ((buyer, 5), (stranger, 2), (buyer, 4), (buyer, "3")):
        given = await person.post(path, {"rating": stars})
        assert (given.status_code, given.json()) == (
            200,
            {"recipe_id": STEW, "rating": float(stars)},
        )
    assert (await stranger.get(path)).json()["rating"] == 2.5


async def test_a_rating_with_a_key_is_given_once(book, buyer):
    """The second is the first one's answer, also after the rating changed."""
    path, key = f"{RECIPES}/{STEW}/rating", {"Idempotency-Key": "k1"}
    first = await buyer.post(path, {"rating": 5}, **key)
    await buyer.post(path, {"rating": 1})
    again = await buyer.post(path, {"rating": 5}, **key)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert (await buyer.get(path)).json()["rating"] == 1.0


@pytest.mark.parametrize(
    "body", [{}, {"rating": 6}, {"rating": -1}, {"rating": 4.5}, {"rating": None}, {"stars": 3}]
)
async def test_a_rating_that_is_none_is_422(book, buyer, body):
    """And one for an unknown recipe 404."""
    assert (await buyer.post(f"{RECIPES}/{STEW}/rating", body)).status_code == 422
    assert (await buyer.post(f"{RECIPES}/99/rating", {"rating": 3})).status_code == 404


async def test_a_search_by_name_speaks_in_both_cases(book, buyer):
    """Fault 8.1.12: lower case as promised, upper case as it was; RECIPE_TITLE is the dish."""
    body = (await buyer.get(f"{RECIPES}/search", recipe="김치찌개")).json()
    assert {name: body[name] for name in ("page", "total", "next_cursor")} == {
        "page": 1,
        "total": 1,
        "next_cursor": None,
    }
    assert body["recipes"] == [
        SHOWN
        | {
            "RECIPE_ID": STEW,
            "RECIPE_TITLE": "김치찌개",
            "SCRAP_COUNT": 10,
            "COOKING_CASE_NAME": "일상",
            "COOKING_CATEGORY_NAME": "찌개",
            "COOKING_INTRODUCTION": "김치찌개 만드는 법",
            "NUMBER_OF_SERVING": "2인분",
            "THUMBNAIL_URL": "/api/media/recipe-7",
        }
    ]


async def test_a_search_by_ingredients_asks_for_all_of_them(book, buyer, notebook):
    """Separated by commas, blanks or not."""

    async def found(names, **paging):
        asked = {"recipe": names, "method": "ingredient"} | paging
        return (await buyer.get(f"{RECIPES}/search", **asked)).json()

    body = await found(" 김치 , 두부,,")
    assert (len(body["recipes"]), body["total"]) == (1, 1)
    assert body["recipes"][0].items() >= SHOWN.items()
    assert [each["recipe_id"] for each in (await found("김치"))["recipes"]] == [PANCAKE, STEW]
    assert (await found("김치,없음"))["total"] == 0
    assert (await found(","))["recipes"] == []
    assert len(noted(notebook, "recipe_search_by_keyword")) == 4


async def test_searches_page_by_number_and_by_cursor(book, buyer):
    """Fault 8.1.12: page 2 is the second page, and the total is that of the whole list."""

    async def ask(**paging):
        body = (await buyer.get(f"{RECIPES}/search", recipe="김치", size=1, **paging)).json()
        assert body["total"] == 2
        return [each["recipe_id"] for each in body["recipes"]], body["next_cursor"]

    first, cursor = await ask(page=1)
    assert (first, await ask(page=2), await ask(page=3)) == (
        [PANCAKE],
        ([STEW], None),
        ([], None),
    )
    assert await ask(cursor=cursor) == ([STEW], None)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"recipe": " "},
        {"recipe": "a" * 201},
        {"recipe": "김치", "method": "guess"},
        {"recipe": "김치", "page": 0},
        {"recipe": "김치", "size": 51},
        {"recipe": "김치", "cursor": "?"},
        {"recipe": "a\0b"},
    ],
)
async def test_a_search_for_what_cannot_be_meant_is_422(book, buyer, asked):
    """In the one shape of refusals."""
    answer = await buyer.get(f"{RECIPES}/search", **asked)
    assert (answer.status_code, type(answer.json()["detail"])) == (422, str)


async def test_the_status_tells_what_was_bought_and_what_is_in_the_cart(
    house, clock, stall, book, buyer, stranger
):
    """Each with its product; the stall sells tofu. A stranger has none of it."""
    async with house.state["db"].sessions.begin() as session:
        await kok_grocery(session, 61, "포기김치 3kg", now=clock())
    row = await buyer.put_in_cart(KOK, 2)
    await buyer.put_in_cart(61, 3)
    body = {"selected_items": [{"kok_cart_id": row, "quantity": 2}]}
    order_id = (await buyer.post("/api/orders/kok/carts/order", body)).json()["order_id"]

    answer = (await buyer.get(f"{RECIPES}/{STEW}/status")).json()

    kimchi, tofu, pork = answer.pop("ingredients")
    assert answer == {
        "recipe_id": STEW,
        "user_id": buyer.user_id,
        "summary": {
            "total_ingredients": 3,
            "owned_count": 1,
            "cart_count": 1,
            "not_owned_count": 1,
        },
    }
    bought_at = "2026-11-21T12:00:00"
    assert tofu == {
        "material_name": "두부",
        "status": "owned",
        "source": "order",
        "order_info": {
            "order_id": order_id,
            "order_date": bought_at,
            "purchase_date": bought_at,
            "order_type": "kok",
            "product_name": "두부 5001",
            "quantity": 2,
        },
        "entered_info": None,
        "cart_info": None,
    }
    assert (kimchi["status"], kimchi["source"]) == ("cart", "cart")
    assert kimchi["cart_info"]["cart_type"] == "kok"
    assert (kimchi["cart_info"]["product_name"], kimchi["cart_info"]["quantity"]) == (
        "포기김치 3kg",
        3,
    )
    assert (pork["status"], pork["order_info"], pork["cart_info"]) == ("not_owned", None, None)
    theirs = (await stranger.get(f"{RECIPES}/{STEW}/status")).json()["summary"]
    assert theirs["not_owned_count"] == 3


async def test_what_was_bought_long_ago_is_eaten(house, clock, stall, book, buyer):
    """After seven days it is missing again."""
    row = await buyer.put_in_cart(KOK)
    body = {"selected_items": [{"kok_cart_id": row, "quantity": 1}]}
    await buyer.post("/api/orders/kok/carts/order", body)

    async def owned():
        return (await buyer.get(f"{RECIPES}/{TOFU}/status")).json()["summary"]["owned_count"]

    assert await owned() == 1
    clock.forward(days=7, seconds=1)
    async with house.client() as http:
        login = {"email": "jimin@example.com", "password": "correct horse"}
        token = (await http.post("/api/user/login", json=login)).json()["access_token"]
    buyer.headers["Authorization"] = f"Bearer {token}"
    assert await owned() == 0


async def test_products_for_an_ingredient_come_from_both_shops(house, clock, buyer, notebook):
    """The broadcasts' first; every field is there, null where the other shop's."""
    async with house.state["db"].sessions.begin() as session:
        await open_shop(session)
        await hs_grocery(session, 1, "강원도 감자 5kg", now=clock())
        shown = await a_broadcast(session, 1, starts_at=clock(), now=clock())
        await kok_grocery(session, 2, "[밭] 감자 3kg", reviews=4, now=clock())

    body = (await buyer.get(f"{RECIPES}/감자/product-recommend")).json()

    assert (body["ingredient"], body["total_count"]) == ("감자", 2)
    why = {"code": "is_ingredient", "text": "찾으시는 식재료예요. (감자)"}
    assert body["recommendations"] == [
        {
            "source": "homeshopping",
            "name": "강원도 감자 5kg",
            "live_id": shown.live_id,
            "kok_product_id": None,
            "thumb_img_url": "/api/media/hs-1",
            "image_url": None,
            "brand_name": "바다상회",
            "price": 20_000,
            "homeshopping_id": 1,
            "kok_discount_rate": None,
            "kok_review_cnt": None,
            "kok_review_score": None,
            "dc_rate": 10,
            "reason": why,
        },
        {
            "source": "kok",
            "name": "[밭] 감자 3kg",
            "live_id": None,
            "kok_product_id": 2,
            "thumb_img_url": None,
            "image_url": "/api/media/kok-2",
            "brand_name": "햇살농장",
            "price": 10_000,
            "homeshopping_id": None,
            "kok_discount_rate": 20,
            "kok_review_cnt": 4,
            "kok_review_score": 4.5,
            "dc_rate": None,
            "reason": why,
        },
    ]
    nothing = (await buyer.get(f"{RECIPES}/캐비어/product-recommend")).json()
    assert nothing == {"ingredient": "캐비어", "recommendations": [], "total_count": 0}
    assert (await buyer.get(f"{RECIPES}/%20/product-recommend")).status_code == 422
    assert len(noted(notebook, "ingredient_product_recommend")) == 2


async def test_what_stands_in_for_an_ingredient_is_found_by_its_meaning(house, clock, buyer):
    """When no product's name says it and a model is there; nothing is, when there is none."""
    async with house.state["db"].sessions.begin() as session:
        await kok_grocery(session, 2, "철갑상어알", now=clock())

    async def found():
        body = (await buyer.get(f"{RECIPES}/철갑상어알통/product-recommend")).json()
        return [
            (each["kok_product_id"], each["reason"]["code"]) for each in body["recommendations"]
        ]

    assert await found() == []
    house.state["embedder"] = embedder = HashEmbedder()
    shelves = recommendation.Shelves(house.state["db"], house.state["analytics"])
    await recommendation.index_page(
        shelves, "kok", recommendation.Progress(), limit=10, now=clock()
    )
    await recommendation.embed_pending(shelves.analytics, embedder, limit=10, clock=clock)
    assert await found() == [(2, "similar_meaning")]


async def test_the_statistics_are_of_this_process(book, buyer):
    """A page that was read is kept."""
    before = (await buyer.get(f"{RECIPES}/cache/stats")).json()["cache_stats"]
    await buyer.get(f"{RECIPES}/{STEW}")
    await buyer.get(f"{RECIPES}/{STEW}")
    after = (await buyer.get(f"{RECIPES}/cache/stats")).json()
    assert after["cache_stats"] == before | {"cache_size": before["cache_size"] + 1}
    assert after["timestamp"] == "2026-11-21T12:00:00"
    assert before.keys() == {
        "cache_size",
        "search_cache_size",
        "max_size",
        "search_max_size",
        "ttl_seconds",
        "search_ttl_seconds",
    }
