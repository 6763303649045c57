"""How many watch, over all workers, told at most once a second."""

import json

import pytest

from channels.limits import Limits
from channels.viewers import viewers


@pytest.fixture
def limits() -> Limits:
    return Limits(viewers_seconds=0.05)


async def count(phone, total: int) -> dict:
    """Wait until the phone hears that total."""
    while True:
        event = (await phone.hears())["push"]["pub"]
        assert "offset" not in event
        if event["data"]["data"]["viewers"] == total:
            return event["data"]


async def test_viewers_of_all_workers_are_counted_together(worker, phones):
    """Announced as an ephemeral event, and part of the next snapshot."""
    one, two = await worker(), await worker()
    here, there = phones(one), phones(two)
    for phone in (here, there):
        await phone.connects()
        await phone.subscribes("live:12")
    event = await count(here, 2)

    assert event["type"] == "live.viewers.v1"
    assert event["subject"] == "live/12"
    assert event["data"] == {"live_id": 12, "viewers": 2}
    assert json.dumps(event)
    assert await viewers(one.parts.broker, 12) == 2

    there.connection.close(None)
    await count(here, 1)
    assert await viewers(one.parts.broker, 12) == 1


async def test_who_is_not_admitted_is_not_counted(phone, live):
    """A held subscription is nobody yet."""
    await phone.connects()
    await phone.subscribes("live:secret")
    assert not live.hub.feeds


async def test_nobody_watches_what_nobody_watches(live):
    """Zero, not an error."""
    assert await viewers(live.parts.broker, 99) == 0


async def test_a_channel_that_is_no_broadcast_s_is_not_counted(phone, live):
    """And ends nothing: its name was never looked at by the shop."""
    await phone.connects()
    await phone.subscribes("live:abc")
    await phone.subscribes("live:12")
    assert (await count(phone, 1))["subject"] == "live/12"
    assert live.healthy
