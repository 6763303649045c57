"""The REST doors of what goes with what."""

import pytest

from domain import kok, user
from domain.kernel import UserId
from domain.user import Role
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.shop import a_broadcast, open_shop
from tests.stall import PASSWORD

CART_RECIPES = "/api/kok/carts/recipe-recommend"
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
