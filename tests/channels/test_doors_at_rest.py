"""A client that only waits costs little: under our own server nothing waits with it."""

import asyncio
import socket
from contextlib import AsyncExitStack

import pytest

from channels.broker import Publication
from channels.doors import http_stream, sse, uni_http_stream, uni_sse, uni_websocket, websocket
from server.sockets import UNANSWERED_SECONDS
from tests.channels.rawsocket import raw, upgraded
from tests.channels.toys import soon

pytestmark = pytest.mark.parametrize("client", ["fake"], indirect=True)

LISTEN = '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"thing:a"}}'
WISH = '{"subs":{"thing:a":{}}}'
STREAMS = {
    http_stream.PATH: LISTEN,
    sse.PATH: LISTEN,
    uni_sse.PATH: WISH,
    uni_http_stream.PATH: WISH,
}
SOCKETS = {websocket.PATH: LISTEN, uni_websocket.PATH: WISH}
EACH = 5


@pytest.fixture
async def address(serve, live):
    return await serve(live)


@pytest.fixture
async def waiting(address, live):
    """Clients of every door who were told what they asked for."""
    async with AsyncExitStack() as stack:
        clients = []
        for path, said in [*SOCKETS.items()] * EACH:
            client = await stack.enter_async_context(upgraded(address, path))
            client.send(said)
            clients.append(client)
        for path, said in [*STREAMS.items()] * EACH:
            client = await stack.enter_async_context(raw(address))
            client.write(
                f"POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {len(said)}\r\n\r\n"
            )
            client.write(said)
            clients.append(client)
        await soon(lambda: [len(feed) for feed in live.hub.feeds] == [len(clients)])
        yield clients


async def test_no_task_waits_with_a_client(address, live, waiting):
    """Those of the house are as many as without anybody."""
    with_them = len(asyncio.all_tasks())
    for client in waiting:
        client.abort()
    await soon(lambda: not live.hub.peers)
    assert with_them == len(asyncio.all_tasks())


async def test_a_client_is_heard_and_told_as_ever(live, waiting):
    """At every door, the first and the last message."""
    [feed] = live.hub.feeds
    live.hub.deliver("thing:a", feed.top.epoch, Publication(1, b'"news"'))
    for client in waiting:
        assert b'"client"' in await client.read_until(b'"news"')
    live.hub.close_all()
    for client in waiting:
        await client.read_until(b"shutdown")
    assert not live.hub.peers
    assert not live.hub.feeds


async def test_the_kernel_gives_up_who_is_gone_without_a_word(live, waiting):
    """A connection whose bytes are never acknowledged is ended; it is found so by its pings."""
    for peer in live.hub.peers:
        _, transport = peer.direct
        own = transport.get_extra_info("socket")
        patience = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        assert patience == UNANSWERED_SECONDS * 1000


async def test_a_client_that_says_goodbye_is_answered(live, serve):
    """And forgotten at once."""
    async with AsyncExitStack() as stack:
        address = await serve(live)
        client = await stack.enter_async_context(upgraded(address, websocket.PATH))
        client.send(LISTEN)
        await client.hears()
        client.send(b"\x03\xe8", 8)  # it says 1000 itself
        assert await client.closed() == 1000
    await soon(lambda: not live.hub.peers)
