"""The WebSocket door on a real port, in front of clients nobody here wrote."""

import asyncio
import json

import httpx
import pytest
import websockets
from centrifuge import Client, ClientEventHandler, SubscriptionEventHandler
from websockets.exceptions import ConnectionClosed, InvalidStatus

from channels.broker import Position
from channels.limits import Limits
from tests.channels.toys import soon

PATH = "/connection/websocket"


async def read_on(socket) -> None:
    """Read what was written before the end."""
    while True:
        await asyncio.wait_for(socket.recv(), 10)


class Story(ClientEventHandler, SubscriptionEventHandler):
    """Remembers what the SDK reports."""

    def __init__(self) -> None:
        self.recovered: list[tuple[bool, bool]] = []
        self.snapshots: list[dict] = []
        self.unsubscribed: list[int] = []
        self.subscribing: list[int] = []
        self.pubs: list[tuple[int, dict]] = []
        self.disconnected: list[int] = []

    async def on_subscribed(self, ctx) -> None:
        self.recovered.append((ctx.was_recovering, ctx.recovered))
        if ctx.data is not None:
            self.snapshots.append(ctx.data)

    async def on_subscribing(self, ctx) -> None:
        self.subscribing.append(ctx.code)

    async def on_publication(self, ctx) -> None:
        self.pubs.append((ctx.pub.offset, ctx.pub.data))

    async def on_disconnected(self, ctx) -> None:
        self.disconnected.append(ctx.code)


@pytest.fixture
async def sdk(serve, live):
    """The stock Python SDK, connected to a worker; it comes back at once."""
    address = await serve(live)
    clients = []

    def dial(token: str = "") -> tuple[Client, Story]:
        story = Story()
        client = Client(
            f"ws://{address}{PATH}",
            events=story,
            token=token,
            min_reconnect_delay=0.01,
            max_reconnect_delay=0.05,
        )
        clients.append(client)
        return client, story

    yield dial
    for client in clients:
        await client.disconnect()


async def test_the_stock_sdk_follows_and_recovers(sdk, live, toy):
    """Snapshot, live events, a lost connection, and exactly what was missed meanwhile."""
    client, story = sdk("7")
    subscription = client.new_subscription("mine:7", story)
    await client.connect()
    await subscription.subscribe()
    await subscription.ready()
    await toy.move(live, "mine:7")
    await soon(lambda: len(story.pubs) == 1)
    [peer] = live.hub.peers
    peer.close(None)
    await toy.move(live, "mine:7")
    await toy.move(live, "mine:7")
    await soon(lambda: len(story.pubs) == 3)

    assert story.pubs == [(n, {"version": n}) for n in (1, 2, 3)]
    assert story.recovered == [(False, False), (True, True)]
    assert story.snapshots == [{"version": 0}]


async def test_the_stock_sdk_is_sent_away_by_a_forged_token(sdk):
    """Close 3500 stops it."""
    client, story = sdk("forged")
    await client.connect()
    await soon(lambda: story.disconnected)
    assert story.disconnected == [3500]


async def test_the_stock_sdk_subscribes_again_after_a_gap(sdk, live, toy):
    """Code 2500, then recovery from its own position."""
    client, story = sdk()
    subscription = client.new_subscription("thing:a", story)
    await client.connect()
    await subscription.subscribe()
    await subscription.ready()
    await toy.move(live, "thing:a")
    await soon(lambda: len(story.pubs) == 1)
    [listener] = live.hub.listeners("thing:a")
    live.hub.leave(listener)
    await toy.move(live, "thing:a")
    await live.parts.broker.round_trip()
    live.hub.join(listener)
    await toy.move(live, "thing:a")
    await soon(lambda: len(story.pubs) == 3)

    assert [offset for offset, _ in story.pubs] == [1, 2, 3]
    assert 2500 in story.subscribing
    assert story.recovered[-1] == (True, True)


@pytest.mark.parametrize("client", ["fake"], indirect=True)
@pytest.mark.parametrize("limits", [Limits(pending_bytes=256 * 1024)], ids=["narrow"])
async def test_a_slow_reader_is_let_go_and_nobody_else_notices(serve, live):
    """Close 3008 for one; the other hears everything while the first stalls."""
    address = await serve(live)
    count, data = 300, json.dumps("x" * 50_000).encode()
    async with (
        websockets.connect(f"ws://{address}{PATH}", max_queue=1) as slow,
        websockets.connect(f"ws://{address}{PATH}", max_queue=None) as quick,
    ):
        for socket in (slow, quick):
            await socket.send('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"thing:a"}}')
        await soon(lambda: len(live.hub.listeners("thing:a")) == 2)
        epoch = (await live.parts.broker.history("thing:a")).top.epoch
        heard = 0
        for n in range(1, count + 1):
            live.hub.deliver("thing:a", Position(epoch, n), data)
            if n % 2:
                continue
            while heard < n:
                frame = await asyncio.wait_for(quick.recv(), 10)
                heard += frame.count('"pub"')
        assert heard == count
        assert len(live.hub.listeners("thing:a")) == 1
        with pytest.raises(ConnectionClosed):
            await read_on(slow)
        assert (slow.close_code, slow.close_reason) == (3008, "slow")


@pytest.mark.parametrize("client", ["fake"], indirect=True)
class TestDoor:
    """What happens before the first command."""

    async def test_a_page_of_a_stranger_is_turned_away(self, serve, live):
        """Another origin gets 403; our own and no origin at all come in."""
        address = await serve(live)
        url = f"ws://{address}{PATH}"
        with pytest.raises(InvalidStatus) as refused:
            await websockets.connect(url, origin="https://evil.example")
        assert refused.value.response.status_code == 403
        async with websockets.connect(url, origin=f"http://{address}") as socket:
            await socket.send('{"id":1,"connect":{}}')
            assert "client" in json.loads(await socket.recv())["connect"]

    async def test_the_subprotocol_is_echoed_if_it_is_ours(self, serve, live):
        """JSON by name or by default; a form we do not speak is refused at once."""
        url = f"ws://{await serve(live)}{PATH}"
        async with websockets.connect(url, subprotocols=["centrifuge-json"]) as socket:
            assert socket.subprotocol == "centrifuge-json"
        async with websockets.connect(url) as socket:
            assert socket.subprotocol is None
        with pytest.raises(InvalidStatus):
            await websockets.connect(url, subprotocols=["centrifuge-protobuf"])

    async def test_a_plain_request_is_told_to_upgrade(self, serve, live):
        """426 and not a hang."""
        async with httpx.AsyncClient() as http:
            reply = await http.get(f"http://{await serve(live)}{PATH}")
        assert reply.status_code == 426
        assert reply.headers["upgrade"] == "websocket"

    async def test_an_oversized_frame_is_not_read(self, serve, live):
        """Close 1009."""
        async with websockets.connect(f"ws://{await serve(live)}{PATH}") as socket:
            await socket.send(" " * 70_000)
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd.code == 1009

    async def test_a_client_that_vanishes_leaves_nothing_behind(self, serve, live):
        """No close handshake needed."""
        socket = await websockets.connect(f"ws://{await serve(live)}{PATH}")
        await socket.send('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"thing:a"}}')
        await soon(lambda: live.hub.listeners("thing:a"))
        socket.transport.abort()
        await soon(lambda: not live.hub.peers)
        assert live.hub.channels() == []
