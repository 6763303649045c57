"""What a client may say, in which order, and how it ends."""

import asyncio
import random

import pytest

from channels.codes import FORCE_DISCONNECT
from channels.limits import Limits
from domain.kernel import UserId
from tests.channels.toys import soon

QUICK = pytest.mark.parametrize(
    "limits", [Limits(stale_seconds=0.3, ping_seconds=0.1, pong_seconds=0.2)], ids=["quick"]
)


@pytest.fixture
def limits() -> Limits:
    return Limits(grace_seconds=0.1, channels=3, commands_waiting=50, drain_seconds=0.3)


async def test_a_stranger_may_connect(phone):
    """The reply names the connection, the server's time, and nobody."""
    reply = await phone.connects()
    assert set(reply) == {"client", "version", "data", "ping", "pong"}
    assert reply["data"]["user_id"] is None
    assert reply["data"]["time"] > 1_700_000_000_000
    assert reply["pong"]


async def test_a_token_says_who_and_for_how_long(phone):
    """Expiry is the client's to watch."""
    reply = await phone.connects("7/login/60")
    assert reply["data"]["user_id"] == 7
    assert reply["expires"]
    assert 58 <= reply["ttl"] <= 60


async def test_a_forged_token_ends_the_connection_for_good(phone):
    """Close 3500, not an error reply."""
    phone.says({"id": 1, "connect": {"token": "forged"}})
    await phone.is_closed_with(3500)


@pytest.mark.parametrize(("token", "code"), [("old", 109), ("7/login/-1", 109), ("broken", 100)])
async def test_after_a_refused_connect_nothing_more_is_served(phone, token, code):
    """The SDK closes by itself; one that does not is closed."""
    assert (await phone.connects(token))["error"]["code"] == code
    phone.says({"id": 2, "subscribe": {"channel": "thing:a"}})
    await phone.is_closed_with(3501)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\n\n",
        b"nonsense",
        b"[]",
        b"7",
        b'{"id":0,"subscribe":{"channel":"thing:a"}}',
        b'{"subscribe":{"channel":"thing:a"}}',
        b'{"id":-1,"subscribe":{"channel":"thing:a"}}',
        b'{"id":true,"subscribe":{"channel":"thing:a"}}',
        b'{"id":"1","subscribe":{"channel":"thing:a"}}',
        b'{"id":1}',
        b'{"id":1,"dance":{}}',
        b'{"id":1,"subscribe":{}}',
        b'{"id":1,"subscribe":"thing:a"}',
        b'{"id":1,"subscribe":{"channel":7}}',
        b'{"id":1,"subscribe":{"channel":"thing:a","offset":-1}}',
        b'{"id":1,"subscribe":{"channel":"thing:a","offset":1.5}}',
        b'{"id":1,"subscribe":{"channel":"thing:a","delta":"zip"}}',
        b'{"id":1,"history":{}}',
        b'{"id":1,"unsubscribe":{}}',
        b'{"id":1,"connect":{}}',
        b'{"id":1,"refresh":{}}',
    ],
)
async def test_malformed_frames_end_the_connection(phone, frame):
    """Close 3501."""
    await phone.connects()
    phone.connection.receive(frame)
    await phone.is_closed_with(3501)


async def test_the_first_command_must_be_connect(phone):
    """Close 3501."""
    phone.says({"id": 1, "subscribe": {"channel": "thing:a"}})
    await phone.is_closed_with(3501)


async def test_unknown_fields_and_nulls_are_ignored(phone):
    """The schema grows, and other languages write zero as null."""
    phone.says({"id": 1, "connect": {"token": None, "flag": 1, "new": [1]}, "extra": {}})
    assert "client" in (await phone.hears())["connect"]


async def test_a_frame_too_large_ends_the_connection(phone):
    """Close 1009, which SDKs take for what it is."""
    phone.connection.receive(b" " * (64 * 1024 + 1))
    await phone.is_closed_with(1009)


async def test_too_many_waiting_commands_end_the_connection(phone):
    """Close 3013, and the client may come back."""
    phone.says(*({"id": n + 1, "connect": {}} for n in range(51)))
    await phone.is_closed_with(3013)


async def test_pipelined_commands_are_answered_in_order(phone):
    """Connect and every subscribe in one frame, as SDKs send them."""
    phone.says(
        {"id": 1, "connect": {"token": "7"}},
        {"id": 2, "subscribe": {"channel": "thing:a"}},
        {"id": 3, "subscribe": {"channel": "thing:secret"}},
        {"id": 4, "subscribe": {"channel": "mine:7"}},
        {"id": 5, "unsubscribe": {"channel": "thing:a"}},
    )
    replies = [await phone.hears() for _ in range(5)]
    assert [reply["id"] for reply in replies] == [1, 2, 3, 4, 5]
    assert ["error" in reply for reply in replies] == [False, False, True, False, False]
    assert replies[-1]["unsubscribe"] == {}


