"""What the house's other servers do on the channels, rightly and wrongly."""

from datetime import timedelta

import orjson
import pytest

from channels import api
from channels.limits import Limits
from domain import kernel

BAD = {"code": 107, "message": "bad request"}
UNKNOWN = {"code": 102, "message": "unknown channel"}
UNAVAILABLE = {"code": 108, "message": "not available"}


@pytest.fixture
def limits() -> Limits:
    """A history of three at once."""
    return Limits(recovery=3)


@pytest.fixture
def call(live):
    """Call the API and return its result."""

    async def call(command, **body):
        said = orjson.loads(await api.call(live, command, body))
        assert said.keys() == {"result"}, said
        return said["result"]

    return call


@pytest.fixture
def refused(live):
    """Call the API and return the error."""

    async def refused(command, **body):
        said = orjson.loads(await api.call(live, command, body))
        assert said.keys() == {"error"}, said
        return said["error"]

    return refused


def until(seconds):
    return int((kernel.utc_now() + timedelta(seconds=seconds)).timestamp())


async def test_what_is_published_is_heard_and_has_a_position(call, phone):
    """Whoever listens hears it, as it was said; the caller learns its place."""
    await phone.connects()
    await phone.subscribes("room:1")
    first = await call("publish", channel="room:1", data={"n": 1})
    second = await call("publish", channel="room:1", data=None)
    assert (first["offset"], second["offset"]) == (1, 2)
    assert first["epoch"] == second["epoch"] != ""
    assert await phone.pubs(2) == [(1, {"n": 1}), (2, None)]


async def test_what_shall_leave_no_history_has_no_position(call, phone):
    """By wish, or because the channel keeps nothing."""
    await phone.connects()
    await phone.subscribes("room:1")
    await phone.subscribes("mute:1")
    assert await call("publish", channel="room:1", data=1, skip_history=True) == {}
    assert await call("publish", channel="mute:1", data=2) == {}
    assert await phone.pubs(2) == [(0, 1), (0, 2)]
    assert (await call("history", channel="room:1")).get("offset", 0) == 0


async def test_the_same_key_is_published_once(call, phone):
    """A caller that is not sure asks again, and is told the first position."""
    await phone.connects()
    await phone.subscribes("room:1")
    once = {"channel": "room:1", "data": 1, "idempotency_key": "k"}
    assert await call("publish", **once) == await call("publish", **once)
    await call("publish", channel="room:1", data=2)
    assert await phone.pubs(2) == [(1, 1), (2, 2)]


async def test_a_broadcast_says_what_became_of_each(call, phones, live):
    """In order; a channel nobody serves does not hold the others back."""
    ears = {}
    for channel in ("room:1", "room:2"):
        ears[channel] = phones(live)
        await ears[channel].connects()
        await ears[channel].subscribes(channel)
    said = await call("broadcast", channels=["room:1", "nowhere:1", "room:2", "mute:1"], data="hi")
    one, none, two, mute = said["responses"]
    assert (one["result"]["offset"], two["result"]["offset"]) == (1, 1)
    assert (none, mute) == ({"error": UNKNOWN}, {"result": {}})
    for ear in ears.values():
        assert await ear.pubs(1) == [(1, "hi")]


async def test_history_goes_forth_back_and_in_pieces(call):
    """As the client protocol has it: exclusive, bounded, and no piece by default."""
    for number in range(1, 6):
        top = await call("publish", channel="room:1", data=number)

    async def seen(**wish):
        said = await call("history", channel="room:1", **wish)
        assert (said["offset"], said["epoch"]) == (5, top["epoch"])
        return [each["offset"] for each in said.get("publications", [])]

    assert await seen() == []
    assert await seen(limit=2) == [1, 2]
    assert await seen(limit=2, reverse=True) == [5, 4]
    assert await seen(limit=2, since={"offset": 3, "epoch": top["epoch"]}) == [4, 5]
    assert await seen(limit=-1) == [1, 2, 3]  # as much as may be read at once


async def test_history_that_began_anew_is_no_history(refused, call):
    """A position of another epoch is refused, not answered."""
    await call("publish", channel="room:1", data=1)
    since = {"offset": 0, "epoch": "other"}
    assert (await refused("history", channel="room:1", since=since, limit=1))["code"] == 112


async def test_who_is_there_is_seen(call, phone):
    """Each client with its user, and how many they are."""
    client = (await phone.connects("7"))["client"]
    await phone.subscribes("room:1")
    seen = await call("presence", channel="room:1")
    assert list(seen["presence"]) == [client]
    assert await call("presence_stats", channel="room:1") == {"num_clients": 1, "num_users": 1}


async def test_somebody_is_unsubscribed_on_every_worker(worker, phones):
    """One user's subscription ends; another's goes on."""
    here, there = await worker(), await worker()
    seven, eight = phones(there), phones(there)
    for phone, user in ((seven, "7"), (eight, "8")):
        await phone.connects(user)
        await phone.subscribes("thing:1")
    await api.call(here, "unsubscribe", {"channel": "thing:1", "user": "7"})
    push = (await seven.hears())["push"]
    assert (push["channel"], push["unsubscribe"]["code"]) == ("thing:1", 2000)
    assert list(eight.connection.subscriptions) == ["thing:1"]


