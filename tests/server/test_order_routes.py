"""The REST doors of orders: placing, reading, cancelling, and doing each of them once."""

import asyncio

import pytest
from sqlalchemy import func, select

from domain import stock
from domain.kernel import OutboxRow, Sku
from tests.photo import photograph
from tests.stall import HS, KOK, KOK_OTHER, history

HOMESHOPPING = "/api/orders/homeshopping/order"
CART = "/api/orders/kok/carts/order"
NOT_THERE = "주문 내역이 없습니다."
SELECTION_GONE = (
    "선택한 장바구니 항목이 존재하지 않거나 이미 삭제되었습니다. 장바구니를 다시 확인해주세요."
)


async def left_of(house, sku):
    async with house.state["db"].reads() as session:
        (level,) = await stock.levels(session, [Sku(sku)])
        return level.available


async def count_of_orders(person):
    return (await person.get("/api/orders")).json()["total_count"]


async def test_a_product_of_a_broadcast_is_ordered(house, stall, buyer):
    """200 and the earlier fields; what was promised is no longer for sale."""
    answer = await buyer.post(HOMESHOPPING, {"product_id": str(HS), "quantity": 2})

    body = answer.json()
    assert answer.status_code == 200
    assert body.pop("order_id") > 0
    assert body.pop("homeshopping_order_id") > 0
    assert body == {
        "product_id": HS,
        "product_name": "꿀사과 1001",
        "quantity": 2,
        "dc_price": 9_900,
        "order_price": 19_800,
        "order_time": "2026-11-21T12:00:00",
        "message": "주문이 성공적으로 생성되었습니다.",
    }
    assert await left_of(house, "hs-1001") == 8


async def test_one_is_ordered_when_nobody_says_how_many(stall, buyer):
    """The earlier default."""
    answer = await buyer.post(HOMESHOPPING, {"product_id": HS})
    assert answer.json()["quantity"] == 1


@pytest.mark.parametrize(
    ("body", "status", "code", "detail"),
    [
        ({"product_id": 987654}, 400, "product_not_found", "상품을 찾을 수 없습니다."),
        (
            {"product_id": HS, "quantity": 11},
            409,
            "sold_out",
            "재고가 부족합니다. 남은 수량: 10개.",
        ),
    ],
)
async def test_what_cannot_be_sold_is_refused(house, stall, buyer, body, status, code, detail):
    """With nothing changed."""
    before = await photograph(house.state["db"])
    answer = await buyer.post(HOMESHOPPING, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"] == detail
    assert await photograph(house.state["db"]) == before


async def test_the_last_one_goes_to_one_buyer(house, stall, buyer):
    """Twelve at once for ten: ten orders, two clear refusals, and the rest of the shelf is zero."""
    answers = await asyncio.gather(
        *(buyer.post(HOMESHOPPING, {"product_id": HS}) for _ in range(12))
    )
    assert sorted(each.status_code for each in answers) == [200] * 10 + [409] * 2
    assert {each.json().get("code") for each in answers} == {None, "sold_out"}
    assert await left_of(house, "hs-1001") == 0


async def test_a_cart_is_ordered_and_leaves(house, stall, buyer):
    """201 and the earlier fields; the quantity is the request's, not the cart's."""
    rows = [await buyer.put_in_cart(product, 1) for product in (KOK, KOK_OTHER)]
    picks = [{"kok_cart_id": str(rows[0]), "quantity": 3}, {"kok_cart_id": rows[1], "quantity": 1}]
    answer = await buyer.post(CART, {"selected_items": picks})

    body = answer.json()
    assert answer.status_code == 201
    assert (body["total_amount"], body["order_count"]) == (32_000, 2)
    assert body["message"] == "2개의 상품이 주문되었습니다."
    assert body["order_time"] == "2026-11-21T12:00:00"
    first, second = body["order_details"]
    assert first.pop("kok_order_id") < second.pop("kok_order_id")
    assert first == {
        "kok_product_id": KOK,
        "kok_product_name": "두부 5001",
        "quantity": 3,
        "unit_price": 8_000,
        "total_price": 24_000,
    }
    assert (await buyer.get("/api/kok/carts")).json() == {"cart_items": []}
    assert await left_of(house, "kok-5001") == 7


async def test_rows_that_are_gone_are_passed_over(stall, buyer):
    """While at least one is left."""
    row = await buyer.put_in_cart()
    picks = [{"kok_cart_id": each, "quantity": 1} for each in (987654, row)]
    answer = await buyer.post(CART, {"selected_items": picks})
    assert (answer.status_code, answer.json()["order_count"]) == (201, 1)


@pytest.mark.parametrize(
    ("picks", "status", "detail"),
    [
        ([], 400, "선택된 항목이 없습니다."),
        ([{"kok_cart_id": 987654, "quantity": 1}], 400, SELECTION_GONE),
    ],
)
async def test_a_cart_order_without_rows_is_refused(house, stall, buyer, picks, status, detail):
    """In the earlier API's words."""
    before = await photograph(house.state["db"])
    answer = await buyer.post(CART, {"selected_items": picks})
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)
    assert await photograph(house.state["db"]) == before


