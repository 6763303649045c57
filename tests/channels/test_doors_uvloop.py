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
from tests.channels.rawsocket import upgraded
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
