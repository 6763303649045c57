"""A client nobody here wrote follows an order from the first moment to the door."""

import pytest

from tests.follower import a_line, following
from tests.patience import until
from tests.street import open_street

WAY = [
    "ORDER_RECEIVED",
    "PAYMENT_REQUESTED",
    "PAYMENT_COMPLETED",
    "PREPARING",
    "SHIPPING",
    "DELIVERED",
]


@pytest.fixture
async def street(real_settings):
    """The shop on the real engines; its orders rest an hour before each step."""
    hour = {f"order_{step}_seconds": 3600 for step in ("preparing", "shipping", "delivered")}
    async with open_street(real_settings, access_token_expire_minutes=600, **hour) as street:
        yield street


async def test_the_stock_sdk_follows_an_order_and_recovers(street):
    """Its own token, the snapshot in the reply, each step once, and all that it missed."""
    buyer = await street.shopper()
    order_id = await buyer.order()
    async with (
        a_line(street.url) as line,
        following(line.url, f"order:{order_id}", token=buyer.token) as follower,
    ):
        (snapshot,) = follower.snapshots
        assert snapshot["order"]["order_id"] == order_id
        assert snapshot["payment"] is None
        assert (await buyer.confirm(order_id)).status_code == 200
        await follower.until(lambda each: each.statuses[-1] == "PAYMENT_COMPLETED")

        await line.cut()
        heard = len(follower.events)
        for status in ("PREPARING", "SHIPPING"):
            street.clock.forward(hours=1)
            await _reaches(buyer, order_id, status)
        assert len(follower.events) == heard
        line.mend()
        await follower.until(lambda each: each.statuses[-1] == "SHIPPING")
        street.clock.forward(hours=1)
        await follower.until(lambda each: each.statuses[-1] == "DELIVERED")

        assert follower.statuses == WAY
        assert follower.recoveries == [(False, False), (True, True)]
        assert follower.offsets == list(range(follower.offsets[0], follower.offsets[-1] + 1))
        assert len({each["id"] for each in follower.events}) == len(follower.events)
        last = [e["data"]["order"] for e in follower.events if "order" in e["data"]][-1]
        async with following(street.url, follower.channel, token=buyer.token) as late:
            assert late.snapshots[0]["order"] == last


async def test_somebody_elses_order_stays_shut(street):
    """The SDK is refused with 103, and a stranger's token does not help."""
    buyer, stranger = [await street.shopper(name) for name in ("jimin", "stranger")]
    order_id = await buyer.order()
    for token in (stranger.token, ""):
        async with following(street.url, f"order:{order_id}", token=token) as follower:
            assert (follower.refusals, follower.snapshots) == ([103], [])


async def _reaches(person, order_id, status):
    async def so():
        return await person.status(order_id) == status

    await until(so)
