"""The REST doors of single lines: how each stands, who may move it, and what goes on by itself."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from domain import order, payment, stock, user
from domain.kernel import OrderId, Sku, UserId
from domain.order import Order, OrderStatus
from domain.payment import Verdict
from tests.photo import photograph
from tests.shop import Provider, a_till
from tests.stall import HS, KOK, KOK_OTHER, Shopper

RECEIVED = {"status_id": 11, "status_code": "ORDER_RECEIVED", "status_name": "주문 생성"}
PAID = {"status_id": 1, "status_code": "PAYMENT_COMPLETED", "status_name": "결제완료"}
PREPARING = {"status_id": 2, "status_code": "PREPARING", "status_name": "상품준비중"}
KOK_GONE = "해당 콕 주문을 찾을 수 없습니다."
HS_GONE = "해당 홈쇼핑 주문을 찾을 수 없습니다."
UNKNOWN = 987654


class Line:
    """One line of an order, by the addresses of its kind."""

    def __init__(self, kind, order_id, line_id):
        self.kind, self.order_id, self.line_id = kind, order_id, line_id
        self.path = f"/api/orders/{kind}/{line_id}"


async def kok_lines(person, *products):
    """Order one of each from the cart; return the lines."""
    rows = [await person.put_in_cart(product) for product in products]
    body = {"selected_items": [{"kok_cart_id": row, "quantity": 1} for row in rows]}
    placed = (await person.post("/api/orders/kok/carts/order", body)).json()
    details = placed["order_details"]
    return [Line("kok", placed["order_id"], each["kok_order_id"]) for each in details]


async def hs_line(person):
    """Order a product of the broadcast; return its line."""
    body = {"product_id": HS, "quantity": 2}
    placed = (await person.post("/api/orders/homeshopping/order", body)).json()
    return Line("homeshopping", placed["order_id"], placed["homeshopping_order_id"])


@pytest.fixture(params=["kok", "homeshopping"])
async def line(request, stall, buyer):
    """A line of each kind in turn."""
    if request.param == "homeshopping":
        return await hs_line(buyer)
    (only,) = await kok_lines(buyer, KOK)
    return only


@pytest.fixture
async def kok_line(stall, buyer):
    """The only line of a kok order."""
    (only,) = await kok_lines(buyer, KOK)
    return only


@pytest.fixture
def pay(house, clock, buyer):
    """Pay an order, as the provider would say it is."""

    async def pay(order_id):
        till = a_till(house.state["db"], Provider(), clock)
        view = await payment.begin(till, OrderId(order_id), by=UserId(buyer.user_id))
        verdict = Verdict(status="COMPLETED", payment_id=f"pay-{view.tx_id}")
        async with till.db.sessions.begin() as session:
            await payment.settle(
                session, OrderId(order_id), verdict, now=clock(), delays=till.delays
            )

    return pay


@pytest.fixture
async def operator(house, client, sign_in):
    """Somebody who runs the shop."""
    person = await sign_in("operator@example.com")
    async with house.state["db"].sessions.begin() as session:
        await user.appoint(session, UserId(person.user_id), user.Role.OPERATOR)
    person = await sign_in("operator@example.com")
    return Shopper(client, person.headers, person.user_id, person.access)


async def change(person, line, code, **more):
    """Ask for another status."""
    body = {"new_status_code": code} | more
    return await person.http.patch(f"{line.path}/status", json=body, headers=person.headers)


async def left_of(house, *skus):
    async with house.state["db"].reads() as session:
        return [each.available for each in await stock.levels(session, [Sku(s) for s in skus])]


async def planned(house, order_id):
    async with house.state["db"].reads() as session:
        return (await session.get(Order, order_id)).next_move_at


async def test_a_new_order_has_a_status(stall, line, buyer):
    """The earlier API said null of a kok order that was only received."""
    body = (await buyer.get(f"{line.path}/status")).json()

    (step,) = body.pop("status_history")
    number = f"{line.kind}_order_id"
    assert body == {number: line.line_id, "current_status": RECEIVED}
    assert step.pop("history_id") > 0
    if line.kind == "kok":
        assert step.pop("changed_by") == buyer.user_id
    moment = step.pop("changed_at" if line.kind == "kok" else "created_at")
    assert moment == "2026-11-21T12:00:00"
    assert step == {number: line.line_id, "status": RECEIVED}


async def test_steps_come_newest_first(stall, line, buyer, pay):
    """Each once; what the provider decided was nobody's doing."""
    await pay(line.order_id)
    body = (await buyer.get(f"{line.path}/status")).json()
    steps = body["status_history"]
    assert body["current_status"] == PAID == steps[0]["status"]
    assert [step["status"]["status_code"] for step in steps] == [
        "PAYMENT_COMPLETED",
        "PAYMENT_REQUESTED",
        "ORDER_RECEIVED",
    ]
    if line.kind == "kok":
        who = [step["changed_by"] for step in steps]
        assert who == [None, buyer.user_id, buyer.user_id]