async def test_what_we_do_not_offer_is_refused_politely(phone):
    """Each with its own code; the connection goes on."""
    await phone.connects()
    assert (await phone.asks("publish", channel="thing:a", data=1))["error"]["code"] == 103
    for name in ("presence", "presence_stats"):
        assert (await phone.asks(name, channel="thing:a"))["error"]["code"] == 103
    assert (await phone.asks("rpc", method="x"))["error"]["code"] == 108
    assert (await phone.asks("ping"))["error"]["code"] == 107
    assert (await phone.asks("sub_refresh", channel="thing:a"))["error"]["code"] == 103
    assert (await phone.subscribes("thing:a", type=1))["error"]["code"] == 108
    assert (await phone.subscribes("thing:a", tf={"k": 1}))["error"]["code"] == 107
    assert (await phone.subscribes("thing:a", delta="fossil"))["recoverable"]
    for name in ("presence", "presence_stats"):
        assert (await phone.asks(name, channel="thing:a"))["error"]["code"] == 108
    phone.says({"send": {"data": 1}})
    await phone.is_closed_with(3508)


async def test_twice_and_too_many_are_refused(phone):
    """105 and 106; leaving what one does not listen to is fine."""
    await phone.connects()
    for name in "abc":
        await phone.subscribes(f"thing:{name}")
    assert (await phone.subscribes("thing:a"))["error"]["code"] == 105
    assert (await phone.subscribes("thing:d"))["error"]["code"] == 106
    assert await phone.asks("unsubscribe", channel="thing:z") == {}


@QUICK
async def test_silence_before_connect_is_stale(phone):
    """Close 3502."""
    await phone.is_closed_with(3502)


@QUICK
async def test_who_answers_pings_stays(phone):
    """Three rounds and still there."""
    await phone.connects()
    for _ in range(3):
        assert await phone.hears() == {}
        phone.says({})
    assert phone.closed is None


@QUICK
async def test_who_answers_no_ping_goes(phone):
    """Close 3012."""
    await phone.connects()
    await phone.is_closed_with(3012)


@QUICK
async def test_pongs_are_heard_while_a_command_waits(phone, toy):
    """A slow subscribe is no reason to call the client dead."""
    waits = asyncio.Event()

    async def meanwhile():
        await waits.wait()

    toy.meanwhile = meanwhile
    await phone.connects()
    phone.says({"id": 2, "subscribe": {"channel": "thing:a"}})
    for _ in range(4):
        assert await phone.hears() == {}
        phone.says({})
    waits.set()
    assert (await phone.hears())["id"] == 2


async def test_an_expired_connection_ends_after_its_grace(phone):
    """Close 3005, and the client comes back with a fresh token."""
    await phone.connects("7/login/0.05")
    await phone.is_closed_with(3005)


async def test_a_fresh_token_prolongs_the_connection(phone):
    """Same person, new expiry."""
    await phone.connects("7/login/0.05")
    reply = await phone.asks("refresh", token="7/login/60")
    assert (reply["expires"], reply["version"]) == (True, "1")
    assert reply["ttl"] > 50


@pytest.mark.parametrize(("token", "code"), [("8", 3500), ("x", 3500), ("old", 3005), ("", 3501)])
async def test_a_refresh_with_another_token_ends_the_connection(phone, token, code):
    """Another person, a forgery, an old one, none."""
    await phone.connects("7/login/60")
    phone.says({"id": 9, "refresh": {"token": token}})
    await phone.is_closed_with(code)


async def test_a_logout_ends_that_login_on_every_worker(worker, phones):
    """The same person's other login and other people stay."""
    one, two = await worker(), await worker()
    here, there, other, stranger = phones(one), phones(two), phones(two), phones(two)
    await here.connects("7/phone")
    await there.connects("7/phone")
    await other.connects("7/desk")
    await stranger.connects("8/phone")
    await one.disconnect(user_id=UserId(7), session_id="phone")

    await here.is_closed_with(3503)
    await there.is_closed_with(3503)
    assert (other.closed, stranger.closed) == (None, None)
    await two.disconnect(user_id=UserId(7))
    await other.is_closed_with(3503)
    assert stranger.closed is None


async def test_a_logout_during_login_is_not_missed(phone, live):
    """The token was good when it was checked, and is not any more."""
    since = live.hub.orders_given
    live.hub.disconnect(session_id="phone", code=FORCE_DISCONNECT)
    phone.connection.credentials = type(phone.connection.credentials)(UserId(7), "phone")
    live.hub.identified(phone.connection, since=since)
    assert phone.closed == 3503


async def test_a_drain_sends_everyone_away_over_time(phones, live):
    """Code 3001, not all at once, and who comes late is sent on immediately."""
    there = [phones(live) for _ in range(9)]
    for phone in there:
        await phone.connects()
    draining = asyncio.create_task(live.drain())
    await soon(lambda: any(phone.closed for phone in there))
    assert [phone.closed for phone in there].count(None) > 0
    await draining

    assert {phone.closed for phone in there} == {3001}
    assert phones(live).closed == 3001
    assert live.hub.peers == set()


async def test_a_drain_without_a_window_is_immediate(phones, live):
    """Nobody waits for zero seconds."""
    phone = phones(live)
    await live.hub.drain(0, random.Random(1))
    assert phone.closed == 3001


async def test_a_bug_in_a_topic_costs_one_subscribe(phone, toy):
    """The client may try again, and the log has the story."""

    async def meanwhile():
        raise ZeroDivisionError

    toy.meanwhile = meanwhile
    await phone.connects()
    assert (await phone.subscribes("thing:a"))["error"]["code"] == 100


@QUICK
async def test_a_refused_client_that_stays_is_ended(phone):
    """Whether its token was good or not: nothing pings it that would find it gone."""
    assert (await phone.connects("7+thing:busy"))["error"]["code"] == 100
    await phone.is_closed_with(3502)
