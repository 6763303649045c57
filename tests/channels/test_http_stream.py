"""Conversations over HTTP: replies stream down one request, commands go up in others."""

import httpx
import pytest
from centrifuge.protocol import client_pb2

from channels.broker import Publication
from channels.doors import http_stream, sse
from channels.limits import Limits
from tests.channels.doors import SERVERS
from tests.channels.streaming import binary_frame, frame, streamed
from tests.channels.toys import soon

pytestmark = [
    pytest.mark.parametrize("client", ["fake"], indirect=True),
    pytest.mark.parametrize("server", SERVERS),
]

CONNECT = {"id": 1, "connect": {}}
BINARY = {"Content-Type": "application/octet-stream"}


def listening(channel, number=2, **wish):
    return {"id": number, "subscribe": {"channel": channel, **wish}}


@pytest.fixture(params=[http_stream.PATH, sse.PATH])
def path(request):
    """Either door whose replies are JSON."""
    return request.param


@pytest.fixture
async def talk(serve, live, path):
    """Open conversations, and say more in those that are open."""
    base = f"http://{await serve(live)}"
    async with httpx.AsyncClient(base_url=base, timeout=10) as http:

        def opened(*commands, **options):
            body = frame(*commands)
            if path == sse.PATH and not options:
                return streamed(http, "GET", path, params={"cf_connect": body.decode()})
            return streamed(http, "POST", path, content=body, **options)

        async def more(connected, *commands):
            said = {name: connected[name] for name in ("session", "node")}
            body = said | {"data": frame(*commands).decode()}
            return (await http.post("/emulation", json=body)).status_code

        opened.more, opened.http = more, http
        yield opened


async def test_a_conversation_is_held_over_two_connections(talk, live, toy):
    """The answer to connect names the stream; what is asked elsewhere is answered in it."""
    async with talk(CONNECT, listening("thing:a")) as stream:
        connected = (await stream.next())["connect"]
        subscribed = (await stream.next())["subscribe"]
        await toy.move(live, "thing:a")
        push = await stream.next()
        assert await talk.more(connected, listening("thing:b", 3)) == 204
        answer = await stream.next()

    assert connected["session"] != connected["client"]
    assert connected["node"] == live.parts.broker.node
    assert "pong" not in connected
    assert subscribed["data"] == {"version": 0}
    assert push["push"]["pub"] == {"data": {"version": 1}, "offset": 1}
    assert (answer["id"], answer["subscribe"]["data"]) == (3, {"version": 0})


async def test_its_head_keeps_proxies_and_caches_from_holding_it_back(talk):
    """And says what it is."""
    async with talk(CONNECT) as stream:
        headers = stream.reply.headers
    assert headers["x-accel-buffering"] == "no"
    assert "no-store" in headers["cache-control"]
    assert headers["content-type"] in {"application/x-ndjson", "text/event-stream; charset=utf-8"}


async def test_commands_in_one_frame_are_answered_in_order(talk):
    """As SDKs send them: connect and everything that waits for it."""
    commands = [listening(f"thing:{n}", n) for n in range(2, 12)]
    async with talk(CONNECT, *commands) as stream:
        heard = [(await stream.next())["id"] for _ in range(11)]
    assert heard == list(range(1, 12))


async def test_many_messages_come_whole_and_in_order(talk, live):
    """Small ones and large ones, through whatever they are written."""
    async with talk(CONNECT, listening("thing:a")) as stream:
        epoch = (await stream.until("subscribe"))["epoch"]
        for n in range(1, 201):
            live.hub.deliver("thing:a", epoch, Publication(n, b'"%b"' % (b"x" * (n * 40))))
        pubs = [(await stream.next())["push"]["pub"] for _ in range(200)]
    assert [pub["offset"] for pub in pubs] == list(range(1, 201))
    assert [len(pub["data"]) for pub in pubs] == [n * 40 for n in range(1, 201)]


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        ([listening("thing:a")], 3501),
        ([CONNECT, {"id": 2, "connect": {}}], 3501),
        ([{"id": 1, "connect": {"token": "forged"}}], 3500),
        ([{"id": 1}], 3501),
    ],
)
async def test_a_client_that_may_not_stay_is_told_and_the_stream_ends(talk, live, commands, code):
    """There is no close frame, so a push says why."""
    async with talk(*commands) as stream:
        *_, last = await stream.rest()
    assert stream.reply.status_code == 200
    assert last["push"]["disconnect"]["code"] == code
    assert not live.hub.peers
    assert not live.hub.sessions


