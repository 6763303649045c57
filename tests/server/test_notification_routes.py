"""The REST doors of the inbox, where the earlier API had it."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from domain import homeshopping, kernel, notification, order
from domain.kernel import OrderId
from domain.order import OrderStatus
from tests.photo import photograph
from tests.stall import KOK, KOK_OTHER

ALL = "/api/homeshopping/notifications/all"
ORDERS = "/api/homeshopping/notifications/orders"
BROADCASTS = "/api/homeshopping/notifications/broadcasts"
KOK_HISTORY = "/api/orders/kok/notifications/history"
LISTS = (ALL, ORDERS, BROADCASTS, KOK_HISTORY)
READ_ALL = "/api/homeshopping/notifications/read"
UNKNOWN = "알림을 찾을 수 없습니다."


@pytest.fixture
def hear(house, clock):
    """Let the inbox hear what was committed, as the clock's job does."""

    async def hear():
        async with house.state["db"].sessions.begin() as session:
            await kernel.react(session, reaction=notification.hear, limit=100)

    return hear


async def line_of(person, order_id):
    detail = (await person.get(f"/api/orders/{order_id}")).json()
    (line,) = detail["homeshopping_orders"]
    return line["homeshopping_order_id"]


async def read(person, notification_id):
    path = f"/api/homeshopping/notifications/{notification_id}/read"
    return await person.http.put(path, headers=person.headers)


async def inbox(person, path=ALL, **params):
    answer = await person.get(path, **params)
    assert answer.status_code == 200
    return answer.json()


async def test_an_order_is_told_in_the_earlier_shape(stall, buyer, hear):
    """Every field is present, null where it means nothing."""
    order_id = await buyer.order()
    await hear()

    body = await inbox(buyer)
    (message,) = body.pop("notifications")
    assert body == {"total_count": 1, "has_more": False, "unread_count": 1, "next_cursor": None}
    assert message.pop("notification_id") > 0
    assert message.pop("homeshopping_order_id") == await line_of(buyer, order_id)
    assert message == {
        "user_id": buyer.user_id,
        "notification_type": "order_status",
        "related_entity_type": "order",
        "related_entity_id": order_id,
        "homeshopping_like_id": None,
        "status_id": 11,
        "title": "주문 생성",
        "message": "주문이 성공적으로 접수되었습니다.",
        "product_name": "꿀사과 1001",
        "is_read": False,
        "created_at": "2026-11-21T12:00:00",
        "read_at": None,
    }


async def test_the_inbox_is_paged_newest_first(stall, buyer, hear):
    """And says whether there is more."""
    orders = [await buyer.order() for _ in range(3)]
    await hear()

    first, last = await inbox(buyer, limit=2), await inbox(buyer, limit=2, offset=2)
    found = [each["related_entity_id"] for page in (first, last) for each in page["notifications"]]
    assert found == orders[::-1]
    assert (first["has_more"], last["has_more"]) == (True, False)
    assert first["total_count"] == last["total_count"] == 3
    rest = await inbox(buyer, cursor=first["next_cursor"], offset=7)  # the cursor counts
    assert rest["notifications"] == last["notifications"]
    assert last["next_cursor"] is rest["next_cursor"] is None


async def test_a_message_is_read_once(house, clock, stall, buyer, hear):
    """Reading it again is harmless and keeps the first time."""
    await buyer.order()
    await hear()
    (message,) = (await inbox(buyer))["notifications"]
    answers = [await read(buyer, message["notification_id"])]
    clock.forward(minutes=1)
    before = await photograph(house.state["db"])
    answers.append(await read(buyer, message["notification_id"]))

    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == {"message": "알림이 읽음으로 표시되었습니다."}
    assert await photograph(house.state["db"]) == before
    body = await inbox(buyer)
    assert body["unread_count"] == 0
    assert body["notifications"][0]["read_at"] == "2026-11-21T12:00:00"


async def test_everything_is_read_at_once(stall, buyer, hear):
    """With the number told; the second time it is none."""
    for _ in range(3):
        await buyer.order()
    await hear()
    put = partial(buyer.http.put, READ_ALL, headers=buyer.headers)

    assert [(await put()).json()["message"] for _ in range(2)] == [
        "알림 3개가 읽음으로 표시되었습니다.",
        "알림 0개가 읽음으로 표시되었습니다.",
    ]
    assert (await inbox(buyer))["unread_count"] == 0


async def test_clicks_at_once_count_once(stall, buyer, hear):
    """The badge never goes below zero."""
    await buyer.order()
    await hear()
    (message,) = (await inbox(buyer))["notifications"]
    answers = await asyncio.gather(
        *(read(buyer, message["notification_id"]) for _ in range(5)),
        buyer.http.put(READ_ALL, headers=buyer.headers),
    )
    assert {each.status_code for each in answers} == {200}
    assert (await inbox(buyer))["unread_count"] == 0


async def test_anothers_message_does_not_exist(house, stall, buyer, stranger, hear):
    """Neither listed nor read, like one that never was."""
    await buyer.order()
    await hear()
    (message,) = (await inbox(buyer))["notifications"]
    await stranger.http.put(READ_ALL, headers=stranger.headers)  # makes the stranger's own box
    before = await photograph(house.state["db"])

    for notification_id in (message["notification_id"], 987654):
        answer = await read(stranger, notification_id)
        assert (answer.status_code, answer.json()["detail"]) == (404, UNKNOWN)
    assert (await inbox(stranger))["notifications"] == []
    assert await photograph(house.state["db"]) == before


