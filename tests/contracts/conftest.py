"""Brokers on both engines, and shops on the real ones that a whole module shares."""

from collections.abc import Callable, Iterator

import pytest

from domain import kernel
from domain.kernel import AnalyticsBase, Base
from server.settings import Settings
from tests.conftest import empty
from tests.engines import Redis, engine_room


@pytest.fixture(scope="session")
def own_redis() -> Iterator[Redis]:
    """A Redis that a test may restart."""
    with engine_room() as root:
        engine = Redis(root)
        engine.start()
        yield engine
        engine.close()


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
