"""The REST doors of what goes with what."""

import numpy as np
import pytest

from domain import kok, log, recommendation, user
from domain.kernel import UserId, open_database, react
from domain.user import Role
from tests.embedders import HashEmbedder
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.shop import a_broadcast, open_shop
from tests.stall import PASSWORD

CART_RECIPES = "/api/kok/carts/recipe-recommend"
FOR_YOU = "/api/recommendations/for-you"
FOR_ME = "/api/kok/product/homeshopping-recommend"
INVALIDATE = "/api/homeshopping/cache/invalidate/kok-recommend"
SQUID, PAN, POTATO = 1, 2, 3
KOK_SQUID, KOK_POTATO = 11, 12


def like(product_id):
    return f"/api/homeshopping/product/{product_id}/kok-recommend"


def with_it(product_id):
    return f"/api/homeshopping/product/{product_id}/recipe-recommend"


@pytest.fixture
async def market(house, clock):
    """Squid and potatoes in both shops, a pan, and two recipes."""
    now = clock()
    async with house.state["db"].sessions.begin() as session:
        await open_shop(session)
        await hs_grocery(session, SQUID, "동해안 반건조 통오징어", now=now)
        await hs_grocery(
            session, PAN, "티타늄 프라이팬", is_food=False, is_ingredient=False, now=now
        )
        await hs_grocery(session, POTATO, "브랜드 국내산 감자 1kg", now=now)
        await kok_grocery(session, KOK_SQUID, "[바다상회] 급냉 통오징어 1kg", now=now)
        await kok_grocery(session, KOK_POTATO, "[브랜드1] 강원도 감자 1kg", now=now)
        await a_recipe(session, 4, "감자전", "감자", "양파", scraps=40)
        await a_recipe(session, 5, "오징어볶음", "오징어", "양파", scraps=9)
        return await a_broadcast(session, POTATO, starts_at=now, now=now)


async def test_kok_products_like_a_broadcasts_have_the_earlier_shape(market, client, buyer):
    """For everybody the same, with an ETag; the signed-in are answered alike."""
    answer = await client.get(like(SQUID))
    assert answer.json() == {
        "products": [
            {
                "kok_product_id": KOK_SQUID,
                "kok_thumbnail": "/api/media/kok-11",
                "kok_discount_rate": 20,
                "kok_discounted_price": 8_000,
                "kok_product_name": "[바다상회] 급냉 통오징어 1kg",
                "kok_store_name": "햇살농장",
                "reason": {"code": "same_ingredient", "text": "같은 식재료예요. (오징어)"},
            }
        ]
    }
    known = {"If-None-Match": answer.headers["etag"]}
    assert (await client.get(like(SQUID), headers=known)).status_code == 304
    assert (await buyer.get(like(SQUID))).json() == answer.json()


async def test_what_is_like_nothing_is_an_empty_list(market, client):
    """Fault 8.1.15: never an error; an unknown product neither."""
    assert (await client.get(like(PAN))).json() == {"products": []}
    assert (await client.get(like(404))).json() == {"products": []}
    assert (await client.get(like("x"))).status_code == 422


async def test_a_new_price_is_told_at_once(market, house, clock, client):
    """The kept answer ends with the fact."""
    await client.get(like(POTATO))
    async with house.state["db"].sessions.begin() as session:
        await kok.change_price(session, KOK_POTATO, rate=50, price=5_000, now=clock())
    house.state["cache"].told(["product.priced"])  # as the relay does after the commit
    (product,) = (await client.get(like(POTATO))).json()["products"]
    assert (product["kok_discount_rate"], product["kok_discounted_price"]) == (50, 5_000)


async def test_recipes_for_a_product_have_the_earlier_shape(market, client, buyer, notebook):
    """Only what the signed-in see is written down."""
    answer = await client.get(with_it(POTATO))
    assert answer.json() == {
        "recipes": [
            {
                "recipe_id": 4,
                "recipe_name": "감자전",
                "scrap_count": 40,
                "ingredients": ["감자", "양파"],
                "description": "감자전 만드는 법",
                "recipe_image_url": "/api/media/recipe-4",
                "number_of_serving": "2인분",
                "reason": {
                    "code": "uses_products",
                    "text": "고른 상품 가운데 1가지를 쓰는 요리예요. (감자)",
                },
            }
        ],
        "is_ingredient": True,
        "extracted_keywords": ["감자"],
    }
    assert (await buyer.get(with_it(POTATO))).json() == answer.json()
    (seen,) = [e for e in notebook.noted if e.event_type.endswith("recipe_recommendation")]
    assert (seen.user_id, seen.event_data["extracted_keywords"]) == (buyer.user_id, ["감자"])


