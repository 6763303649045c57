"""The event log."""

from tests.contracts.exercises import Door, exercise


@exercise("GET /api/log/user/event")
async def _(door: Door) -> None:
    told = await door.good()
    assert (told["status"], told["service"]) == ("available", "log")


@exercise("GET /api/log/user/event/health")
async def _(door: Door) -> None:
    assert (await door.good())["status"] == "healthy"


@exercise("POST /api/log/user/event")
async def _(door: Door) -> None:
    buyer = door.shop.people["buyer"].user_id
    event = {"event_type": "page_view", "event_data": {"page": "/kok"}, "response_code": 200}
    kept = await door.good("buyer", json=event | {"user_id": buyer})
    assert (kept["user_id"], kept["event_type"]) == (buyer, "page_view")
    await door.good(None, json=event | {"user_id": 0})
    await door.bad(400, None, json=event | {"user_id": -1})
    await door.bad(400, None, json={"user_id": 0, "event_type": ""})
    await door.bad(403, "stranger", json=event | {"user_id": buyer})
    await door.bad(422, None, json={"event_data": "no object"})


@exercise("GET /api/log/user/event/{user_id}")
async def _(door: Door) -> None:
    buyer = door.shop.people["buyer"]
    event = {"user_id": buyer.user_id, "event_type": "cart_view"}
    written = await buyer.post("/api/log/user/event", event)
    assert written.status_code == 201, written.text
    mine = await door.good(user_id=buyer.user_id)
    assert "cart_view" in {each["event_type"] for each in mine}
    assert await door.good("admin", user_id=buyer.user_id)
    await door.bad(404, "stranger", user_id=buyer.user_id)
    await door.bad(422, user_id="me")


@exercise("POST /api/log/user/activity")
async def _(door: Door) -> None:
    done = await door.good(
        json={"action": "nav_click", "path": "/main", "label": "홈", "user_id": 1}
    )
    assert done["logged"] is True
    assert done["user_id"] == door.shop.people["buyer"].user_id
    await door.bad(422, json={})