async def test_a_kok_line_is_told_with_its_status(stall, kok_line, buyer, notebook):
    """Under the earlier names."""
    body = (await buyer.get(f"{kok_line.path}/with-status")).json()
    assert body["kok_order"].pop("kok_price_id") > 0
    assert body == {
        "kok_order": {
            "kok_order_id": kok_line.line_id,
            "kok_product_id": KOK,
            "quantity": 1,
            "order_price": 8_000,
            "recipe_id": None,
        },
        "current_status": RECEIVED,
    }
    assert notebook.noted[-1].event_type == "kok_order_with_status_view"


async def test_a_homeshopping_line_is_told_with_its_status(stall, buyer):
    """With the order it belongs to."""
    line = await hs_line(buyer)
    assert (await buyer.get(f"{line.path}/with-status")).json() == {
        "order_id": line.order_id,
        "homeshopping_order_id": line.line_id,
        "product_id": HS,
        "product_name": "꿀사과 1001",
        "quantity": 2,
        "dc_price": 9_900,
        "order_price": 19_800,
        "order_time": "2026-11-21T12:00:00",
        "current_status": RECEIVED,
    }


async def test_anothers_line_does_not_exist(house, stall, line, buyer, stranger, pay):
    """Fault 8.5: home-shopping orders were shown to whoever asked, and moved on for anybody."""
    await pay(line.order_id)
    gone = KOK_GONE if line.kind == "kok" else HS_GONE
    unknown = Line(line.kind, 0, UNKNOWN)
    before = await photograph(house.state["db"])
    for mine in (line, unknown):
        status = await stranger.get(f"{mine.path}/status")
        with_status = await stranger.get(f"{mine.path}/with-status")
        going_on = await stranger.post(f"{mine.path}/auto-update")
        confirmed = await stranger.post(f"{mine.path}/payment/confirm")
        answers = (status, with_status, going_on, confirmed)
        assert [each.status_code for each in answers] == [404] * 4
        assert {each.json()["detail"] for each in (status, going_on, confirmed)} == {gone}
        unit = await stranger.post(
            f"/api/orders/kok/order-unit/{mine.order_id or UNKNOWN}/payment/confirm"
        )
        assert (unit.status_code, unit.json()["detail"]) == (404, "해당 주문을 찾을 수 없습니다.")
    assert with_status.json()["detail"] == (
        KOK_GONE if line.kind == "kok" else "주문을 찾을 수 없습니다."
    )
    assert await photograph(house.state["db"]) == before


async def test_a_line_is_only_at_its_own_kinds_address(stall, buyer):
    """Fault 8.1.16: an unknown one was 500; the web client asks the wrong door, harmlessly."""
    line = await hs_line(buyer)
    wrong = Line("kok", line.order_id, line.line_id)
    answers = [
        await buyer.get(f"{wrong.path}/status"),
        await buyer.post(f"{wrong.path}/auto-update"),
        await buyer.post(f"{wrong.path}/payment/confirm"),
    ]
    assert [each.status_code for each in answers] == [404] * 3
    unit = await buyer.post(f"/api/orders/kok/order-unit/{line.order_id}/payment/confirm")
    assert unit.json()["detail"] == "해당 주문의 콕 주문 항목이 없습니다."