async def test_a_pan_goes_into_no_recipe_and_an_unknown_product_is_404(market, client):
    """In the earlier API's words."""
    assert (await client.get(with_it(PAN))).json() == {
        "recipes": [],
        "is_ingredient": False,
        "extracted_keywords": [],
    }
    answer = await client.get(with_it(404))
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "홈쇼핑 상품을 찾을 수 없습니다.",
    )


async def test_recipes_for_a_cart_take_ids_of_either_shop(market, buyer, notebook):
    """Fault 8.1.16: what is no number is passed over; the total is true."""
    ids = f"{KOK_SQUID}, {POTATO},x,,1e3,{2**70},-1"
    body = (await buyer.get(CART_RECIPES, product_ids=ids, size=1)).json()
    cursor = body.pop("next_cursor")
    assert body == {
        "recipes": [
            {
                "recipe_id": 4,
                "recipe_title": "감자전",
                "cooking_name": "감자전",
                "description": "감자전 만드는 법",
                "scrap_count": 40,
                "recipe_url": "https://www.10000recipe.com/recipe/4",
                "number_of_serving": "2인분",
                "ingredients": ["감자", "양파"],
                "reason": {
                    "code": "uses_products",
                    "text": "고른 상품 가운데 1가지를 쓰는 요리예요. (감자)",
                },
            }
        ],
        "total_count": 2,
        "page": 1,
        "size": 1,
        "total_pages": 2,
        "keyword_extraction": ["감자", "오징어"],
    }
    for part in ({"page": 2}, {"cursor": cursor}):
        rest = (await buyer.get(CART_RECIPES, product_ids=ids, size=1, **part)).json()
        assert [each["recipe_id"] for each in rest["recipes"]] == [5]
    (seen, *_) = [e for e in notebook.noted if e.event_type == "kok_cart_recipe_recommend"]
    assert seen.event_data["extracted_ingredients"] == ["감자", "오징어"]


@pytest.mark.parametrize("ids", ["", "x", ",,", "0", "-5", "1.5", "٣", str(2**64)])
async def test_no_usable_id_is_400(market, buyer, ids):
    """Fault 8.1.16: it was a 500."""
    answer = await buyer.get(CART_RECIPES, product_ids=ids)
    assert (answer.status_code, answer.json()["detail"]) == (400, "유효한 상품 ID가 없습니다.")


async def test_an_unknown_products_cart_has_no_recipes(market, buyer):
    """An empty list, and no page."""
    body = (await buyer.get(CART_RECIPES, product_ids="404")).json()
    assert (body["recipes"], body["total_count"], body["total_pages"]) == ([], 0, 0)
    assert (await buyer.get(CART_RECIPES)).status_code == 422
    assert (await buyer.get(CART_RECIPES, product_ids="1", size=101)).status_code == 422


