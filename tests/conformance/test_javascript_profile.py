"""What the JavaScript SDK's suite expects of a server, asked by the Python SDK and over HTTP."""

import pytest
from centrifuge import CentrifugeError, Client

from tests.processes import a_worker, environment
from tests.serving import address

PATH = "/connection/websocket"


@pytest.fixture
async def served(embedded_settings, tmp_path):
    """A worker with that profile: where it is, and a client of it."""
    env = environment(embedded_settings, profile="conformance-js", uhok_test_profiles=1)
    with address() as where:
        async with a_worker(where, env=env, log=tmp_path / "log") as (_, http):
            yield f"{where[0]}:{where[1]}", http


@pytest.mark.parametrize("use_protobuf", [False, True])
async def test_everything_is_permitted_without_a_token(served, use_protobuf):
    """A stranger listens, speaks, and looks even where it does not listen."""
    client = Client(f"ws://{served[0]}{PATH}", use_protobuf=use_protobuf)
    await client.connect()
    await client.ready(10)
    subscription = client.new_subscription("test")
    await subscription.subscribe()
    await subscription.ready(10)
    await subscription.publish(b"{}" if use_protobuf else {})
    assert len((await subscription.presence()).clients) == 1
    assert len((await subscription.history(limit=-1)).publications) == 1
    await subscription.unsubscribe()
    stats = await client.presence_stats("test")
    assert (stats.num_clients, stats.num_users) == (0, 0)
    await client.publish("test", b"{}" if use_protobuf else {})
    assert (await client.history("test")).offset == 2
    with pytest.raises(CentrifugeError, match="not available"):
        await client.rpc("method", b"{}" if use_protobuf else {})
    await client.disconnect()


async def test_the_server_api_knows_the_suites_key(served):
    """And no other."""
    _, http = served
    body = {"channel": "recovery:room", "data": {"input": 1}}
    said = await http.post("/api/publish", json=body, headers={"X-API-Key": "test-api-key"})
    assert said.json()["result"]["offset"] == 1
    asked = {"channel": "recovery:room", "limit": 0}
    said = await http.post("/api/history", json=asked, headers={"X-API-Key": "test-api-key"})
    assert said.json()["result"]["offset"] == 1
    assert (await http.post("/api/publish", json=body)).status_code == 401
