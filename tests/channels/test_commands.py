"""Tokens, presence, talking and procedures, as clients see them."""

import asyncio

import pytest

from channels.broker import Entry
from channels.codes import UNSUBSCRIBED
from channels.limits import Limits
from channels.live import Live
from domain import kernel
from domain.kernel import UserId
from tests.channels.toys import Phone, soon


@pytest.fixture
def limits() -> Limits:
    return Limits(grace_seconds=0.05, connections_per_user=2)


async def two_in_a_room(phones, live: Live) -> tuple[Phone, Phone]:
    here, there = phones(live), phones(live)
    await here.connects("7")
    await there.connects("8")
    await here.subscribes("room:a", join_leave=True)
    assert (await here.hears())["push"]["join"]["info"]["user"] == "7"
    await there.subscribes("room:a")
    return here, there


async def test_who_comes_and_goes_is_told_to_those_who_ask(phones, live):
    """With the names others know them by."""
    here, there = await two_in_a_room(phones, live)
    joined = (await here.hears())["push"]
    assert joined["channel"] == "room:a"
    assert joined["join"]["info"] == {"user": "8", "client": there.connection.client}
    there.connection.close(None)
    assert (await here.hears())["push"]["leave"]["info"]["user"] == "8"


async def test_who_is_there_can_be_seen_and_counted(phones, live):
    """At once after subscribing, and no more after leaving."""
    here, there = await two_in_a_room(phones, live)
    seen = await there.asks("presence", channel="room:a")
    assert set(seen["presence"]) == {here.connection.client, there.connection.client}
    assert await there.asks("presence_stats", channel="room:a") == {
        "num_clients": 2,
        "num_users": 2,
    }
    here.connection.close(None)
    seen = await there.asks("presence", channel="room:a")
    assert set(seen["presence"]) == {there.connection.client}


async def test_what_one_says_all_hear(phones, live):
    """Oneself included, with the name of who said it."""
    here, there = await two_in_a_room(phones, live)
    await here.hears()
    there.says({"id": 9, "publish": {"channel": "room:a", "data": {"text": "안녕\n"}}})
    push = (await here.hears())["push"]
    assert push["pub"]["data"] == {"text": "안녕\n"}
    assert push["pub"]["offset"] == 1
    assert push["pub"]["info"] == {"user": "8", "client": there.connection.client}
    heard = [await there.hears(), await there.hears()]
    assert {"id": 9, "publish": {}} in heard


async def test_talking_takes_listening_something_to_say_and_leave_to(phone):
    """103 without the first or the last, 107 without the second."""
    await phone.connects()
    assert (await phone.asks("publish", channel="room:a", data=1))["error"]["code"] == 103
    await phone.subscribes("room:a")
    assert (await phone.asks("publish", channel="room:a"))["error"]["code"] == 107
    await phone.subscribes("thing:a")
    assert (await phone.asks("publish", channel="thing:a", data=1))["error"]["code"] == 103


async def test_a_channel_that_remembers_nothing_has_no_positions(phone, live):
    """It can be listened to; there is no history to read."""
    await phone.connects()
    reply = await phone.subscribes("mute:a", recover=True, offset=3, epoch="e")
    assert "recoverable" not in reply
    assert "recovered" not in reply
    assert (await phone.asks("history", channel="mute:a"))["error"]["code"] == 108
    phone.says({"id": 9, "publish": {"channel": "mute:a", "data": 1}})
    heard = [await phone.hears(), await phone.hears()]
    assert {"id": 9, "publish": {}} in heard


@pytest.mark.parametrize(
    ("token", "code"), [("", 103), ("forged", 103), ("old", 109), ("7@vip:a@-1", 109)]
)
async def test_a_channel_may_take_a_token(phone, token, code):
    """An error, and the connection goes on."""
    await phone.connects("7")
    assert (await phone.subscribes("vip:a", token=token))["error"]["code"] == code
    assert (await phone.subscribes("vip:a", token="7@vip:a"))["recoverable"]


