"""The REST doors of the inbox, where the earlier API had it."""

import asyncio
from functools import partial

import pytest

from domain import kernel, notification
from tests.photo import photograph

ALL = "/api/homeshopping/notifications/all"
READ_ALL = "/api/homeshopping/notifications/read"
UNKNOWN = "알림을 찾을 수 없습니다."


@pytest.fixture
def hear(house, clock):
    """Let the inbox hear what was committed, as the clock's job does."""

    async def hear():
        async with house.state["db"].sessions.begin() as session:
            await kernel.react(session, reaction=notification.hear, limit=100)

    return hear


async def read(person, notification_id):
    path = f"/api/homeshopping/notifications/{notification_id}/read"
    return await person.http.put(path, headers=person.headers)


async def inbox(person, **params):
    answer = await person.get(ALL, **params)
    assert answer.status_code == 200
    return answer.json()


async def test_an_order_is_told_in_the_earlier_shape(stall, buyer, hear):
    """Every field is present, null where it means nothing."""
    order_id = await buyer.order()
    await hear()

    body = await inbox(buyer)
    (message,) = body.pop("notifications")
    assert body == {"total_count": 1, "has_more": False, "unread_count": 1}
    assert message.pop("notification_id") > 0
    assert message == {
        "user_id": buyer.user_id,
        "notification_type": "order_status",
        "related_entity_type": "order",
        "related_entity_id": order_id,
        "homeshopping_like_id": None,
        "homeshopping_order_id": None,
        "status_id": None,
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
