"""Candidates and clocks that share one Redis, fake and real."""

import time
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis

from scheduler import Tools
from scheduler.leadership import Leadership
from tests.embedders import HashEmbedder
from tests.shop import DELAYS, Provider, a_till

LEASE_SECONDS = 1.0


@pytest.fixture(params=["fake", "real"])
async def redis(request) -> AsyncIterator[Redis]:
    """A Redis of each kind in turn."""
    if request.param == "fake":
        client = FakeAsyncRedis(server=FakeServer())
    else:
        client = Redis.from_url(request.getfixturevalue("real").redis.url)
    yield client
    await client.aclose()


@pytest.fixture
def candidate(redis) -> Callable[[], Leadership]:
    """Put up another candidate for this test's office."""
    office = uuid4().hex

    def put_up() -> Leadership:
        return Leadership(redis=redis, name=office, lease_seconds=LEASE_SECONDS, chance=lambda: 0.0)

    return put_up


@pytest.fixture
def tools(db, clock) -> Tools:
    """What jobs may use; no job here looks at the analytics database."""
    till = a_till(db, Provider(), clock)
    return Tools(
        db=db,
        analytics=db,
        clock=clock,
        till=till,
        delays=DELAYS,
        embedder=HashEmbedder(),
        lead=DELAYS.preparing,
    )


class Watch:
    """Measures how long something took."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


@pytest.fixture
def watch() -> Watch:
    return Watch()