@pytest.mark.parametrize("token", ["8@vip:a", "7@vip:b"])
async def test_a_token_of_another_ends_the_connection(phone, token):
    """Close 3500: it was stolen, or the client is mistaken."""
    await phone.connects("7")
    phone.says({"id": 2, "subscribe": {"channel": "vip:a", "token": token}})
    await phone.is_closed_with(3500)


async def test_a_subscription_ends_with_its_token(phone, live):
    """2501 after the grace: the client subscribes again with a fresh one."""
    await phone.connects("7")
    reply = await phone.subscribes("vip:a", token="7@vip:a@0.02")
    assert (reply["expires"], reply["ttl"]) == (True, 1)
    push = (await phone.hears())["push"]
    assert (push["channel"], push["unsubscribe"]["code"]) == ("vip:a", 2501)
    assert not live.hub.feeds


async def test_a_fresh_token_prolongs_the_subscription(phone):
    """The old deadline is forgotten."""
    await phone.connects("7")
    await phone.subscribes("vip:a", token="7@vip:a@0.02")
    reply = await phone.asks("sub_refresh", channel="vip:a", token="7@vip:a@60")
    assert reply["ttl"] > 50
    assert (await phone.asks("sub_refresh", channel="vip:a"))["error"]["code"] == 107
    assert phone.connection.subscriptions["vip:a"].deadline.when() > 10


@pytest.mark.parametrize(("token", "code"), [("8@vip:a", 3500), ("x", 3500), ("old", 3006)])
async def test_a_wrong_fresh_token_ends_the_connection(phone, token, code):
    """Another's, a forgery, an old one."""
    await phone.connects("7")
    await phone.subscribes("vip:a", token="7@vip:a")
    phone.says({"id": 9, "sub_refresh": {"channel": "vip:a", "token": token}})
    await phone.is_closed_with(code)


async def test_a_token_may_subscribe_its_bearer(phone, toy, live):
    """The connect reply has the snapshot and the position; then it is a channel like any."""
    reply = await phone.connects("7+mine:7")
    assert reply["subs"]["mine:7"]["data"] == {"version": 0}
    await toy.move(live, "mine:7")
    assert await phone.pubs(1) == [(1, {"version": 1})]
    assert (await phone.subscribes("mine:7"))["error"]["code"] == 105


async def test_a_subscription_by_token_recovers_with_the_connect(phones, toy, live):
    """From the position the client brings."""
    first, again = phones(live), phones(live)
    epoch = (await first.connects("7+mine:7"))["subs"]["mine:7"]["epoch"]
    await toy.move(live, "mine:7")
    position = {"recover": True, "epoch": epoch, "offset": 0}
    reply = await again.asks("connect", token="7+mine:7", subs={"mine:7": position})
    assert reply["subs"]["mine:7"]["recovered"]
    assert [each["offset"] for each in reply["subs"]["mine:7"]["publications"]] == [1]


async def test_a_gap_in_a_subscription_by_token_ends_the_connection(phone, live):
    """3010: its client cannot subscribe again by itself."""
    await phone.connects("7+mine:7")
    live.hub.feed("mine:7").top = type(live.hub.feed("mine:7").top)("", 0)
    live.hub.gap.set()
    await live.parts.broker.history("mine:7")
    await phone.is_closed_with(3010)


async def test_what_a_token_may_not_subscribe_to_is_left_out(phone):
    """The connection is not at fault."""
    assert "subs" not in await phone.connects("7+mine:8")


async def test_a_lost_permission_ends_the_subscription_on_every_worker(worker, phones):
    """Of that user only; a code that says come back makes the client ask again."""
    one, two = await worker(), await worker()
    here, there, other = phones(one), phones(two), phones(two)
    for phone, token in ((here, "7"), (there, "7"), (other, "8")):
        await phone.connects(token)
        await phone.subscribes("thing:a")
    await one.unsubscribe("thing:a", user_id=UserId(7))
    for phone in (here, there):
        push = (await phone.hears())["push"]
        assert push["unsubscribe"] == {"code": 2000, "reason": "server unsubscribe"}
    assert "thing:a" in other.connection.subscriptions