async def test_food_for_a_shopper_has_the_earlier_shape(market, buyer, notebook):
    """Fault 8.1.14: what is liked or in the cart finds what is shown, with when it is shown."""
    await buyer.post("/api/kok/likes/toggle", {"kok_product_id": KOK_POTATO})
    await buyer.put_in_cart(KOK_SQUID)

    body = (await buyer.get(FOR_ME)).json()

    squid, potato = body["recommendations"]
    assert potato == {
        "product_id": POTATO,
        "product_name": "브랜드 국내산 감자 1kg",
        "store_name": "바다상회",
        "sale_price": 20_000,
        "dc_price": 18_000,
        "dc_rate": 10,
        "thumb_img_url": "/api/media/hs-3",
        "live_date": "2026-11-21",
        "live_start_time": "12:00:00",
        "live_end_time": "13:00:00",
        "similarity_score": None,
        "reason": {
            "code": "like_liked",
            "text": "찜한 상품과 비슷해요. ([브랜드1] 강원도 감자 1kg)",
        },
    }
    assert (squid["product_id"], squid["live_date"]) == (SQUID, None)
    assert body["product_recommendations"] == {
        "[바다상회] 급냉 통오징어 1kg": [squid],
        "[브랜드1] 강원도 감자 1kg": [potato],
    }
    assert (body["kok_product_id"], body["kok_product_name"]) == (None, "사용자 맞춤 추천")
    assert body["total_count"] == 2
    assert body["algorithm_info"] == {
        "algorithm": "multi_product_keyword_based",
        "status": "success",
        "search_terms": "오징어, 감자",
        "source_products_count": "2",
        "liked_products_count": "1",
        "cart_products_count": "1",
        "total_recommendations": "2",
        "product_recommendations_count": "2",
    }
    assert len((await buyer.get(FOR_ME, k=1)).json()["recommendations"]) == 1
    for k in (0, 21, "x"):
        assert (await buyer.get(FOR_ME, k=k)).status_code == 422
    events = [e for e in notebook.noted if e.event_type == "kok_homeshopping_recommendation"]
    assert [e.event_data["k"] for e in events] == [5, 1]


async def test_without_likes_or_cart_there_is_nothing_to_go_by(market, buyer, client, house, clock):
    """Two refusals, 400 each; a stranger is 401."""
    answer = await buyer.get(FOR_ME)
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "찜하거나 장바구니에 담긴 상품이 없습니다.",
    )
    async with house.state["db"].sessions.begin() as session:
        await kok_grocery(session, 13, "500g x 2", now=clock())
    await buyer.put_in_cart(13)
    answer = await buyer.get(FOR_ME)
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "추천 키워드를 추출할 수 없습니다.",
    )
    assert (await client.get(FOR_ME)).status_code == 401
    assert (await client.get(CART_RECIPES, params={"product_ids": "1"})).status_code == 401


