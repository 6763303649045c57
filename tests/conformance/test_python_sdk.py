"""The Python SDK's own tests, unmodified, against the server as it is deployed."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest

from tests.conformance import suite
from tests.engines import Redis, engine_room
from tests.patience import until
from tests.processes import a_worker, environment

START_SECONDS = 60.0  # two workers and their supervisor on a busy machine
STARTED = "Application startup complete"
VERDICT = re.compile(r"^Ran 62 tests in [\d.]+s\n\nOK$", re.MULTILINE)


@pytest.fixture
def redis_alone():
    """A Redis of the test's own."""
    with engine_room() as root, closing(Redis(root)) as engine:
        engine.start()
        yield engine


@asynccontextmanager
async def serving(settings, log, *, workers=1) -> AsyncIterator[None]:
    """Serve on the suite's port; the block is entered when every worker is there."""
    suite.refuse_a_taken_port()
    profile = {"profile": "conformance-python", "uhok_test_profiles": 1}
    env = environment(settings, workers=workers, **profile)
    where = ("localhost", suite.PORT)
    async with a_worker(where, env=env, log=log, seconds=START_SECONDS) as (process, _):
        await until(lambda: log.read_text().count(STARTED) == workers, seconds=START_SECONDS)
        yield
        process.terminate()
        await until(lambda: process.ended)


async def judge() -> None:
    """Demand that the suite is content; where it overtook the server it is asked again."""
    for _ in range(suite.TRIES):
        said = await asyncio.to_thread(suite.judged)
        if suite.OVERTAKEN not in said:
            break
    verdict = VERDICT.search(said)
    assert verdict, said[-20_000:]
    print(verdict[0])  # noqa: T201 (`make conformance` shows it)


async def test_the_suite_is_content_with_one_worker_alone(embedded_settings, tmp_path):
    """One process and nothing else: Redis runs inside it."""
    async with serving(embedded_settings, tmp_path / "log"):
        await judge()


@pytest.mark.parametrize("workers", [1, 2])
async def test_the_suite_is_content_with_redis(embedded_settings, tmp_path, redis_alone, workers):
    """One worker, and two, between which the suite's clients are spread."""
    settings = embedded_settings.model_copy(update={"redis_url": redis_alone.url})
    async with serving(settings, tmp_path / "log", workers=workers):
        await judge()