async def test_a_permission_lost_while_subscribing_is_not_missed(phone, toy, live):
    """It was asked for before, and would be given after."""

    async def meanwhile():
        toy.meanwhile = None
        live.hub.unsubscribe("thing:a", user_id=UserId(7))

    toy.meanwhile = meanwhile
    await phone.connects("7")
    assert (await phone.subscribes("thing:a"))["error"]["temporary"]


async def test_one_person_has_so_many_connections(phones, live):
    """3504 for the next; one that goes makes room."""
    first, second, third = (phones(live) for _ in range(3))
    await first.connects("7")
    await second.connects("7")
    third.says({"id": 1, "connect": {"token": "7"}})
    await third.is_closed_with(3504)
    first.connection.close(None)
    assert "client" in await phones(live).connects("7")


async def test_a_connection_can_be_given_more_time(phone, live):
    """The client is told; one whose time is over goes."""
    await phone.connects("7/login/60")
    await live.prolong(UserId(7), kernel.utc_now() + kernel.utc_now().resolution * 90_000_000)
    assert 85 <= (await phone.hears())["push"]["refresh"]["ttl"] <= 90
    await live.prolong(UserId(7), kernel.utc_now())
    await phone.is_closed_with(3005)


async def test_procedures_answer_and_refuse(phone, live):
    """By name; what the domain refuses comes with its status and its code."""

    async def double(caller, data):
        if caller.user_id is None:
            raise kernel.Unauthenticated
        if data == b"null":
            raise kernel.NotFound
        return b"%d" % (int(data) * 2)

    await phone.connects("7")
    assert (await phone.asks("rpc", method="double"))["error"]["code"] == 108
    live.parts.procedures["double"] = double
    assert await phone.asks("rpc", method="double", data=21) == {"data": 42}
    assert (await phone.asks("rpc", method="triple"))["error"]["code"] == 104
    phone.connection.credentials = type(phone.connection.credentials)()
    refused = await phone.asks("rpc", method="double", data=1)
    assert (refused["error"]["code"], refused["error"]["message"]) == (
        401,
        kernel.Unauthenticated.code,
    )


@pytest.mark.parametrize("limits", [Limits(commands_per_second=1)], ids=["one a second"])
async def test_too_many_commands_in_a_while_end_the_connection(phone):
    """3013, and the client may come back: its allowance is that of ten seconds."""
    await phone.connects()
    for number in range(2, 40):
        phone.says({"id": number, "unsubscribe": {"channel": "thing:a"}})
        if phone.closed:
            break
        await soon(lambda: not phone.connection._waiting)
    assert phone.closed == 3013
    assert number > 8


@pytest.mark.parametrize("token", ["7", "7+room:a"])
async def test_who_cannot_be_told_what_was_missed_leaves_nothing_behind(phone, live, token):
    """A client that speaks JSON, where somebody said something else."""
    topic = live.parts.topics.of("room:a")
    await live.parts.broker.publish(Entry("room:a", b"\0", topic.retention, info=b"{}"))
    wish = {"recover": True, "offset": 0}
    subs = {"room:a": wish} if "+" in token else {}
    phone.says(
        {"id": 1, "connect": {"token": token, "subs": subs}},
        {"id": 2, "subscribe": {"channel": "room:a", **wish}},
    )
    await phone.is_closed_with(3506)
    assert not live.hub.feeds


async def test_a_token_that_expires_while_its_channel_is_opened_opens_nothing(phone, live, toy):
    """The client gets a new one and asks again."""
    await phone.connects("7")
    toy.meanwhile = lambda: asyncio.sleep(0.05)
    reply = await phone.subscribes("thing:a", token="7@thing:a@0.04")
    assert reply["error"]["code"] == 109
    assert not live.hub.feeds


async def test_the_end_of_an_older_subscription_is_not_the_newer_s(phone, live):
    """It comes late, from a timer or another worker, and finds that the client is back."""
    await phone.connects("7")
    await phone.subscribes("thing:a")
    old = phone.connection.subscriptions["thing:a"]
    await phone.asks("unsubscribe", channel="thing:a")
    await phone.subscribes("thing:a")
    phone.connection.dismiss(old, UNSUBSCRIBED)
    assert [len(feed) for feed in live.hub.feeds] == [1]
