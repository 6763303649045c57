"""The event stream, read as a browser reads it."""

import json
from base64 import urlsafe_b64encode
from contextlib import asynccontextmanager

import httpx
import pytest

from channels import cursor
from channels.broker import Position, Publication
from channels.credentials import TokenInvalid
from channels.limits import Limits
from tests.channels.doors import SERVERS
from tests.channels.streaming import Stream
from tests.channels.toys import soon

pytestmark = [
    pytest.mark.parametrize("client", ["fake"], indirect=True),
    pytest.mark.parametrize("server", SERVERS),
]


@pytest.fixture
async def listen(serve, live):
    """Open event streams."""
    url = f"http://{await serve(live)}/connection/uni_sse"
    async with httpx.AsyncClient(timeout=10) as http:

        @asynccontextmanager
        async def opened(*channels, method="GET", **options):
            wish = {"subs": {channel: {} for channel in channels}} | options.pop("wish", {})
            if method == "GET":
                options["params"] = {"cf_connect": json.dumps(wish), **options.pop("params", {})}
            else:
                options["json"] = wish
            async with http.stream(method, url, **options) as reply:
                yield Stream(reply)

        opened.http, opened.url = http, url
        yield opened


async def test_the_first_event_says_what_one_listens_to(listen, live, toy):
    """Then the events, each with the position to come back to."""
    async with listen("thing:a", "thing:b") as source:
        connect = (await source.next())["connect"]
        await toy.move(live, "thing:a")
        push = await source.next()

    assert source.reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert source.reply.headers["x-accel-buffering"] == "no"
    assert 3000 <= source.retry <= 4500
    assert connect["data"]["user_id"] is None
    assert connect["subs"]["thing:a"]["data"] == {"version": 0}
    assert "session" not in connect
    assert push == {"channel": "thing:a", "pub": {"data": {"version": 1}, "offset": 1}}
    position = Position(connect["subs"]["thing:a"]["epoch"], 1)
    assert cursor.read(source.last_id)["thing:a"] == position


@pytest.mark.parametrize("how", ["header", "query"])
async def test_who_comes_back_gets_what_was_missed(listen, live, toy, how):
    """By Last-Event-ID as a browser sends it, or in the query as a page may."""
    async with listen("thing:a", "thing:b") as source:
        await source.next()
        await toy.move(live, "thing:a")
        await source.next()
    for channel in ("thing:a", "thing:a", "thing:b"):
        await toy.move(live, channel)
    back = (
        {"headers": {"Last-Event-ID": source.last_id}}
        if how == "header"
        else {"params": {"last_event_id": source.last_id}}
    )
    async with listen("thing:a", "thing:b", **back) as source:
        subs = (await source.next())["connect"]["subs"]
        await toy.move(live, "thing:a")
        assert (await source.next())["pub"]["offset"] == 4

    assert subs["thing:a"]["recovered"]
    assert [each["offset"] for each in subs["thing:a"]["publications"]] == [2, 3]
    assert [each["offset"] for each in subs["thing:b"]["publications"]] == [1]


@pytest.mark.parametrize("channels", [["thing:a"], ["thing:a", "thing:b"]], ids=["one", "two"])
async def test_every_id_says_where_all_channels_stand(listen, live, toy, channels):
    """So that it does not matter after which event the stream is lost."""
    async with listen(*channels) as source:
        subs = (await source.next())["connect"]["subs"]
        here = {name: Position(sub["epoch"], 0) for name, sub in subs.items()}
        assert cursor.read(source.last_id) == here
        for _ in range(2):
            for channel in channels:
                await toy.move(live, channel)
                await source.next()
                here[channel] = Position(here[channel].epoch, here[channel].offset + 1)
                assert cursor.read(source.last_id) == here


@pytest.mark.parametrize("word", ["?", "Zm9v", urlsafe_b64encode(b'{"a":[1]}').decode()])
async def test_a_meaningless_position_is_a_fresh_start(listen, word):
    """Never an error, never a guess."""
    async with listen("thing:a", headers={"Last-Event-ID": word}) as source:
        sub = (await source.next())["connect"]["subs"]["thing:a"]
    assert "recovered" not in sub
    assert sub["data"] == {"version": 0}


async def test_a_refused_channel_is_named_and_the_rest_is_heard(listen, live, toy):
    """An unsubscribe push with the error's code."""
    async with listen("thing:a", "mine:8", "nothing") as source:
        assert set((await source.next())["connect"]["subs"]) == {"thing:a"}
        refusals = [await source.next(), await source.next()]
        await toy.move(live, "thing:a")
        assert (await source.next())["pub"]["offset"] == 1

    assert {each["channel"]: each["unsubscribe"]["code"] for each in refusals} == {
        "mine:8": 103,
        "nothing": 102,
    }


@pytest.mark.parametrize(
    "who",
    [
        {"wish": {"token": "8"}},
        {"params": {"ticket": "8"}},
        {"headers": {"Authorization": "Bearer 8"}},
        {"headers": {"Cookie": "uhok_live=8"}},
        {"method": "POST", "headers": {"Authorization": "bearer 8"}},
    ],
)
async def test_a_token_is_taken_from_where_it_can_be_put(listen, who):
    """The request, the address, the header, the cookie; by GET and by POST."""
    async with listen("mine:8", **who) as source:
        connect = (await source.next())["connect"]
    assert connect["data"]["user_id"] == 8
    assert "mine:8" in connect["subs"]