class TestPatch:
    """An operator moves lines along the drawn ways."""

    async def test_a_line_is_moved(self, stall, kok_line, buyer, operator, pay, notebook):
        """Fault 8.1.6: changing a kok status always failed. Who did it is who asked."""
        await pay(kok_line.order_id)
        answer = await change(operator, kok_line, "PREPARING", changed_by=buyer.user_id)

        body = answer.json()
        assert answer.status_code == 200
        assert (body["kok_order_id"], body["current_status"]) == (kok_line.line_id, PREPARING)
        assert body["status_history"][0]["status"] == PREPARING
        assert body["status_history"][0]["changed_by"] == operator.user_id
        assert len(body["status_history"]) == 4
        assert body == (await buyer.get(f"{kok_line.path}/status")).json()
        noted = notebook.noted[-2]
        assert (noted.event_type, noted.user_id) == ("kok_order_status_update", operator.user_id)

    async def test_it_is_not_for_buyers(self, house, stall, kok_line, buyer, pay):
        """Fault 8.5: anybody could set any status."""
        await pay(kok_line.order_id)
        before = await photograph(house.state["db"])
        for code in ("PREPARING", "REFUND_REQUESTED", "no such status"):
            answer = await change(buyer, kok_line, code)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        bare = await buyer.http.patch(f"{kok_line.path}/status", json={"new_status_code": "X"})
        assert bare.status_code == 401
        assert await photograph(house.state["db"]) == before

    @pytest.mark.parametrize(
        ("code", "status", "error"),
        [
            ("SHIPPING", 409, "order_illegal_move"),
            ("ORDER_RECEIVED", 409, "order_illegal_move"),
            ("PAYMENT_REQUESTED", 409, "payment_decides"),
            ("REFUND_COMPLETED", 409, "order_illegal_move"),
            ("REFUND_REQUESTED", 409, "order_illegal_move"),
            ("FLYING", 400, "order_status_unknown"),
            ("shipping", 400, "order_status_unknown"),
            ("X" * 31, 422, "validation_failed"),
            (7, 422, "validation_failed"),
        ],
    )
    async def test_anything_else_changes_nothing(
        self, house, kok_line, operator, code, status, error
    ):
        """An unpaid order is neither shipped, nor refunded, nor paid by a word."""
        before = await photograph(house.state["db"])
        answer = await change(operator, kok_line, code)
        assert (answer.status_code, answer.json()["code"]) == (status, error)
        assert await photograph(house.state["db"]) == before

    async def test_the_refusal_names_the_code(self, kok_line, operator):
        """In the earlier words."""
        answer = await change(operator, kok_line, "FLYING")
        assert answer.json()["detail"] == "상태 코드 'FLYING'를 찾을 수 없습니다"
        assert (await change(operator, Line("kok", 0, UNKNOWN), "CANCELLED")).status_code == 404

    async def test_nothing_unasked_is_taken(self, kok_line, operator):
        """No mass assignment."""
        assert (await change(operator, kok_line, "CANCELLED", user_id=1)).status_code == 422

    async def test_one_line_of_two(self, house, stall, buyer, operator):
        """The other stays, the shelf and the total follow, and the version says so."""
        first, second = await kok_lines(buyer, KOK, KOK_OTHER)
        answer = await change(operator, first, "CANCELLED")
        assert answer.json()["current_status"]["status_name"] == "주문취소"
        found = (await buyer.get(f"/api/orders/{first.order_id}")).json()
        view = found["order"]
        assert (view["status"], view["version"], view["total_amount"]) == (
            "ORDER_RECEIVED",
            2,
            8_000,
        )
        assert found["cancel_time"] is None
        assert await left_of(house, "kok-5001", "kok-5002") == [10, 9]
        assert (await buyer.get(f"{second.path}/status")).json()["current_status"] == RECEIVED

    async def test_cancelling_what_was_paid_gives_the_money_back(
        self, stall, kok_line, buyer, operator, pay
    ):
        """The order is off and a refund is due."""
        await pay(kok_line.order_id)
        assert (await change(operator, kok_line, "CANCELLED")).status_code == 200
        state = await buyer.state(kok_line.order_id)
        assert (state["order_status"], state["payment"]["status"]) == ("CANCELLED", "REFUND_DUE")

    async def test_what_was_paid_together_is_not_cancelled_alone(
        self, house, stall, buyer, operator, pay
    ):
        """409, and nothing moved."""
        first, _ = await kok_lines(buyer, KOK, KOK_OTHER)
        await pay(first.order_id)
        before = await photograph(house.state["db"])
        for code in ("CANCELLED", "REFUND_REQUESTED"):
            answer = await change(operator, first, code)
            assert (answer.status_code, answer.json()["code"]) == (409, "paid_together")
        assert await photograph(house.state["db"]) == before

    async def test_operators_at_once_move_it_once(self, stall, kok_line, operator, pay):
        """Fault 8.2: there was no compare-and-set; every twin appended its row."""
        await pay(kok_line.order_id)
        answers = await asyncio.gather(*(change(operator, kok_line, "PREPARING") for _ in range(4)))
        assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]


