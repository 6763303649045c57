"""The server API's doors: the key, the body, and one of each command."""

import pytest
from pydantic import SecretStr, ValidationError

from channels.api import COMMANDS
from server.app import create_app
from server.settings import Settings
from server.wiring import open_state
from tests.patience import until
from tests.running import running

KEY = "a-key-of-another-server-of-the-house"
HEADERS = {"X-API-Key": KEY}
PATHS = [f"/api/{name}" for name in COMMANDS]


@pytest.fixture
def settings(settings):
    """The key is set."""
    return settings.model_copy(update={"realtime_api_key": SecretStr(KEY)})


@pytest.fixture
def ask(client):
    """Call a command with the key."""

    async def ask(command, body):
        answer = await client.post(f"/api/{command}", json=body, headers=HEADERS)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    return ask


async def test_what_is_published_has_a_position_and_is_remembered(ask, house):
    """As the suites of the client libraries have it."""
    await until(lambda: house.state["live"].healthy)
    said = await ask("publish", {"channel": "schedule", "data": {"hello": "world"}})
    assert said["result"]["offset"] == 1
    history = await ask("history", {"channel": "schedule", "limit": 10})
    assert history["result"]["publications"] == [{"data": {"hello": "world"}, "offset": 1}]
    assert history["result"]["epoch"] == said["result"]["epoch"]


async def test_every_command_answers(ask):
    """With a result, or with the protocol's own error."""
    everything = {"channel": "user:7", "channels": ["user:7"], "data": 1, "user": "7"}
    for name in COMMANDS:
        said = await ask(name, everything | {"expired": True})
        assert said.keys() == {"result"}, name
    assert await ask("publish", {"channel": "nowhere:1", "data": 1}) == {
        "error": {"code": 102, "message": "unknown channel"}
    }


@pytest.mark.parametrize("path", PATHS)
async def test_without_the_key_it_is_401(client, path):
    """No key, a wrong one, one that is almost right, another's scheme; said nothing is done."""
    wrong = [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": KEY[:-1]},
        {"X-API-Key": KEY + "x"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"Authorization": "apikey"},
        {"Authorization": "apikey \xe9".encode("latin-1")},
    ]
    for headers in wrong:
        answer = await client.post(path, json={}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "key_invalid"), headers


@pytest.mark.parametrize("scheme", ["apikey", "APIKEY", "Bearer"])
async def test_the_key_may_stand_in_authorization(client, scheme):
    """Under its own scheme, or as a bearer token."""
    headers = {"Authorization": f"{scheme} {KEY}"}
    answer = await client.post("/api/presence_stats", json={}, headers=headers)
    assert answer.json() == {"error": {"code": 107, "message": "bad request"}}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"a":' * 5_000])
async def test_what_is_no_object_is_400(client, body):
    """The command is not even looked at."""
    answer = await client.post("/api/publish", content=body, headers=HEADERS)
    assert answer.status_code == 400, answer.text


async def test_only_post_is_taken(client):
    """A link opens nothing."""
    answer = await client.get("/api/publish", headers=HEADERS)
    assert answer.status_code == 405


async def test_without_a_setting_there_is_no_api(embedded_settings, notebook, clock):
    """Whatever key is sent: 404, as for any path that is not there."""

    def opened():
        return open_state(embedded_settings, journal=notebook, clock=clock)

    async with (
        running(create_app(embedded_settings, opened)) as house,
        house.client() as http,
    ):
        for path in PATHS:
            for headers in ({}, HEADERS, {"X-API-Key": ""}):
                answer = await http.post(path, json={}, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (404, "route_not_found")


def test_production_takes_no_short_key():
    """A key that could be guessed is no key."""
    secrets = {"jwt_secret": "j" * 32, "payment_webhook_secret": "w" * 32}
    with pytest.raises(ValidationError, match="REALTIME_API_KEY"):
        Settings(environment="production", realtime_api_key="short", **secrets)
    assert Settings(environment="production", realtime_api_key=KEY, **secrets).realtime_api_key
