"""/metrics: who may read it, and that every number in it moves."""

import pytest
from prometheus_client import Counter
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr, ValidationError

from server.app import create_app
from server.metrics import UNMATCHED
from server.settings import Settings
from server.wiring import open_state
from tests.architecture.source import ROOT
from tests.running import running

TOKEN = "the-token-of-whoever-may-look-at-us"
SECRETS = {"jwt_secret": "j" * 32, "payment_webhook_secret": "w" * 32}


def told(answer):
    """Return every sample as {name: {labels: value}}."""
    assert answer.status_code == 200, answer.text
    numbers = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            numbers.setdefault(sample.name, {})[labels] = sample.value
    return numbers


@pytest.fixture
def open_house(embedded_settings, notebook, clock):
    """Start the application with other settings."""

    def start(**changed):
        settings = Settings(**embedded_settings.model_dump() | changed)
        return running(
            create_app(settings, lambda: open_state(settings, journal=notebook, clock=clock))
        )

    return start


async def test_anybody_may_look_where_nobody_is_at_risk(client):
    """In development and tests; in Prometheus's own format, kept by no cache."""
    answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert told(answer)["uhok_live_channels"] == {(): 0.0}


async def test_in_production_nobody_may_without_a_token_of_ours(open_house):
    """404: there is nothing to be found out."""
    async with open_house(environment="production", **SECRETS) as house, house.client() as http:
        answer = await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 404


async def test_whoever_has_the_token_may_look(open_house):
    """And nobody else, in production or not."""
    async with open_house(metrics_token=SecretStr(TOKEN)) as house, house.client() as http:
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {TOKEN}"}):
            answer = await http.get("/metrics", headers=wrong)
            assert (answer.status_code, answer.json()["code"]) == (401, "key_invalid")
        answer = await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert "uhok_live_channels" in told(answer)


def test_production_takes_no_short_token():
    """One that could be guessed is none."""
    with pytest.raises(ValidationError, match="METRICS_TOKEN"):
        Settings(environment="production", metrics_token="short", **SECRETS)


async def test_every_number_is_explained(house):
    """With its labels, in the operator's table; and nothing else is."""
    registry = house.state["metrics"].registry
    page = (ROOT / "docs/operations.md").read_text()
    said = {
        cells[1].strip(" `"): cells[2].replace("`", "").split(",")
        for line in page.splitlines()
        if line.startswith("| `uhok_") and (cells := line.split("|"))
    }
    # The library tells the labels of what was not yet counted in no other way.
    kept = set(registry._collector_to_names)
    there = {
        f"{each._name}_total" if isinstance(each, Counter) else each._name: each._labelnames
        for each in kept
    }
    assert {name: tuple(filter(None, map(str.strip, labels))) for name, labels in said.items()} == {
        name: tuple(labels) for name, labels in there.items()
    }


async def test_requests_are_counted_by_route_and_status(client, jimin):
    """By the pattern, so that ids make no series; a stranger's path is no route."""
    for path in ("/api/kok/product/1/info", "/api/kok/product/2/info", "/nowhere/7", "/nowhere/8"):
        await client.get(path)
    await client.request("BREW", "/healthz")
    found = told(await client.get("/metrics"))["uhok_http_request_seconds_count"]
    counted = {tuple(value for _, value in labels): count for labels, count in found.items()}
    assert counted["POST", "/api/user/login", "200"] == 1
    assert counted["GET", UNMATCHED, "404"] == 2
    assert counted["other", "/healthz", "405"] == 1
    assert sum(n for (_, route, _), n in counted.items() if "/api/kok/product/{" in route) == 2
    assert not any("/nowhere" in route for _, route, _ in counted)


async def test_the_outbox_and_the_pools_are_looked_at(client, house, clock, jimin):
    """What nobody relays waits; a connection that is taken is in use."""
    clock.forward(seconds=90)
    async with house.state["db"].sessions.begin() as session:
        await session.connection()
        numbers = told(await client.get("/metrics"))
    assert numbers["uhok_outbox_waiting"][()] >= 1
    assert numbers["uhok_outbox_lag_seconds"][()] >= 90
    assert numbers["uhok_db_connections_in_use"][(("database", "service"),)] >= 1
    assert (("database", "analytics"),) in numbers["uhok_db_connections_in_use"]
    ours = {name: values for name, values in numbers.items() if not name.startswith("uhok_live_")}
    still = {name for name, values in ours.items() if not any(values.values())}
    assert {name for name in still if not name.endswith("_created")} == set()


async def test_what_cannot_be_looked_at_is_unknown(client, house):
    """A scrape goes on without the database."""

    class Gone:
        def reads(self):
            raise ConnectionError("no route")

        in_use = 0

    house.state["db"] = Gone()
    numbers = told(await client.get("/metrics"))
    assert numbers["uhok_outbox_waiting"][()] != numbers["uhok_outbox_waiting"][()]  # not a number
    assert "uhok_live_channels" in numbers


async def test_a_live_connection_is_no_request(house, client):
    """It lasts, and is counted where it is kept."""
    answer = await client.get("/connection/websocket")
    assert answer.status_code == 426
    found = told(await client.get("/metrics")).get("uhok_http_request_seconds_count", {})
    assert not any("/connection" in value for labels in found for _, value in labels)
