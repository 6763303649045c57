"""Brokers on both engines, and shops on the real ones that a whole module shares."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing

import pytest

from channels.broker.redis import RedisBroker
from domain import kernel
from domain.kernel import AnalyticsBase, Base
from server.settings import Settings
from tests.conftest import empty
from tests.contracts.rooms import Ears, Room, opened
from tests.engines import Cluster, Redis, Sentinels, engine_room


@pytest.fixture(scope="session")
def own_redis() -> Iterator[Redis]:
    """A Redis that a test may restart."""
    with engine_room() as root, closing(Redis(root)) as engine:
        engine.start()
        yield engine


@pytest.fixture(scope="session")
def own_sentinels() -> Iterator[Sentinels]:
    """A Redis with a replica and a sentinel, which a test may kill."""
    with engine_room() as root, closing(Sentinels(root)) as engine:
        engine.start()
        yield engine


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    """A cluster of three that a test may restart."""
    with engine_room() as root, closing(Cluster(root)) as engine:
        engine.start()
        yield engine


@pytest.fixture(params=["fake", "redis", "sentinels", "cluster"])
async def room(request) -> AsyncIterator[Room]:
    """A Redis of each kind in turn."""
    fake = request.param == "fake"
    async with opened(None if fake else request.getfixturevalue(f"own_{request.param}")) as room:
        yield room


@pytest.fixture
async def one(room) -> tuple[RedisBroker, Ears]:
    """A process there."""
    return await room.broker()


@pytest.fixture(scope="module")
async def real_shop(mariadb_url, postgres_url, real, tmp_path_factory) -> Callable[[str], Settings]:
    """Settings, by a prefix of one's own, of a shop on the real engines, which are empty now."""
    for url, base in ((mariadb_url, Base), (postgres_url, AnalyticsBase)):
        database = kernel.open_database(url)
        await empty(database, base)
        await database.close()

    def settings(prefix: str) -> Settings:
        return Settings(
            environment="test",
            data_dir=tmp_path_factory.mktemp(prefix),
            service_db_url=mariadb_url,
            analytics_db_url=postgres_url,
            redis_url=real.redis.url,
            redis_prefix=f"{prefix}:",
            bcrypt_cost=4,
        )

    return settings