async def test_only_an_admin_has_recommendations_looked_up_anew(
    market, house, client, sign_in, buyer
):
    """Fault 8.5: it was anybody's; the count is real, for all or for one."""
    assert (await client.post(INVALIDATE)).status_code == 401
    assert (await buyer.post(INVALIDATE)).status_code == 403
    admin = await sign_in("admin@example.com")
    async with house.state["db"].sessions.begin() as session:
        await user.appoint(session, UserId(admin.user_id), Role.ADMIN)
    admin = await sign_in("admin@example.com")
    for product_id in (SQUID, POTATO, PAN):
        await client.get(like(product_id))

    async def invalidate(**asked):
        answer = await client.post(INVALIDATE, params=asked, headers=admin.headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["message"] == "KOK 추천 캐시가 무효화되었습니다."
        return answer.json()["deleted_count"]

    assert await invalidate(product_id=SQUID) == 1
    assert await invalidate() == 2
    assert await invalidate() == 0
    assert PASSWORD not in str(await client.get(like(SQUID)))


async def for_you(person, **params):
    answer = await person.get(FOR_YOU, **params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def test_what_one_may_like_has_three_lists_with_reasons(market, buyer, notebook):
    """In the shapes of the other recommendations, and what is on air says so."""
    await buyer.post("/api/kok/likes/toggle", {"kok_product_id": KOK_POTATO})
    body = await for_you(buyer, limit=1)
    assert body["newcomer"] is False
    (squid,) = body["kok_products"]
    assert squid["kok_product_id"] == KOK_SQUID
    (potato,) = body["homeshopping_products"]
    assert (potato["product_id"], potato["on_air"]) == (POTATO, True)
    assert potato["live_id"] == market.live_id
    assert potato["reason"] == {
        "code": "like_liked",
        "text": "찜한 상품과 비슷해요. ([브랜드1] 강원도 감자 1kg)",
    }
    (pancakes,) = body["recipes"]
    assert (pancakes["recipe_id"], pancakes["reason"]["code"]) == (4, "uses_wanted")
    (seen,) = [e for e in notebook.noted if e.event_type == "recommendations_for_you_view"]
    assert seen.event_data["recipe_ids"] == [4]


async def test_a_newcomer_is_told_what_is_popular(market, buyer, client):
    """In the language that was asked for; a stranger is 401, a wrong number 422."""
    answer = await client.get(FOR_YOU, headers=buyer.headers | {"Accept-Language": "en"})
    body = answer.json()
    assert body["newcomer"] is True
    assert body["recipes"][0]["reason"] == {
        "code": "popular",
        "text": "Many people are looking for this.",
    }
    assert answer.headers["content-language"] == "en"
    assert (await client.get(FOR_YOU)).status_code == 401
    for limit in (0, 21, "x"):
        assert (await buyer.get(FOR_YOU, limit=limit)).status_code == 422


async def test_what_one_looked_at_counts(market, house, buyer, clock):
    """As the event log has it; what is written wrongly there is passed over."""
    views = [
        ("kok_product_info_view", {"kok_product_id": KOK_SQUID}),
        ("kok_product_info_view", {"kok_product_id": "squid"}),
        ("recipe_detail_view", {}),
        ("homeshopping_product_detail_view", {"live_id": True}),
    ]
    entries = [
        log.Entry(
            event_id=f"view-{n}",
            user_id=buyer.user_id,
            event_type=kind,
            event_data=data,
            created_at=clock(),
        )
        for n, (kind, data) in enumerate(views)
    ]
    async with house.state["analytics"].sessions.begin() as session:
        await log.record(session, entries)
    shown = {each["product_id"]: each for each in (await for_you(buyer))["homeshopping_products"]}
    assert shown[SQUID]["reason"] == {
        "code": "like_viewed",
        "text": "최근 본 상품과 비슷해요. ([바다상회] 급냉 통오징어 1kg)",
    }


async def test_reasons_are_told_in_the_language_asked_for(market, client):
    """Also where the answer is kept for everybody: each language has its own."""
    in_english = await client.get(like(SQUID), headers={"Accept-Language": "en"})
    in_korean = await client.get(like(SQUID))
    (english,), (korean,) = (each.json()["products"] for each in (in_english, in_korean))
    assert english["reason"]["text"] == "The same ingredient. (오징어)"
    assert korean["reason"]["text"] == "같은 식재료예요. (오징어)"
    assert english["kok_product_id"] == korean["kok_product_id"]
    assert "Accept-Language" in in_english.headers.get_list("vary", split_commas=True)


async def test_without_the_analytics_database_the_rules_answer(market, house, buyer, client):
    """Each of the recommendations, without the looks and without the vectors."""
    await buyer.post("/api/kok/likes/toggle", {"kok_product_id": KOK_POTATO})
    gone = open_database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    house.state["analytics"], there = gone, house.state["analytics"]
    try:
        alike = (await client.get(like(SQUID))).json()["products"]
        assert [each["kok_product_id"] for each in alike] == [KOK_SQUID]
        recipes = (await client.get(with_it(POTATO))).json()["recipes"]
        assert [each["recipe_id"] for each in recipes] == [4]
        ids = str(KOK_POTATO)
        assert (await buyer.get(CART_RECIPES, product_ids=ids)).json()["total_count"] == 1
        (potato,) = (await buyer.get(FOR_ME)).json()["recommendations"]
        assert potato["product_id"] == POTATO
        body = await for_you(buyer)
        assert body["recipes"][0]["recipe_id"] == 4
    finally:
        house.state["analytics"] = there
        await gone.close()


async def test_vectors_fill_up_what_the_rules_find(market, house, buyer, clock):
    """The neighbours of the product, by the active model."""
    db, analytics = house.state["db"], house.state["analytics"]
    async with db.sessions.begin() as session:
        await kok_grocery(session, 14, "오징오 튀김", is_ingredient=False, now=clock())
    async with db.sessions.begin() as session:
        await react(session, recommendation.hear, limit=200)
    shelves = recommendation.Shelves(db, analytics)
    await recommendation.index_changes(shelves, limit=200, now=clock())
    while await recommendation.embed_pending(analytics, Alike(), limit=200, clock=clock):
        pass
    products = (await buyer.get(like(SQUID))).json()["products"]
    found = {each["kok_product_id"]: each["reason"]["code"] for each in products}
    assert found == {KOK_SQUID: "same_ingredient", 14: "similar_meaning"}


class Alike(HashEmbedder):
    """Finds that squid is squid, and all else lies at a right angle."""

    def _vector(self, text):
        vector = np.zeros(64, np.float32)
        vector[int("오징" in text)] = 1
        return vector