async def test_a_refused_connect_is_answered(talk):
    """The SDK asks for a fresh token and comes back; it ends the stream itself."""
    async with talk({"id": 1, "connect": {"token": "old"}}) as stream:
        assert (await stream.next())["error"]["code"] == 109


async def test_a_stopping_server_says_so_to_those_who_are_there_and_who_come(talk, live):
    """Code 3001, and the end."""
    async with talk(CONNECT) as stream:
        await stream.next()
        await live.hub.drain(0, live.parts.chance)
        assert (await stream.rest())[-1]["push"]["disconnect"]["code"] == 3001
    async with talk(CONNECT) as stream:
        assert [each["push"]["disconnect"]["code"] for each in await stream.rest()] == [3001]


async def test_a_client_that_leaves_is_forgotten(talk, live):
    """And its last requests, which come too late, are no error."""
    async with talk(CONNECT, listening("thing:a")) as stream:
        connected = await stream.until("connect")
        await stream.next()
        assert len(live.hub.peers) == 1
    await soon(lambda: not live.hub.peers)
    assert not live.hub.feeds
    assert not live.hub.sessions
    assert await talk.more(connected, {"id": 9, "unsubscribe": {"channel": "thing:a"}}) == 204


@pytest.mark.parametrize("limits", [Limits(ping_seconds=0.05, pong_seconds=0.01)], ids=["quick"])
async def test_an_idle_stream_is_pinged_and_nobody_need_answer(talk):
    """A pong would be a request of its own."""
    async with talk(CONNECT) as stream:
        await stream.next()
        assert [await stream.next() for _ in range(3)] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"content": b""}, 400),
        ({"content": b" " * 70_000}, 413),
        ({"content": frame(CONNECT), "headers": {"Origin": "https://evil.example"}}, 403),
    ],
)
async def test_what_is_no_beginning_is_refused_by_status(talk, path, live, options, status):
    """Nothing said, too much said, or by a page of a stranger."""
    reply = await talk.http.post(path, **options)
    assert reply.status_code == status
    assert not live.hub.peers


async def test_a_page_may_ask_whether_it_may(talk, path):
    """The preflight of its own origin is answered; that of a stranger's says nothing."""
    own = str(talk.http.base_url)
    granted = await talk.http.options(path, headers={"Origin": own})
    stranger = await talk.http.options(path, headers={"Origin": "https://evil.example"})
    assert (granted.status_code, stranger.status_code) == (204, 204)
    assert granted.headers["access-control-allow-origin"] == own
    assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize("path", [http_stream.PATH])
class TestBinary:
    """The same in Protobuf, which mobile SDKs speak."""

    async def test_a_conversation_is_held_in_protobuf(self, talk, live, toy, path):
        """Down and up."""
        first = [
            client_pb2.Command(id=1, connect=client_pb2.ConnectRequest()),
            client_pb2.Command(id=2, subscribe=client_pb2.SubscribeRequest(channel="thing:a")),
        ]
        options = {"content": binary_frame(*first), "headers": BINARY}
        async with streamed(talk.http, "POST", path, **options) as stream:
            connected = (await stream.next()).connect
            assert (await stream.next()).subscribe.data == b'{"version":0}'
            await toy.move(live, "thing:a")
            assert (await stream.next()).push.pub.data == b'{"version":1}'
            third = client_pb2.Command(
                id=3, subscribe=client_pb2.SubscribeRequest(channel="thing:b")
            )
            said = client_pb2.EmulationRequest(
                session=connected.session, node=connected.node, data=binary_frame(third)
            )
            body = said.SerializeToString()
            reply = await talk.http.post("/emulation", content=body, headers=BINARY)
            assert reply.status_code == 204
            assert (await stream.next()).id == 3
        assert stream.reply.headers["content-type"] == "application/octet-stream"

    async def test_the_end_is_told_in_protobuf(self, talk, path):
        """A frame that is cut short."""
        options = {"content": b"\x05\x08", "headers": BINARY}
        async with streamed(talk.http, "POST", path, **options) as stream:
            assert (await stream.next()).push.disconnect.code == 3501
            assert await stream.next() is None
