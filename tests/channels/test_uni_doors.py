"""The plain doors behind which a client only listens: lines over HTTP, and a WebSocket."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import httpx
import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from channels.doors import uni_http_stream, uni_websocket
from channels.limits import Limits
from tests.channels.doors import SERVERS
from tests.channels.streaming import streamed
from tests.channels.toys import soon

pytestmark = [
    pytest.mark.parametrize("client", ["fake"], indirect=True),
    pytest.mark.parametrize("server", SERVERS),
]

SUBS = {"subs": {"thing:a": {}}}


class TestLines:
    """POST or GET, and a line for everything that happens."""

    @pytest.fixture
    async def http(self, serve, live):
        base = f"http://{await serve(live)}"
        async with httpx.AsyncClient(base_url=base, timeout=10) as http:
            yield http

    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_each_line_is_a_push(self, http, live, toy, method):
        """First what one listens to."""
        wish = {"params": {"cf_connect": json.dumps(SUBS)}} if method == "GET" else {"json": SUBS}
        async with streamed(http, method, uni_http_stream.PATH, **wish) as stream:
            connect = (await stream.next())["connect"]
            await toy.move(live, "thing:a")
            push = await stream.next()
        assert stream.reply.headers["content-type"] == "application/x-ndjson"
        assert connect["subs"]["thing:a"]["data"] == {"version": 0}
        assert push == {"channel": "thing:a", "pub": {"data": {"version": 1}, "offset": 1}}

    async def test_a_client_resumes_from_where_it_says_it_stands(self, http, live, toy):
        """In the request: lines have no ids."""
        async with streamed(http, "POST", uni_http_stream.PATH, json=SUBS) as stream:
            epoch = (await stream.next())["connect"]["subs"]["thing:a"]["epoch"]
        await toy.move(live, "thing:a")
        wish = {"subs": {"thing:a": {"recover": True, "epoch": epoch, "offset": 0}}}
        async with streamed(http, "POST", uni_http_stream.PATH, json=wish) as stream:
            sub = (await stream.next())["connect"]["subs"]["thing:a"]
        assert sub["recovered"]
        assert [each["offset"] for each in sub["publications"]] == [1]

    @pytest.mark.parametrize(
        ("wish", "headers", "status"),
        [
            ({"token": "forged"}, {}, 401),
            ({"token": "old"}, {"Last-Event-ID": "x"}, 401),
            ({"subs": {"mine:8": {}}}, {}, 403),
            ([], {}, 400),
            ({"data": "x" * 70_000}, {}, 413),
        ],
    )
    async def test_a_refusal_is_a_status(self, http, live, wish, headers, status):
        """Nothing here comes back by itself, so nothing must be stopped."""
        reply = await http.post(uni_http_stream.PATH, json=wish, headers=headers)
        assert reply.status_code == status
        assert not live.hub.peers

    async def test_a_stopping_server_says_so(self, http, live):
        """Code 3001, then the end."""
        async with streamed(http, "POST", uni_http_stream.PATH, json=SUBS) as stream:
            await stream.next()
            await live.hub.drain(0, live.parts.chance)
            assert [each["disconnect"]["code"] for each in await stream.rest()] == [3001]


class TestWebSocket:
    """The same, in frames."""

    @pytest.fixture
    async def dial(self, serve, live):
        url = f"ws://{await serve(live)}{uni_websocket.PATH}"

        @asynccontextmanager
        async def dialed(said=None, *, query="", **options):
            async with websockets.connect(url + query, **options) as socket:
                if said is not None:
                    await socket.send(said)
                yield socket

        return dialed

    @pytest.mark.parametrize("how", ["frame", "query", "binary"])
    async def test_each_frame_holds_pushes(self, dial, live, toy, how):
        """What is wished for comes in the first frame, or in the address."""
        said = json.dumps(SUBS)
        wish = {
            "frame": {"said": said},
            "query": {"query": "?" + urlencode({"cf_connect": said})},
            "binary": {"said": said.encode()},
        }[how]
        async with dial(**wish) as socket:
            connect = json.loads(await socket.recv())["connect"]
            await toy.move(live, "thing:a")
            push = json.loads(await socket.recv())
        assert connect["subs"]["thing:a"]["data"] == {"version": 0}
        assert push["pub"] == {"data": {"version": 1}, "offset": 1}

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ("{", 3501),
            ("[]", 3501),
            ('{"token":"forged"}', 3500),
            ('{"token":"old"}', 3005),
            ('{"token":"broken"}', 3004),
            ('{"subs":{"mine:8":{}}}', 3507),
            ('{"subs":{"thing:busy":{}}}', 3004),
            (json.dumps({"subs": {f"thing:{n}": {} for n in range(129)}}), 3505),
        ],
    )
    async def test_a_refusal_is_a_close_code(self, dial, live, said, code):
        """By which the client knows whether to come back."""
        async with dial(said) as socket:
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 10)
        assert socket.close_code == code
        await soon(lambda: not live.hub.peers)
        assert not live.hub.feeds

    @pytest.mark.parametrize("limits", [Limits(stale_seconds=0.1)], ids=["quick"])
    async def test_one_who_says_nothing_is_not_waited_for(self, dial, live):
        """Close 3502."""
        async with dial() as socket:
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 10)
        assert socket.close_code == 3502
        await soon(lambda: not live.hub.peers)

    async def test_what_is_said_later_is_passed_over(self, dial, live, toy):
        """Even a command."""
        async with dial(json.dumps(SUBS)) as socket:
            await socket.recv()
            for said in ("{", "", b"\xff", '{"id":1,"subscribe":{"channel":"thing:b"}}'):
                await socket.send(said)
            await toy.move(live, "thing:a")
            assert json.loads(await socket.recv())["pub"]["offset"] == 1

    @pytest.mark.parametrize("limits", [Limits(commands_per_second=1)], ids=["terse"])
    async def test_but_not_for_ever(self, dial):
        """Close 3013."""
        async with dial(json.dumps(SUBS)) as socket:
            await socket.recv()
            for _ in range(12):
                await socket.send("x")
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 10)
        assert socket.close_code == 3013

    async def test_a_stopping_server_says_so_even_before_it_was_asked(self, dial, live):
        """Close 3001 for those who listen, who have not yet spoken, and who come."""
        async with dial(json.dumps(SUBS)) as listening, dial() as silent:
            await listening.recv()
            await soon(lambda: len(live.hub.peers) == 2)
            await live.hub.drain(0, live.parts.chance)
            async with dial() as late:
                for socket in (listening, silent, late):
                    with pytest.raises(ConnectionClosed):
                        await asyncio.wait_for(socket.recv(), 10)
                    assert (socket.close_code, socket.close_reason) == (3001, "shutdown")

    async def test_a_page_of_a_stranger_is_turned_away(self, dial):
        """As at every door."""
        with pytest.raises(InvalidStatus) as refused:
            async with dial(origin="https://evil.example"):
                pass
        assert refused.value.response.status_code == 403

    async def test_a_listener_that_vanishes_is_forgotten(self, dial, live):
        """Without a word."""
        async with dial(json.dumps(SUBS)) as socket:
            await socket.recv()
            socket.transport.abort()
            await soon(lambda: not live.hub.peers)
        assert not live.hub.feeds