async def test_orders_and_broadcasts_are_listed_apart(house, clock, stall, buyer, hear):
    """Together they are everything; a reminder names its like, and has all the client reads."""
    press = {"live_id": stall.to_come}
    assert (await buyer.post("/api/homeshopping/likes/toggle", press)).json()["liked"]
    await buyer.order()
    await hear()
    begun = clock() + timedelta(minutes=30)
    async with house.state["db"].sessions.begin() as session:
        await homeshopping.start_due(session, now=begun, limit=9)
    async with house.state["db"].sessions.begin() as session:
        await notification.remind(session, now=begun, limit=9)

    orders, broadcasts = [await inbox(buyer, path) for path in (ORDERS, BROADCASTS)]
    everything = await inbox(buyer)

    assert everything["notifications"] == broadcasts["notifications"] + orders["notifications"]
    assert [each["total_count"] for each in (orders, broadcasts, everything)] == [1, 1, 2]
    (reminder,) = broadcasts["notifications"]
    assert reminder.pop("homeshopping_like_id") > 0
    assert reminder.pop("notification_id") > 0
    assert reminder == {
        "user_id": buyer.user_id,
        "notification_type": "broadcast_start",
        "related_entity_type": "live",
        "related_entity_id": stall.to_come,
        "homeshopping_order_id": None,
        "status_id": None,
        "title": "꿀사과 1002 방송 시작 알림",
        "message": "2026-11-21 12:30:00에 방송이 시작됩니다.",
        "product_name": "꿀사과 1002",
        "is_read": False,
        "created_at": "2026-11-21T12:30:00",
        "read_at": None,
    }
    await buyer.post("/api/homeshopping/likes/toggle", press)
    (reminder,) = (await inbox(buyer, BROADCASTS))["notifications"]
    assert reminder["homeshopping_like_id"] is None


async def test_kok_products_have_a_history_in_the_earlier_shape(house, clock, stall, buyer, hear):
    """One entry a product, only for what the earlier API told: paid, shipped, delivered."""
    picks = [
        {"kok_cart_id": await buyer.put_in_cart(product_id), "quantity": 1}
        for product_id in (KOK, KOK_OTHER)
    ]
    answer = await buyer.post("/api/orders/kok/carts/order", {"selected_items": picks})
    order_id, details = answer.json()["order_id"], answer.json()["order_details"]
    for status in (OrderStatus.PAYMENT_REQUESTED, OrderStatus.PAYMENT_COMPLETED):
        clock.forward(seconds=1)
        async with house.state["db"].sessions.begin() as session:
            mine = await order.lock(session, OrderId(order_id))
            await order.move(session, mine, status, by=None, now=clock())
    await buyer.order()
    await hear()

    body = await inbox(buyer, KOK_HISTORY)
    entries = body.pop("notifications")
    assert body == {"total_count": 2, "has_more": False, "next_cursor": None}
    assert [(each["kok_order_id"], each["product_name"]) for each in entries] == [
        (each["kok_order_id"], each["kok_product_name"]) for each in reversed(details)
    ]
    first = entries[0]
    assert first.pop("notification_id") > 0
    assert first == {
        "user_id": buyer.user_id,
        "kok_order_id": details[1]["kok_order_id"],
        "notification_type": "order_status",
        "related_entity_type": "order",
        "related_entity_id": order_id,
        "status_id": 1,
        "title": "주문 완료",
        "message": "주문이 성공적으로 완료되었습니다.",
        "created_at": "2026-11-21T12:00:02",
        "order_status": "PAYMENT_COMPLETED",
        "order_status_name": "결제완료",
        "product_name": "두부 5002",
        "is_read": False,
        "read_at": None,
    }
    page = await inbox(buyer, KOK_HISTORY, limit=1)
    rest = await inbox(buyer, KOK_HISTORY, limit=1, cursor=page["next_cursor"])
    assert (page["has_more"], rest["has_more"], rest["total_count"]) == (True, False, 2)
    assert rest["notifications"] == entries[1:]
    assert rest == await inbox(buyer, KOK_HISTORY, limit=1, offset=1)


@pytest.mark.parametrize("path", LISTS)
async def test_lists_are_their_owners(stall, buyer, stranger, hear, path):
    """Nobody else's message is in them, and strangers are asked to sign in."""
    await buyer.order()
    await hear()
    body = await inbox(stranger, path)
    assert (body["notifications"], body["total_count"]) == ([], 0)
    assert (await buyer.http.get(path)).status_code == 401


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "params",
    [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"offset": -1}, {"cursor": "garbage"}],
)
async def test_a_list_that_cannot_be_meant_is_422(buyer, path, params):
    """Fault 8.4 (unvalidated limits): with the parameter named, or the cursor refused."""
    answer = await buyer.get(path, **params)
    assert answer.status_code == 422
    assert answer.json()["code"] in {"validation_failed", "cursor_invalid"}


async def test_looks_at_the_inbox_are_noted(notebook, stall, buyer, hear):
    """With the earlier API's names and keys."""
    await buyer.order()
    await hear()
    before = len(notebook.noted)
    for path in LISTS:
        await inbox(buyer, path, limit=5)
    (message,) = (await inbox(buyer))["notifications"]
    await read(buyer, message["notification_id"])

    noted = {each.event_type: each.event_data for each in notebook.noted[before:]}
    assert noted["homeshopping_order_notifications_view"] == {
        "limit": 5,
        "offset": 0,
        "notification_count": 1,
        "total_count": 1,
    }
    assert noted["kok_order_notifications_history_view"] == {
        "limit": 5,
        "offset": 0,
        "notification_count": 0,
    }
    assert noted["homeshopping_notification_read"] == {
        "notification_id": message["notification_id"]
    }
    assert {
        "homeshopping_all_notifications_view",
        "homeshopping_broadcast_notifications_view",
    } <= noted.keys()
