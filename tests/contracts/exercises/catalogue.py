"""What everybody may look at: the schedule, the shop's shelves, and searching them."""

from tests.contracts.exercises import Door, exercise
from tests.contracts.neighbourhood import NAMELESS, ONION, PORK
from tests.stall import HS, KOK


@exercise("GET /api/homeshopping/schedule")
async def _(door: Door) -> None:
    day = door.shop.street.clock().date()
    everything = await door.good(params={"page": 1, "size": 20})
    assert len(everything["schedules"]) == 2
    await door.good("buyer", params={"live_date": str(day)})
    await door.bad(422, params={"live_date": "tomorrow"})


@exercise("GET /api/homeshopping/schedule/live-stream")
async def _(door: Door) -> None:
    seen = await door.good(params={"homeshopping_id": 1})
    assert (seen["is_live"], seen["source"]) == (True, "homeshopping_id")
    await door.good("buyer", params={"src": "/live.m3u8"})
    await door.bad(400)
    await door.bad(404, params={"homeshopping_id": 99})


@exercise("GET /api/homeshopping/search")
async def _(door: Door) -> None:
    found = await door.good(params={"keyword": "사과"})
    assert found["total"] == 2
    assert (await door.good("buyer", params={"keyword": "없는상품"}))["total"] == 0
    await door.bad(422)


@exercise("GET /api/homeshopping/product/{live_id}")
async def _(door: Door) -> None:
    live_id = door.shop.street.stall.on_air
    assert (await door.good(live_id=live_id))["product"]["product_id"] == HS
    await door.good("buyer", live_id=live_id)
    await door.bad(404, live_id=999_999)
    await door.bad(422, live_id="apple")


@exercise("GET /api/homeshopping/product/{product_id}/check")
async def _(door: Door) -> None:
    assert await door.good(product_id=HS) == {"is_ingredient": False}
    assert await door.good(product_id=door.shop.street.stall.on_air) == {"is_ingredient": False}
    assert await door.good(product_id=999_999) == {"is_ingredient": False}


@exercise("GET /api/homeshopping/product/{product_id}/kok-recommend")
async def _(door: Door) -> None:
    assert len((await door.good(product_id=HS))["products"]) <= 5
    assert await door.good(product_id=999_999) == {"products": []}


@exercise("GET /api/homeshopping/product/{product_id}/recipe-recommend")
async def _(door: Door) -> None:
    found = await door.good(product_id=HS)
    assert found["is_ingredient"] is False
    assert found["recipes"] == []
    await door.bad(404, product_id=999_999)


@exercise("POST /api/homeshopping/cache/invalidate/kok-recommend")
async def _(door: Door) -> None:
    done = await door.good()
    assert done["message"] == "KOK 추천 캐시가 무효화되었습니다."
    await door.good(params={"product_id": HS})


@exercise(
    "GET /api/kok/discounted",
    "GET /api/kok/discounted/window",
    "GET /api/kok/discounted/max-join",
    "GET /api/kok/discounted/baseline",
)
async def _(door: Door) -> None:
    cards = (await door.good(params={"page": 1, "size": 3}))["products"]
    assert len(cards) == 3
    rates = [card["kok_discount_rate"] for card in cards]
    assert rates == sorted(rates, reverse=True)
    await door.good("buyer")
    await door.bad(422, params={"size": 101})


@exercise("GET /api/kok/top-selling")
async def _(door: Door) -> None:
    by_count = (await door.good(params={"sort_by": "review_count"}))["products"]
    assert by_count
    assert all(card["kok_review_cnt"] > 0 for card in by_count)
    await door.good("buyer", params={"sort_by": "rating"})
    await door.good(params={"sort_by": "anything"})
    await door.bad(422, params={"page": 0})


@exercise("GET /api/kok/store-best-items")
async def _(door: Door) -> None:
    assert len((await door.good(params={"sort_by": "rating"}))["products"]) <= 10
    assert await door.good("stranger") == {"products": []}


@exercise("GET /api/kok/product/{kok_product_id}/info")
async def _(door: Door) -> None:
    info = await door.good(kok_product_id=KOK)
    assert (info["kok_product_price"], info["kok_discounted_price"]) == (10_000, 8_000)
    await door.good("buyer", kok_product_id=KOK)
    await door.bad(404, kok_product_id=999_999)


@exercise("GET /api/kok/product/{kok_product_id}/tabs")
async def _(door: Door) -> None:
    assert len((await door.good(kok_product_id=ONION))["images"]) == 1
    await door.bad(404, kok_product_id=999_999)


@exercise("GET /api/kok/product/{kok_product_id}/reviews")
async def _(door: Door) -> None:
    found = await door.good(kok_product_id=ONION)
    assert found["stats"]["kok_review_score"] == 4.5
    assert found["reviews"][0]["kok_review_user"] == found["reviews"][0]["kok_nickname"] == "맛객"
    await door.bad(404, kok_product_id=999_999)


@exercise("GET /api/kok/product/{kok_product_id}/seller-details")
async def _(door: Door) -> None:
    found = await door.good(kok_product_id=PORK)
    assert found["detail_info"] == [{"kok_detail_col": "원산지", "kok_detail_val": "국산"}]
    await door.bad(404, kok_product_id=999_999)


@exercise("GET /api/kok/search")
async def _(door: Door) -> None:
    found = await door.good(params={"keyword": "양파"})
    assert [each["kok_product_id"] for each in found["products"]] == [ONION]
    assert found["total"] == 1
    await door.good("buyer", params={"keyword": "햇살", "page": 1, "size": 2})
    await door.bad(422)


@exercise("GET /api/kok/product/homeshopping-recommend")
async def _(door: Door) -> None:
    buyer = door.shop.people["buyer"]
    await door.bad(400, "operator")
    row = await buyer.put_in_cart(ONION)
    found = await door.good(params={"k": 3})
    assert found["algorithm_info"]["cart_products_count"] == "1"
    await buyer.http.delete(f"/api/kok/carts/{row}", headers=buyer.headers)
    await door.bad(422, params={"k": 21})
    stranger = door.shop.people["stranger"]
    liked = await stranger.post("/api/kok/likes/toggle", {"kok_product_id": NAMELESS})
    assert liked.status_code == 200, liked.text
    await door.bad(400, "stranger")


@exercise(
    "POST /api/kok/cache/invalidate/discounted",
    "POST /api/kok/cache/invalidate/top-selling",
    "POST /api/kok/cache/invalidate/store-best",
    "POST /api/kok/cache/invalidate/all",
)
async def _(door: Door) -> None:
    kind = door.entry["path"].rpartition("/")[2]
    if kind != "all":
        path = {"store-best": "store-best-items"}.get(kind, kind)
        await door.shop.street.http.get(f"/api/kok/{path}")
    told = await door.good()
    assert "무효화되었습니다." in told["message"]
    if kind != "all":
        assert not told["message"].endswith(": 0"), "there was something to forget"
