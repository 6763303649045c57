"""Two workers behind one port: whichever is asked tells the numbers of both."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import ClientConnection, connect
from websockets.protocol import State

from tests.patience import until
from tests.processes import PATIENCE_SECONDS, Process, environment
from tests.serving import address
from tests.street import client

CONNECTIONS = 12
START_SECONDS = 60.0  # a supervisor, and then its workers
HELLO = '{"id":1,"connect":{}}'


@asynccontextmanager
async def two_workers(settings, logs) -> AsyncIterator[tuple[Process, httpx.AsyncClient]]:
    """Run ``uhok serve`` with two workers; it is asked to stop at the end, and does."""
    logs.mkdir()
    with address() as (host, port):
        env = environment(settings, workers=2, host=host, port=port) | {"TMPDIR": str(logs)}
        with Process("serve", "--no-clock", env=env, log=logs / "log") as process:
            async with client(f"http://{host}:{port}") as http:
                try:
                    await until(lambda: answers(http), seconds=START_SECONDS)
                    yield process, http
                finally:
                    process.terminate()
                    await until(lambda: process.ended, seconds=PATIENCE_SECONDS)


async def answers(http: httpx.AsyncClient) -> bool:
    """Tell whether anybody serves."""
    try:
        return (await http.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False


async def gauge(http: httpx.AsyncClient, name: str) -> float:
    """Return the sum over a gauge's labels, as one of the workers tells it."""
    answer = await http.get("/metrics", headers={"Connection": "close"})
    families = text_string_to_metric_families(answer.text)
    return sum(each.value for one in families for each in one.samples if each.name == name)


def workers_in(folder: Path) -> set[int]:
    """Return the numbers of the processes that left files there."""
    return {int(each.stem.rpartition("_")[2]) for each in folder.rglob("gauge_livesum_*.db")}


def still_open(sockets: list[ClientConnection]) -> int:
    """Return how many were not ended."""
    return sum(each.state is State.OPEN for each in sockets)


async def test_a_scrape_of_any_worker_tells_of_all(real_settings, tmp_path):
    """Gauges are summed over those that live; one that is killed is told of no more."""
    folder = tmp_path / "numbers"
    async with two_workers(real_settings, folder) as (_, http), AsyncExitStack() as stack:
        url = str(http.base_url).replace("http", "ws", 1)
        sockets = [
            await stack.enter_async_context(connect(f"{url}/connection/websocket", proxy=None))
            for _ in range(CONNECTIONS)
        ]
        for each in sockets:
            await each.send(HELLO)
            await each.recv()

        async def told(name: str, number: int) -> bool:
            return await gauge(http, name) == number

        await until(lambda: told("uhok_live_connections", CONNECTIONS))
        await until(lambda: len(workers_in(folder)) == 2, seconds=START_SECONDS)
        for _ in range(10):
            assert await told("uhok_live_connections", CONNECTIONS)
            assert await gauge(http, "uhok_live_accepted_total") == CONNECTIONS

        killed = min(workers_in(folder))
        os.kill(killed, signal.SIGKILL)

        async def it_is_gone() -> bool:
            if not await answers(http):
                return False
            as_told = await told("uhok_live_connections", still_open(sockets))
            return as_told and killed not in workers_in(folder)

        await until(it_is_gone, seconds=PATIENCE_SECONDS)
        assert await gauge(http, "uhok_live_accepted_total") == CONNECTIONS  # what was, was
        await asyncio.gather(*(each.close() for each in sockets))
    assert not list(folder.glob("uhok-metrics-*"))
