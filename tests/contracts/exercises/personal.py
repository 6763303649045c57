"""What belongs to one person: searches, likes, messages, the cart."""

from tests.contracts.exercises import Door, exercise
from tests.contracts.neighbourhood import ONION, PORK, STEW
from tests.patience import until
from tests.stall import KOK


@exercise("POST /api/homeshopping/search/history", "POST /api/kok/search/history")
async def _(door: Door) -> None:
    kept = await door.good(json={"keyword": "  꿀사과 "})
    row = kept.get("saved", kept)
    assert "꿀사과" in row.values()
    await door.bad(422, json={"keyword": "   "})


@exercise("GET /api/homeshopping/search/history", "GET /api/kok/search/history")
async def _(door: Door) -> None:
    buyer = door.shop.people["buyer"]
    await buyer.post(door.entry["path"], {"keyword": "먼저"})
    await buyer.post(door.entry["path"], {"keyword": "나중"})
    (newest, *_rest) = (await door.good(params={"limit": 2}))["history"]
    assert "나중" in newest.values()
    await door.bad(422, params={"limit": 0})


@exercise("DELETE /api/homeshopping/search/history")
async def _(door: Door) -> None:
    buyer = door.shop.people["buyer"]
    made = await buyer.post(door.entry["path"], {"keyword": "지울것"})
    row = {"homeshopping_history_id": made.json()["homeshopping_history_id"]}
    await door.bad(404, "stranger", json=row)
    assert await door.good(json=row) == {"message": "검색 이력이 삭제되었습니다."}
    await door.bad(404, json=row)


@exercise("DELETE /api/kok/search/history/{history_id}")
async def _(door: Door) -> None:
    buyer = door.shop.people["buyer"]
    made = await buyer.post("/api/kok/search/history", {"keyword": "지울것"})
    row = made.json()["saved"]["kok_history_id"]
    await door.bad(404, "stranger", history_id=row)
    told = await door.good(history_id=row)
    assert told["message"] == f"검색 이력 ID {row}가 삭제되었습니다."
    await door.bad(404, history_id=row)


@exercise("POST /api/homeshopping/likes/toggle")
async def _(door: Door) -> None:
    live = {"live_id": str(door.shop.street.stall.to_come)}
    first = await door.good(json=live)
    assert first == {"liked": True, "message": "찜이 등록되었습니다."}
    again = await door.good(json=live)
    assert again == {"liked": False, "message": "찜이 해제되었습니다."}
    await door.bad(404, json={"live_id": 999_999})
    await door.bad(422, json={"live_id": "apple"})


@exercise("GET /api/homeshopping/likes")
async def _(door: Door) -> None:
    admin, live_id = door.shop.people["admin"], door.shop.street.stall.to_come
    await admin.post("/api/homeshopping/likes/toggle", {"live_id": live_id})
    liked = (await door.good("admin"))["liked_products"]
    assert [each["live_id"] for each in liked] == [live_id]
    assert (await door.good("stranger"))["liked_products"] == []


@exercise("POST /api/kok/likes/toggle")
async def _(door: Door) -> None:
    product = {"kok_product_id": str(ONION)}
    first = await door.good(json=product)
    assert first == {"liked": True, "message": "상품을 찜했습니다."}
    again = await door.good(json=product)
    assert again == {"liked": False, "message": "찜이 취소되었습니다."}
    await door.bad(404, json={"kok_product_id": 999_999})


@exercise("GET /api/kok/likes")
async def _(door: Door) -> None:
    admin = door.shop.people["admin"]
    for product in (ONION, PORK):
        await admin.post("/api/kok/likes/toggle", {"kok_product_id": product})
    liked = (await door.good("admin", params={"limit": 100}))["liked_products"]
    assert [each["kok_product_id"] for each in liked] == [PORK, ONION]
    await door.bad(422, params={"limit": 101})


@exercise("POST /api/kok/carts")
async def _(door: Door) -> None:
    body = {"kok_product_id": str(PORK), "kok_quantity": 1, "recipe_id": 0, "kok_price_id": 0}
    first = await door.good(json=body)
    assert first["message"] == "장바구니에 상품이 추가되었습니다."
    again = await door.good(json=body | {"recipe_id": STEW})
    assert again["message"] == "장바구니 수량이 2개로 업데이트되었습니다."
    await door.bad(404, json={"kok_product_id": 999_999})
    await door.bad(422, json={"kok_product_id": PORK, "kok_quantity": 0})
    await _throw_away(door, first["kok_cart_id"])


@exercise("GET /api/kok/carts")
async def _(door: Door) -> None:
    row = await door.shop.people["buyer"].put_in_cart(ONION)
    (item,) = (await door.good(params={"limit": 20}))["cart_items"]
    assert (item["kok_cart_id"], item["kok_product_id"]) == (row, ONION)
    assert (await door.good("stranger"))["cart_items"] == []
    await _throw_away(door, row)


@exercise("PATCH /api/kok/carts/{kok_cart_id}")
async def _(door: Door) -> None:
    row = await door.shop.people["buyer"].put_in_cart(ONION)
    changed = await door.good(kok_cart_id=row, json={"kok_quantity": 3})
    assert changed["message"] == "수량이 3개로 변경되었습니다."
    await door.bad(404, "stranger", kok_cart_id=row, json={"kok_quantity": 9})
    await door.bad(422, kok_cart_id=row, json={"kok_quantity": 0})
    await _throw_away(door, row)


@exercise("DELETE /api/kok/carts/{kok_cart_id}")
async def _(door: Door) -> None:
    row = await door.shop.people["buyer"].put_in_cart(ONION)
    await door.bad(404, "stranger", kok_cart_id=row)
    await door.good(kok_cart_id=row)
    await door.bad(404, kok_cart_id=row)


@exercise("GET /api/homeshopping/notifications/all", "GET /api/homeshopping/notifications/orders")
async def _(door: Door) -> None:
    order_id = await door.shop.paid()

    async def told() -> bool:
        messages = (await door.good(params={"limit": 100}))["notifications"]
        return any(order_id == each["related_entity_id"] for each in messages)

    await until(told)
    page = await door.good(params={"limit": 1, "offset": 0})
    assert page["has_more"] is (page["total_count"] > 1)
    assert (await door.good("operator"))["notifications"] == []
    await door.bad(422, params={"offset": -1})


@exercise("GET /api/homeshopping/notifications/broadcasts")
async def _(door: Door) -> None:
    assert (await door.good("operator"))["total_count"] == 0
    await door.bad(422, params={"limit": 101})


@exercise("PUT /api/homeshopping/notifications/{notification_id}/read")
async def _(door: Door) -> None:
    await door.shop.paid()
    (message, *_rest) = await door.shop.messages()
    number = message["notification_id"]
    await door.bad(404, "stranger", notification_id=number)
    for _time in range(2):
        told = await door.good(notification_id=number)
        assert told == {"message": "알림이 읽음으로 표시되었습니다."}


@exercise("GET /api/orders/kok/notifications/history")
async def _(door: Door) -> None:
    order_id = await door.shop.paid(kok_product=KOK)
    line = await door.shop.line(order_id)

    async def told() -> bool:
        messages = (await door.good(params={"limit": 100}))["notifications"]
        return any(each["kok_order_id"] == line for each in messages)

    await until(told)
    assert (await door.good("operator"))["notifications"] == []
    await door.bad(422, params={"limit": 0})


async def _throw_away(door: Door, row: int) -> None:
    buyer = door.shop.people["buyer"]
    await buyer.http.delete(f"/api/kok/carts/{row}", headers=buyer.headers)
