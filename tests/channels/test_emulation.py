"""The upward half of HTTP conversations: any worker takes it, and it reaches the right one."""

import json
from contextlib import AsyncExitStack

import httpx
import pytest

from channels.broker import BrokerUnavailable
from channels.broker.redis import RedisBroker
from channels.doors import http_stream
from tests.channels.streaming import frame, streamed

CONNECT = {"id": 1, "connect": {}}
SUBSCRIBE = {"id": 2, "subscribe": {"channel": "thing:a"}}


@pytest.fixture
async def here(serve, live):
    """A client of one worker."""
    async with httpx.AsyncClient(base_url=f"http://{await serve(live)}", timeout=10) as http:
        yield http


@pytest.fixture
async def there(serve, worker):
    """A client of another."""
    async with httpx.AsyncClient(base_url=f"http://{await serve(await worker())}") as http:
        yield http


async def test_commands_find_their_stream_from_any_worker(here, there):
    """No balancer needs to remember who is where."""
    options = {"content": frame(CONNECT)}
    async with streamed(here, "POST", http_stream.PATH, **options) as stream:
        connected = (await stream.next())["connect"]
        body = {name: connected[name] for name in ("session", "node")}
        reply = await there.post("/emulation", json=body | {"data": frame(SUBSCRIBE).decode()})
        assert reply.status_code == 204
        assert (await stream.next())["id"] == 2


async def test_each_stream_is_found_by_its_own_secret(here):
    """A client's name, which others may see, opens nothing."""
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(
                streamed(here, "POST", http_stream.PATH, content=frame(CONNECT))
            )
            for _ in range(3)
        ]
        connected = [(await each.next())["connect"] for each in streams]
        for number, (mine, other) in enumerate(zip(connected, connected[::-1], strict=True), 2):
            for session in (other["client"], mine["session"]):
                command = SUBSCRIBE | {"id": number}
                body = {"session": session, "node": mine["node"], "data": json.dumps(command)}
                assert (await here.post("/emulation", json=body)).status_code == 204
        assert [(await each.next())["id"] for each in streams] == [2, 3, 4]


@pytest.mark.parametrize("client", ["fake"], indirect=True)
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"session": "s", "node": "gone", "data": "{}"}, 404),
        ({"session": "s", "node": "ungut\u00e9", "data": "{}"}, 404),
        ({"session": "s", "node": "n" * 65, "data": "{}"}, 404),
        ({"session": "s", "node": "gone"}, 400),
        ({"node": "gone", "data": "{}"}, 400),
        ({"session": "s", "node": "gone", "data": {}}, 400),
        ({"session": "s", "node": "gone", "data": "x" * 70_000}, 413),
        ([], 400),
        (None, 400),
    ],
)
async def test_what_reaches_nobody_is_refused(here, said, status):
    """A worker that is gone, and whatever is no request."""
    assert (await here.post("/emulation", json=said)).status_code == status


@pytest.mark.parametrize("client", ["fake"], indirect=True)
class TestDoor:
    """Who may knock, and how."""

    async def test_a_stranger_s_page_is_turned_away(self, here):
        """A page of our own may read the answer, with its visitor's cookie."""
        body = {"session": "s", "node": "gone", "data": "{}"}
        own = str(here.base_url)
        for origin, status in (("https://evil.example", 403), (own, 404)):
            reply = await here.post("/emulation", json=body, headers={"Origin": origin})
            assert reply.status_code == status
        asked = await here.options("/emulation", headers={"Origin": own})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == own
        assert asked.headers["access-control-allow-credentials"] == "true"

    async def test_bytes_that_are_no_protobuf_are_refused(self, here):
        """By their content type they should be."""
        headers = {"Content-Type": "application/octet-stream"}
        reply = await here.post("/emulation", content=b"\xff\xff", headers=headers)
        assert reply.status_code == 400

    async def test_a_broker_that_is_out_is_worth_another_try(self, here, monkeypatch):
        """503, and when to come back."""

        async def signal(broker, name, data=b""):
            raise BrokerUnavailable

        monkeypatch.setattr(RedisBroker, "signal", signal)
        body = {"session": "s", "node": "another", "data": "{}"}
        reply = await here.post("/emulation", json=body)
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "10")