async def test_a_cart_that_cannot_be_filled_stays_as_it_is(house, stall, buyer):
    """One product short: no order, both rows still in the cart, nothing promised."""
    rows = [await buyer.put_in_cart(product) for product in (KOK, KOK_OTHER)]
    before = await photograph(house.state["db"])
    picks = [{"kok_cart_id": rows[0], "quantity": 1}, {"kok_cart_id": rows[1], "quantity": 11}]
    answer = await buyer.post(CART, {"selected_items": picks})
    assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")
    assert await photograph(house.state["db"]) == before


async def test_a_row_named_twice_is_ordered_once(stall, buyer):
    """As often as the request says last, and never twice."""
    row = await buyer.put_in_cart()
    picks = [{"kok_cart_id": row, "quantity": quantity} for quantity in (1, 2)]
    answer = await buyer.post(CART, {"selected_items": picks})
    assert answer.status_code == 201
    assert [each["quantity"] for each in answer.json()["order_details"]] == [2]


async def test_a_cart_is_ordered_by_one_of_two_requests(stall, buyer):
    """Two tabs at once, without any key."""
    row = await buyer.put_in_cart()
    body = {"selected_items": [{"kok_cart_id": row, "quantity": 1}]}
    answers = await asyncio.gather(*(buyer.post(CART, body) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 400, 400, 400]
    assert await count_of_orders(buyer) == 1


async def test_an_order_is_read_by_its_buyer(stall, buyer):
    """The earlier fields, and the view that the channels tell."""
    order_id = await buyer.order(HS, 2)
    answer = await buyer.get(f"/api/orders/{order_id}")

    body = answer.json()
    view = body.pop("order")
    (line,) = body.pop("homeshopping_orders")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert body == {
        "order_id": order_id,
        "user_id": buyer.user_id,
        "order_time": "2026-11-21T12:00:00",
        "cancel_time": None,
        "kok_orders": [],
    }
    assert line.pop("homeshopping_order_id") == view["lines"][0]["line_id"]
    assert line == {"product_id": HS, "dc_price": 9_900, "quantity": 2, "order_price": 19_800}
    assert (view["status"], view["status_name"]) == ("ORDER_RECEIVED", "주문 생성")
    assert view["pay_by"] == "2026-11-21T03:15:00Z"


async def test_a_cart_order_is_read_line_by_line(stall, buyer):
    """Under the earlier names."""
    row = await buyer.put_in_cart(quantity=1)
    body = {"selected_items": [{"kok_cart_id": row, "quantity": 2}]}
    placed = (await buyer.post(CART, body)).json()
    (line,) = (await buyer.get(f"/api/orders/{placed['order_id']}")).json()["kok_orders"]
    assert line.pop("kok_price_id") > 0
    assert line == {
        "kok_order_id": placed["order_details"][0]["kok_order_id"],
        "kok_product_id": KOK,
        "quantity": 2,
        "order_price": 16_000,
        "recipe_id": None,
    }


async def test_orders_are_listed_newest_first(stall, buyer):
    """With each line's total once, where the earlier API multiplied it twice."""
    await buyer.order(HS, 2)
    row = await buyer.put_in_cart()
    body = {"selected_items": [{"kok_cart_id": row, "quantity": 1}]}
    newest = (await buyer.post(CART, body)).json()["order_id"]

    listed = (await buyer.get("/api/orders", limit=1)).json()
    assert (listed["limit"], listed["total_count"]) == (1, 2)
    assert [each["order_id"] for each in listed["order_groups"]] == [newest]
    newer, older = (await buyer.get("/api/orders")).json()["order_groups"]
    assert older["total_amount"] == 19_800
    assert (older["order_number"], older["order_date"]) == (str(older["order_id"]), "2026. 11. 21")
    assert older["items"] == [
        {
            "product_name": "꿀사과 1001",
            "product_image": "/api/media/hs",
            "price": 19_800,
            "quantity": 2,
            "delivery_status": "주문 생성",
            "delivery_date": "배송 정보 없음",
            "recipe_related": False,
            "recipe_title": None,
            "recipe_rating": None,
            "recipe_scrap_count": None,
            "recipe_description": None,
            "ingredients_owned": None,
            "total_ingredients": None,
        }
    ]
    assert newer["items"][0]["recipe_related"] is True
    assert newer["items"][0]["recipe_rating"] == 0.0


async def test_anothers_order_does_not_exist(house, stall, buyer, stranger):
    """Neither to read, nor to cancel, nor to pay; as if the id were unknown."""
    order_id = await buyer.order()
    before = await photograph(house.state["db"])
    for mine in (order_id, 987654):
        answers = [
            await stranger.get(f"/api/orders/{mine}"),
            await stranger.get(f"/api/orders/payment/{mine}"),
            await stranger.post(f"/api/orders/{mine}/cancellation"),
            await stranger.confirm(mine),
            await stranger.post(f"/api/orders/payment/{mine}/checkout"),
        ]
        assert [each.status_code for each in answers] == [404] * 5
        assert {each.json()["detail"] for each in answers} == {NOT_THERE}
    assert await photograph(house.state["db"]) == before
    assert await count_of_orders(stranger) == 0


async def test_an_order_is_cancelled_once(house, stall, buyer):
    """The goods go back on the shelf, once."""
    order_id = await buyer.order(HS, 3)
    first = await buyer.post(f"/api/orders/{order_id}/cancellation")
    again = await buyer.post(f"/api/orders/{order_id}/cancellation")

    assert (first.status_code, first.json()["status"]) == (200, "CANCELLED")
    assert first.json()["cancel_time"] == "2026-11-21T03:00:00Z"
    assert (again.status_code, again.json()["code"]) == (409, "order_illegal_move")
    assert await left_of(house, "hs-1001") == 10
    body = (await buyer.get(f"/api/orders/{order_id}")).json()
    assert body["cancel_time"] == "2026-11-21T12:00:00"  # the earlier API told UTC here
    steps = await history(house.state["db"], order_id, by=buyer.user_id)
    assert steps == ["ORDER_RECEIVED", "CANCELLED"]


class TestOnce:
    """A request that carries a key happens once."""

    KEY = "b5c9e0de-key"

    async def send(self, person, path=HOMESHOPPING, body=None):
        body = body or {"product_id": HS, "quantity": 2}
        return await person.post(path, body, **{"Idempotency-Key": self.KEY})

    async def test_a_replay_is_answered_alike(self, house, stall, buyer):
        """And says that it is one."""
        first, again = [await self.send(buyer) for _ in range(2)]
        assert (again.status_code, again.json()) == (200, first.json())
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"
        assert await count_of_orders(buyer) == 1
        assert await left_of(house, "hs-1001") == 8

    async def test_a_cart_orders_replay_keeps_its_201(self, stall, buyer):
        """Though the cart is empty by then."""
        row = await buyer.put_in_cart()
        body = {"selected_items": [{"kok_cart_id": row, "quantity": 1}]}
        first, again = [await self.send(buyer, CART, body) for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()

    async def test_another_body_is_a_mistake(self, house, stall, buyer):
        """422, and the first order stands alone."""
        await self.send(buyer)
        before = await photograph(house.state["db"])
        answer = await self.send(buyer, body={"product_id": HS, "quantity": 3})
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert await photograph(house.state["db"]) == before

    async def test_twins_at_once_are_one_order(self, house, stall, buyer):
        """Whichever is second waits for the first and repeats its answer."""
        answers = await asyncio.gather(*(self.send(buyer) for _ in range(6)))
        assert [each.status_code for each in answers] == [200] * 6
        assert len({each.json()["order_id"] for each in answers}) == 1
        assert await count_of_orders(buyer) == 1

    async def test_a_refused_order_may_be_tried_again(self, stall, buyer):
        """A key is used up by work, not by an attempt."""
        body = {"product_id": HS, "quantity": 11}
        assert (await self.send(buyer, body=body)).status_code == 409
        assert (await self.send(buyer)).status_code == 200

    async def test_a_key_is_its_owners(self, stall, buyer, stranger):
        """Nobody reads another's answer by guessing a key."""
        mine = await self.send(buyer)
        theirs = await self.send(stranger)
        assert mine.json()["order_id"] != theirs.json()["order_id"]


async def test_what_happened_is_in_the_outbox(house, stall, buyer):
    """One transaction: the order, its event and what is left on the shelf."""
    order_id = await buyer.order()
    async with house.state["db"].reads() as session:
        placed = select(OutboxRow).where(OutboxRow.kind == "order.placed")
        (row,) = (await session.scalars(placed)).all()
        told = select(func.count()).where(OutboxRow.kind == "product.changed")
        assert await session.scalar(told) == 1
    assert row.topics == [f"order:{order_id}", f"user:{buyer.user_id}"]
    assert row.body["data"]["order"]["order_id"] == order_id
