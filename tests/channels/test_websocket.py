"""The WebSocket door on a real port, in front of clients nobody here wrote."""

import json

import httpx
import pytest
import websockets
from centrifuge import Client, ClientEventHandler, SubscriptionEventHandler
from websockets.exceptions import ConnectionClosed, InvalidStatus

from channels.broker import Publication
from channels.codes import NO_PONG
from tests.channels.doors import SERVERS
from tests.channels.toys import soon

PATH = "/connection/websocket"
CONNECT = '{"id":1,"connect":{}}'


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
            self.snapshots.append(plain(ctx.data))

    async def on_subscribing(self, ctx) -> None:
        self.subscribing.append(ctx.code)

    async def on_publication(self, ctx) -> None:
        self.pubs.append((ctx.pub.offset, plain(ctx.pub.data)))

    async def on_disconnected(self, ctx) -> None:
        self.disconnected.append(ctx.code)


def plain(data):
    """Return a payload as the SDK hands it on in either form."""
    return json.loads(data) if isinstance(data, bytes) else data


@pytest.fixture(params=[False, True], ids=["json", "protobuf"])
async def sdk(serve, live, request):
    """The stock Python SDK, connected to a worker; it comes back at once."""
    address = await serve(live)
    clients = []

    def dial(token: str = "") -> tuple[Client, Story]:
        story = Story()
        client = Client(
            f"ws://{address}{PATH}",
            events=story,
            token=token,
            use_protobuf=request.param,
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
    peer.close(NO_PONG)
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
    epoch = (await live.parts.broker.history("thing:a")).top.epoch
    live.hub.deliver("thing:a", epoch, Publication(3, b"3"))
    await toy.move(live, "thing:a")
    await soon(lambda: len(story.pubs) == 2)

    assert [offset for offset, _ in story.pubs] == [1, 2]
    assert 2500 in story.subscribing
    assert story.recovered[-1] == (True, True)


@pytest.mark.parametrize("client", ["fake"], indirect=True)
@pytest.mark.parametrize("server", SERVERS)
class TestDoor:
    """What happens before the first command, under any server."""

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

    @pytest.mark.parametrize(
        ("offered", "query", "chosen", "answer"),
        [
            (None, "", None, str),
            (["centrifuge-json"], "", "centrifuge-json", str),
            (["centrifuge-protobuf"], "", "centrifuge-protobuf", bytes),
            (["other", "centrifuge-json"], "", "centrifuge-json", str),
            (None, "?format=protobuf", None, bytes),
            (None, "?cf_protocol=protobuf&cf_protocol_version=v2", None, bytes),
            (["centrifuge-json"], "?format=protobuf", "centrifuge-json", str),
        ],
    )
    async def test_the_form_is_agreed_upon_at_once(
        self, serve, live, offered, query, chosen, answer
    ):
        """The subprotocol is echoed when it was offered, and only then."""
        url = f"ws://{await serve(live)}{PATH}{query}"
        async with websockets.connect(url, subprotocols=offered) as socket:
            assert socket.subprotocol == chosen
            await socket.send(b"\x04\x08\x01\x22\x00" if answer is bytes else CONNECT)
            assert isinstance(await socket.recv(), answer)

    async def test_a_form_that_we_do_not_speak_is_refused(self, serve, live):
        """With 400, so that the client does not wait for what it cannot read."""
        with pytest.raises(InvalidStatus) as refused:
            await websockets.connect(f"ws://{await serve(live)}{PATH}", subprotocols=["mqtt"])
        assert refused.value.response.status_code == 400
        assert not live.hub.peers

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
        await socket.send(f'{CONNECT}\n{{"id":2,"subscribe":{{"channel":"thing:a"}}}}')
        await soon(lambda: live.hub.feeds)
        socket.transport.abort()
        await soon(lambda: not live.hub.peers)
        assert not live.hub.feeds