async def test_one_client_is_unsubscribed_without_its_user(call, phones, live):
    """A stranger has no user; its client is known by name."""
    one, two = phones(live), phones(live)
    client = (await one.connects())["client"]
    await two.connects()
    for phone in (one, two):
        await phone.subscribes("thing:1")
    await call("unsubscribe", channel="thing:1", client=client)
    assert (await one.hears())["push"]["unsubscribe"]["code"] == 2000
    assert list(two.connection.subscriptions) == ["thing:1"]


async def test_somebody_is_disconnected_with_the_code_that_was_asked_for(worker, phones):
    """For good by default; with a code and a reason of the caller's; one client only."""
    here, there = await worker(), await worker()
    seven, eight, nine, tenth = (phones(there) for _ in range(4))
    for phone, user in ((seven, "7"), (eight, "8"), (nine, "9"), (tenth, "9")):
        await phone.connects(user)
    await api.call(here, "disconnect", {"user": "7"})
    await seven.is_closed_with(3503)
    wish = {"user": "8", "disconnect": {"code": 4321, "reason": "bye"}}
    await api.call(here, "disconnect", wish)
    await eight.is_closed_with(4321)
    assert eight.wire.code.reason == "bye"
    await api.call(here, "disconnect", {"user": "9", "client": nine.connection.client})
    await nine.is_closed_with(3503)
    assert tenth.closed is None


async def test_somebody_lives_longer_or_no_longer(worker, phones):
    """A new date is told to the client; the past, or ``expired``, is the end."""
    here, there = await worker(), await worker()
    seven, eight = phones(there), phones(there)
    assert (await seven.connects("7//60"))["ttl"] <= 60
    await eight.connects("8//60")
    await api.call(here, "refresh", {"user": "7", "expire_at": until(600)})
    assert 590 < (await seven.hears())["push"]["refresh"]["ttl"] <= 600
    await api.call(here, "refresh", {"user": "7", "expire_at": 0})
    assert (await seven.hears())["push"]["refresh"] == {}
    await api.call(here, "refresh", {"user": "7", "expire_at": until(-5)})
    await seven.is_closed_with(3005)
    await api.call(here, "refresh", {"user": "8", "expired": True})
    await eight.is_closed_with(3005)


@pytest.mark.parametrize(
    ("command", "body", "error"),
    [
        ("publish", {}, BAD),
        ("publish", {"channel": "room:1"}, BAD),
        ("publish", {"data": 1}, BAD),
        ("publish", {"channel": 1, "data": 1}, BAD),
        ("publish", {"channel": "", "data": 1}, BAD),
        ("publish", {"channel": "room:é", "data": 1}, BAD),
        ("publish", {"channel": "room:" + "x" * 300, "data": 1}, BAD),
        ("publish", {"channel": "nowhere:1", "data": 1}, UNKNOWN),
        ("publish", {"channel": "mute:1", "data": 1, "idempotency_key": "k"}, BAD),
        ("publish", {"channel": "room:1", "data": 1, "idempotency_key": "k" * 256}, BAD),
        ("broadcast", {"channels": "room:1", "data": 1}, BAD),
        ("broadcast", {"channels": ["room:1"] * 1001, "data": 1}, BAD),
        ("history", {"channel": "mute:1"}, UNAVAILABLE),
        ("history", {"channel": "nowhere:1"}, UNKNOWN),
        ("history", {"channel": "room:1", "limit": "2"}, BAD),
        ("history", {"channel": "room:1", "reverse": True, "since": {"offset": 0}}, BAD),
        ("presence", {"channel": "thing:1"}, UNAVAILABLE),
        ("presence_stats", {"channel": "thing:1"}, UNAVAILABLE),
        ("presence", {}, BAD),
        ("unsubscribe", {"channel": "room:1"}, BAD),
        ("unsubscribe", {"user": "7"}, BAD),
        ("unsubscribe", {"channel": "nowhere:1", "user": "7"}, UNKNOWN),
        ("disconnect", {}, BAD),
        ("disconnect", {"user": "seven"}, BAD),
        ("disconnect", {"user": 7}, BAD),
        ("disconnect", {"user": "7", "disconnect": {"code": 1000}}, BAD),
        ("disconnect", {"user": "7", "disconnect": {"code": 3000, "reason": "é" * 62}}, BAD),
        ("refresh", {"user": "7"}, BAD),
        ("refresh", {"client": "c", "expired": True}, BAD),
        ("refresh", {"user": "7", "expire_at": -1}, BAD),
        ("refresh", {"user": "7", "expire_at": 10**15}, BAD),
    ],
)
async def test_what_makes_no_sense_is_refused(refused, command, body, error):
    """With the protocol's own numbers."""
    assert await refused(command, **body) == error


async def test_what_is_too_much_is_refused(refused):
    """Sixty-four KiB of JSON; and what is nested too deep to be written."""
    assert (await refused("publish", channel="room:1", data="x" * 65_536))["code"] == 106
    deep = []
    for _ in range(500):
        deep = [deep]
    assert await refused("publish", channel="room:1", data=deep) == BAD


@pytest.mark.parametrize("client", ["fake"], indirect=True)
async def test_without_redis_it_is_an_error_worth_another_try(refused, fake):
    """Nothing is pretended."""
    fake.connected = False
    for command in ("publish", "presence", "presence_stats", "history"):
        said = await refused(command, channel="room:1", data=1)
        assert said == {"code": 100, "message": "internal server error"}
    assert (await refused("broadcast", channels=["room:1"], data=1))["code"] == 100