async def test_a_ticket_opens_once(listen):
    """An address may end up in a log; who finds it there finds nothing."""
    for status in (200, 401):
        async with listen("mine:8", params={"ticket": "8"}) as source:
            assert source.reply.status_code == status


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"wish": {"token": "forged"}}, 401),
        ({"wish": {"token": "old"}}, 401),
        ({"wish": {"token": "old"}, "headers": {"Last-Event-ID": "x"}}, 204),
        ({"wish": {"subs": {"mine:8": {}}}}, 403),
        ({"wish": {"subs": {"mine:8": {}}}, "headers": {"Last-Event-ID": "x"}}, 204),
        ({"headers": {"Origin": "https://evil.example"}}, 403),
        ({"params": {"cf_connect": "{"}}, 400),
        ({"params": {"cf_connect": '{"subs":[]}'}}, 400),
        ({"params": {"cf_connect": " " * 17_000}}, 400),
        ({"wish": {"subs": {f"thing:{n}": {} for n in range(129)}}, "method": "POST"}, 400),
        ({"wish": {"data": "x" * 70_000}, "method": "POST"}, 413),
        ({"method": "PUT"}, 405),
    ],
)
async def test_what_will_not_change_is_said_by_status(listen, live, options, status):
    """So that no browser comes back for ever; who came back by itself is stopped with 204."""
    async with listen("thing:a", **options) as source:
        assert source.reply.status_code == status
    assert not live.hub.peers
    assert not live.hub.feeds


async def test_a_passing_trouble_is_said_in_the_stream(listen, live):
    """A browser that is refused by status would never come back."""
    for options in ({"wish": {"subs": {"thing:busy": {}}}}, {"wish": {"token": "broken"}}):
        async with listen("thing:a", **options) as source:
            assert source.reply.status_code == 200
            assert (await source.next())["disconnect"]["code"] == 3004
            assert await source.next() is None
    assert not live.hub.feeds


async def test_a_gap_ends_the_stream_so_that_the_browser_comes_back(listen, live):
    """Code 3010, and the id it has is where it goes on."""
    async with listen("thing:a") as source:
        await source.next()
        live.hub.deliver("thing:a", "other", Publication(5, b"5"))
        assert (await source.next())["disconnect"]["code"] == 3010
        assert await source.next() is None
    assert not live.hub.feeds


async def test_a_stopping_server_says_so_to_those_who_are_there_and_who_come(listen, live):
    """Code 3001, then the end; a newcomer is not even asked who it is."""
    async with listen("thing:a") as source:
        await source.next()
        await live.hub.drain(0, live.parts.chance)
        assert (await source.next())["disconnect"] == {"code": 3001, "reason": "shutdown"}
        assert await source.next() is None
    async with listen("thing:a") as source:
        assert [each["disconnect"]["code"] for each in await source.rest()] == [3001]


@pytest.mark.parametrize("limits", [Limits(ping_seconds=0.05, grace_seconds=0)], ids=["quick"])
async def test_an_idle_stream_shows_that_it_lives(listen):
    """Empty events; and an expired token ends it."""
    async with listen("thing:a", wish={"token": "7/x/0.3"}) as source:
        await source.next()
        heard = [await source.next() for _ in range(3)]
        assert heard == [{}, {}, {}]
        assert (await source.until("disconnect"))["code"] == 3005


@pytest.mark.parametrize("limits", [Limits(connections_per_user=1)], ids=["one"])
async def test_a_user_with_too_many_connections_is_told(listen, live):
    """The one that is there stays."""
    async with listen("thing:a", wish={"token": "7"}) as first:
        await first.next()
        async with listen("thing:a", wish={"token": "7"}) as second:
            assert [each["disconnect"]["code"] for each in await second.rest()] == [3504]
        [peer] = live.hub.peers
        assert peer.user_id == 7


async def test_a_logout_meanwhile_is_not_overlooked(listen, live, monkeypatch):
    """The token was good when it was looked at, and was revoked before the stream began."""

    async def connection(token):
        credentials = await check(token)
        live.hub.disconnect(user_id=credentials.user_id)
        return credentials

    check = live.parts.authenticator.connection
    monkeypatch.setattr(live.parts.authenticator, "connection", connection)
    async with listen("mine:7", wish={"token": "7"}) as source:
        assert [each["disconnect"]["code"] for each in await source.rest()] == [3503]
    assert not live.hub.feeds


async def test_a_revoked_ticket_is_a_refusal_like_any_other(listen, live, monkeypatch):
    """Whatever the ticket was."""

    async def ticket(said):
        raise TokenInvalid

    monkeypatch.setattr(live.parts.authenticator, "ticket", ticket)
    async with listen("thing:a", params={"ticket": "7"}) as source:
        assert source.reply.status_code == 401


async def test_a_reader_that_leaves_is_forgotten(listen, live):
    """At once."""
    async with listen("thing:a") as source:
        await source.next()
        assert len(live.hub.peers) == 1
    await soon(lambda: not live.hub.peers)
    assert not live.hub.feeds


async def test_head_answers_without_a_stream(listen, live):
    """Monitors ask like that."""
    reply = await listen.http.head(listen.url)
    assert (reply.status_code, reply.text) == (200, "")
    assert not live.hub.peers
