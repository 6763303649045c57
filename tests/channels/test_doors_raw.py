"""The bidirectional WebSocket in front of clients that break the rules, under any server."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from channels.broker import Publication
from channels.doors import http_stream, sse, uni_sse, uni_websocket, websocket
from channels.limits import Limits
from channels.subscription import Peer
from tests.channels.doors import SERVERS
from tests.channels.rawsocket import BINARY, PING, PONG, Raw, narrow, raw, upgraded
from tests.channels.toys import soon

pytestmark = pytest.mark.parametrize("client", ["fake"], indirect=True)

CONNECT = '{"id":1,"connect":{}}'
LISTEN = f'{CONNECT}\n{{"id":2,"subscribe":{{"channel":"thing:a"}}}}'
QUICK = Limits(stale_seconds=0.2, ping_seconds=0.1, pong_seconds=0.1, close_seconds=0.3)
UVICORN = ["ours", "stock"]  # hypercorn hangs up without a word
DATA = json.dumps("x" * 32_000).encode()
UNI = "%7B%22subs%22:%7B%22thing:a%22:%7B%7D%7D%7D"


@pytest.fixture(params=SERVERS)
def server(request):
    """Under every server."""
    return request.param


@pytest.fixture
async def address(serve, live):
    return await serve(live)


@pytest.fixture
async def socket(address):
    """A WebSocket that has said nothing yet."""
    async with upgraded(address, websocket.PATH) as connection:
        yield connection


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", 3501),
        ("\n", 3501),
        ("{", 3501),
        ("null", 3501),
        ("[]", 3501),
        ('"connect"', 3501),
        ('{"id":1}', 3501),
        ('{"connect":{}}', 3501),
        ('{"id":0,"connect":{}}', 3501),
        ('{"id":-1,"connect":{}}', 3501),
        ('{"id":4294967296,"connect":{}}', 3501),
        ('{"id":"1","connect":{}}', 3501),
        ('{"id":1,"connect":[]}', 3501),
        ('{"id":1,"subscribe":{"channel":"thing:a"}}', 3501),
        (f"{CONNECT}\n{CONNECT}", 3501),
        (f'{CONNECT}\n{{"id":2,"subscribe":{{}}}}', 3501),
        (f'{CONNECT}\n{{"send":{{"data":1}}}}', 3508),
        ("[" * 5000, 3501),
    ],
)
async def test_a_malformed_frame_ends_the_connection(socket, live, said, code):
    """For good: the client would only say it again."""
    socket.send(said)
    assert await socket.closed() == code
    await soon(lambda: not live.hub.peers)


@pytest.mark.parametrize("server", UVICORN)
async def test_text_that_is_no_text_is_the_transport_s_to_refuse(socket, live):
    """Close 1007, by RFC 6455."""
    socket.send(b'{"id":1,"connect":{"token":"\xff"}}')
    assert await socket.closed() == 1007
    await soon(lambda: not live.hub.peers)


@pytest.mark.parametrize("server", UVICORN)
@pytest.mark.parametrize("how", [{"masked": False}, {"opcode": 5}], ids=["unmasked", "reserved"])
async def test_a_frame_that_is_none_is_refused_too(socket, live, how):
    """Close 1002."""
    socket.send(CONNECT, **how)
    assert await socket.closed() == 1002
    await soon(lambda: not live.hub.peers)


async def test_a_frame_in_pieces_is_one_frame(socket):
    """Split in the middle of a character, with a ping between."""
    command = '{"id":1,"connect":{"name":"\u00e9"}}'.encode()
    middle = command.index(b"\xc3") + 1
    socket.send(command[:middle], final=False)
    socket.send(b"are you there", PING)
    socket.send(command[middle:], opcode=0)
    heard = [await socket.frame(), await socket.frame()]
    assert (PONG, b"are you there") in heard
    [reply] = [json.loads(payload) for opcode, payload in heard if opcode != PONG]
    assert reply["id"] == 1


async def test_json_in_a_binary_frame_is_json(socket):
    """Older SDKs send it so."""
    socket.send(CONNECT, BINARY)
    assert (await socket.hears())[0]["id"] == 1


async def test_too_large_a_frame_is_refused_before_it_is_whole(socket, live):
    """Close 1009, in one piece or in many."""
    socket.send(b" " * 40_000, final=False)
    socket.send(b" " * 40_000, opcode=0, final=False)
    assert await socket.closed() == 1009
    await soon(lambda: not live.hub.peers)


async def test_pipelined_commands_are_answered_in_order(socket):
    """In one frame or in many, in one segment: nothing overtakes."""
    socket.send(CONNECT)
    for n in range(2, 40):
        socket.send(f'{{"id":{n},"subscribe":{{"channel":"thing:{n}"}}}}')
    heard = []
    while len(heard) < 39:
        heard += [reply["id"] for reply in await socket.hears()]
    assert heard == list(range(1, 40))


@pytest.mark.parametrize("limits", [QUICK], ids=["quick"])
async def test_one_who_says_nothing_is_not_waited_for(socket, live):
    """Close 3502."""
    assert await socket.closed() == 3502
    await soon(lambda: not live.hub.peers)


@pytest.mark.parametrize("limits", [QUICK], ids=["quick"])
@pytest.mark.parametrize(("token", "code"), [("old", 109), ("broken", 100), ("7+thing:busy", 100)])
async def test_one_whose_connect_was_refused_does_not_stay(socket, live, token, code):
    """The SDK ends the connection at once; whoever does not is told 3502."""
    socket.send(f'{{"id":1,"connect":{{"token":"{token}"}}}}')
    assert (await socket.hears())[0]["error"]["code"] == code
    assert await socket.closed() == 3502
    await soon(lambda: not live.hub.peers)


@pytest.mark.parametrize("limits", [QUICK], ids=["quick"])
async def test_one_who_does_not_answer_pings_is_given_up(socket, live):
    """Close 3012; a client that answers stays."""
    socket.send(CONNECT)
    await socket.hears()
    for _ in range(3):
        assert await socket.hears() == [{}]
        socket.send("{}")
    assert await socket.closed() == 3012
    await soon(lambda: not live.hub.peers)


@pytest.mark.parametrize("limits", [Limits(commands_per_second=1)], ids=["terse"])
async def test_too_many_commands_end_the_connection(socket):
    """Close 3013: it may come back, after a while."""
    socket.send(CONNECT)
    for n in range(2, 14):
        socket.send(f'{{"id":{n},"unsubscribe":{{"channel":"thing:a"}}}}')
    assert await socket.closed() == 3013


@pytest.mark.parametrize("limits", [Limits(connections_per_user=2)], ids=["two"])
async def test_a_user_has_so_many_connections(address, live):
    """Close 3504 for the third; when one leaves, another may come."""
    hello = '{"id":1,"connect":{"token":"7"}}'
    async with AsyncExitStack() as stack:
        first, second, third, fourth = [
            await stack.enter_async_context(upgraded(address, websocket.PATH)) for _ in range(4)
        ]
        for each in (first, second):
            each.send(hello)
            assert "connect" in (await each.hears())[0]
        third.send(hello)
        assert await third.closed() == 3504
        first.abort()
        await soon(lambda: sum(each.user_id == 7 for each in live.hub.peers) == 1)
        fourth.send(hello)
        assert "connect" in (await fourth.hears())[0]


@pytest.mark.parametrize("limits", [Limits(connections_per_address=1)], ids=["one"])
@pytest.mark.parametrize("path", [websocket.PATH, uni_websocket.PATH])
async def test_an_address_has_so_many_sockets(address, live, path):
    """429 for the second; when the first leaves, another may come."""
    async with upgraded(address, path) as first:
        await soon(lambda: live.hub.peers)
        with pytest.raises(AssertionError, match=" 429 "):
            async with upgraded(address, path):
                pass
        first.abort()
        await soon(lambda: not live.hub.peers)
        async with upgraded(address, path):
            await soon(lambda: live.hub.peers)


@pytest.mark.parametrize("limits", [Limits(connections_per_address=1)], ids=["one"])
@pytest.mark.parametrize("path", [sse.PATH, uni_sse.PATH])
async def test_an_address_has_so_many_streams(address, live, path):
    """429 with the time to wait, and no stream."""
    said = UNI if path == uni_sse.PATH else "%7B%22id%22:1,%22connect%22:%7B%7D%7D"
    request = f"GET {path}?cf_connect={said} HTTP/1.1\r\nHost: {address}\r\n\r\n"
    async with raw(address) as first, raw(address) as second:
        first.write(request)
        await first.read_until(b"connect")
        second.write(request)
        answer = (await second.read_until(b"\r\n\r\n")).lower()
        assert b" 429 " in answer
        assert b"retry-after: 10" in answer
        first.abort()
        await soon(lambda: not live.hub.peers)
        second.write(request)
        await second.read_until(b'"client"')


async def stalled(stack, address, door) -> Raw:
    """Return a client of the door that listens to the channel and then reads no more."""
    own = narrow(address)
    reader, writer = await asyncio.open_connection(sock=own, limit=1024)
    client = Raw(reader, writer)
    stack.callback(client.abort)
    if door == websocket.PATH:
        client.write(
            f"GET {door} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\n\r\n"
        )
        await client.read_until(b"\r\n\r\n")
        client.send(LISTEN)
    elif door == http_stream.PATH:
        client.write(
            f"POST {door} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {len(LISTEN)}\r\n\r\n"
            f"{LISTEN}"
        )
    else:
        client.write(f"GET {door}?cf_connect={UNI} HTTP/1.1\r\nHost: {address}\r\n\r\n")
    return client


@pytest.mark.parametrize("door", [websocket.PATH, http_stream.PATH, uni_sse.PATH])
@pytest.mark.parametrize("limits", [Limits(pending_bytes=256 * 1024)], ids=["narrow"])
async def test_a_reader_that_stalls_is_let_go_and_nobody_else_notices(address, live, door):
    """No more waits for it than it may; the other hears everything meanwhile."""
    async with AsyncExitStack() as stack:
        slow, _, most = await let_go(stack, address, live, door)
        assert most <= 256 * 1024 + 2 * len(DATA)
        if door == websocket.PATH:
            assert await slow.closed() == 3008
        else:
            await slow.read_to_the_end()
            assert slow.reader.at_eof()


@pytest.mark.parametrize("server", ["ours"])  # the others' transports are out of reach
@pytest.mark.parametrize("door", [websocket.PATH, http_stream.PATH, uni_sse.PATH])
@pytest.mark.parametrize(
    "limits", [Limits(pending_bytes=256 * 1024, close_seconds=0.2)], ids=["impatient"]
)
async def test_one_that_does_not_even_take_the_end_is_cut_off(address, live, door):
    """So that what waits for it does not wait for ever."""
    async with AsyncExitStack() as stack:
        _, peer, _ = await let_go(stack, address, live, door)
        await soon(lambda: peer.wire.waiting == 0)


async def let_go(stack, address, live, door) -> tuple[Raw, Peer, int]:
    """Return a client that was too slow, our end of it, and the most bytes that waited there."""
    slow = await stalled(stack, address, door)
    await soon(lambda: len(live.hub.peers) == 1)
    await soon(lambda: [len(feed) for feed in live.hub.feeds] == [1])
    [peer] = live.hub.peers
    quick = await stack.enter_async_context(upgraded(address, websocket.PATH))
    quick.send(LISTEN)
    while not any(each.get("id") == 2 for each in await quick.hears()):
        pass
    epoch, offset, most = (await live.parts.broker.history("thing:a")).top.epoch, 0, 0
    while peer in live.hub.peers:
        assert offset < 2000
        offset += 1
        live.hub.deliver("thing:a", epoch, Publication(offset, DATA))
        [push] = await quick.hears()
        assert push["push"]["pub"]["offset"] == offset
        most = max(most, peer.wire.waiting)
    return slow, peer, most
