"""The loop that serves in production has a mind of its own about connections that are gone."""

import asyncio
from contextlib import asynccontextmanager

import fakeredis
import uvloop

from channels.broker import Publication
from channels.broker.redis import RedisBroker
from channels.doors import websocket
from channels.live import LiveParts, open_live
from domain import kernel
from tests.channels.doors import served
from tests.channels.rawsocket import CLOSE, PING, TEXT, UPGRADE, Raw, made, narrow, upgraded
from tests.channels.toys import Journal, Tokens, soon

LISTEN = '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"thing:a"}}'


async def test_clients_that_vanish_in_the_middle_hurt_nobody_on_uvloop(toy, sqlite_url):
    """Its handles, once closed, refuse to be written to; the others hear everything."""
    await asyncio.to_thread(uvloop.run, vanishing(toy, sqlite_url))


@asynccontextmanager
async def a_layer(toy, url):
    """A channel layer of this loop's own."""
    database = kernel.open_database(url)
    parts = LiveParts(
        broker=RedisBroker(fakeredis.FakeAsyncRedis(), prefix="uv", beat_seconds=0.1),
        db=database,
        topics=toy.topics(),
        authenticator=Tokens(),
        journal=Journal(),
        clock=kernel.utc_now,
    )
    async with open_live(parts) as live:
        await soon(lambda: live.healthy)
        yield live
    await database.close()


async def vanishing(toy, url):
    """Let half of the clients vanish while messages are on their way to them."""
    troubles = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: troubles.append(what))
    data = b'"%b"' % (b"x" * 20_000)
    async with a_layer(toy, url) as live, served(live) as address:
        async with asyncio.TaskGroup() as tasks:
            clients = [tasks.create_task(listener(address, stays=n % 2 == 0)) for n in range(20)]
            await soon(lambda: [len(feed) for feed in live.hub.feeds] == [20])
            [feed] = live.hub.feeds
            epoch = feed.top.epoch
            for n in range(1, 101):
                live.hub.deliver("thing:a", epoch, Publication(n, data))
                await asyncio.sleep(0)
        assert [each.result() for each in clients] == [100, 10] * 10
        await soon(lambda: not live.hub.peers)
    assert not troubles


async def listener(address, *, stays):
    """Listen to all messages, or to a few and vanish; return how many were heard."""
    async with upgraded(address, websocket.PATH) as socket:
        socket.send(LISTEN)
        count = 0
        while count < (100 if stays else 10):
            count += sum("push" in each for each in await socket.hears())
            if not stays and count:
                return 10
        return count


async def test_a_bad_word_right_before_the_end_leaves_nothing_behind_on_uvloop(toy, sqlite_url):
    """In one segment: the server cannot close what the client is closing already."""
    await asyncio.to_thread(uvloop.run, parting(toy, sqlite_url))


async def parting(toy, url):
    """Say nonsense and good-bye at once."""
    async with a_layer(toy, url) as live, served(live) as address:
        async with upgraded(address, websocket.PATH) as socket:
            socket.send(LISTEN)
            await socket.hears()
            socket.write(made(b"nonsense", TEXT) + made(b"\x03\xe8", CLOSE))
            assert await socket.closed() == 1000
        await soon(lambda: not live.hub.peers)
        assert not live.hub.feeds


async def test_pings_of_a_client_that_reads_nothing_pile_up_no_answers_on_uvloop(toy, sqlite_url):
    """A few are answered, as many as the client may find some day."""
    await asyncio.to_thread(uvloop.run, pinging(toy, sqlite_url))


async def pinging(toy, url):
    """Ping much, and read nothing."""
    pings, most = made(b"x" * 125, PING) * 500, 0
    async with a_layer(toy, url) as live, served(live) as address:
        client = Raw(*await asyncio.open_connection(sock=narrow(address), limit=1024))
        client.write(UPGRADE.format(path=websocket.PATH, host=address))
        await client.read_until(b"\r\n\r\n")
        await soon(lambda: live.hub.peers)
        [peer] = live.hub.peers
        async with asyncio.timeout(30):
            for _ in range(200):
                client.write(pings)
                await client.writer.drain()
                most = max(most, peer.wire.waiting)
        client.abort()
    assert most < 1024 * 1024