class TestAutoUpdate:
    """Asking that a paid order goes on, which it does anyway."""

    async def test_it_goes_on_once(self, house, stall, line, buyer, pay, clock):
        """Fault 8.1.5: paid orders never left PAYMENT_COMPLETED. Asking again changes nothing."""
        await pay(line.order_id)
        due = await planned(house, line.order_id)
        assert due is not None
        before = await photograph(house.state["db"])
        clock.forward(seconds=0.5)
        for _ in range(2):
            answer = await buyer.post(f"{line.path}/auto-update")
            assert answer.status_code == 200
            assert answer.json() == {
                f"{line.kind}_order_id": line.line_id,
                "message": f"주문 {line.line_id}의 자동 상태 업데이트가 시작되었습니다."
                " (현재 상태: 결제완료)",
                "auto_update_started": True,
            }
        assert await photograph(house.state["db"]) == before

    async def test_an_order_that_stood_still_is_planned(
        self, house, stall, line, buyer, pay, clock
    ):
        """The scheduler takes over from the moment it was asked."""
        await pay(line.order_id)
        async with house.state["db"].sessions.begin() as session:
            await session.execute(update(Order).values(next_move_at=None))
        await buyer.post(f"{line.path}/auto-update")
        wait = timedelta(seconds=house.state["settings"].order_preparing_seconds)
        assert await planned(house, line.order_id) == clock() + wait

    async def test_an_unpaid_order_does_not(self, house, stall, line, buyer):
        """400 in the earlier words."""
        answer = await buyer.post(f"{line.path}/auto-update")
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "결제 완료 상태가 아닙니다. 현재 상태: 주문 생성 (ORDER_RECEIVED)",
        )
        assert await planned(house, line.order_id) is None

    async def test_an_order_further_on_is_left_alone(self, house, stall, line, buyer, pay, clock):
        """Delivered is where it was going; cancelled is where it is not."""
        await pay(line.order_id)
        async with house.state["db"].sessions.begin() as session:
            mine = await order.lock(session, OrderId(line.order_id))
            for to in (OrderStatus.PREPARING, OrderStatus.SHIPPING, OrderStatus.DELIVERED):
                await order.move(session, mine, to, by=None, now=clock())
        answer = await buyer.post(f"{line.path}/auto-update")
        assert (answer.status_code, "배송완료" in answer.json()["message"]) == (200, True)
        assert await planned(house, line.order_id) is None

    async def test_operators_may_ask_for_anybodys(self, stall, line, client, operator, pay):
        """And nobody may who is not signed in, as everybody could."""
        await pay(line.order_id)
        assert (await operator.post(f"{line.path}/auto-update")).status_code == 200
        assert (await client.post(f"{line.path}/auto-update")).status_code == 401
