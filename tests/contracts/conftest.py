"""Brokers on both engines."""

from collections.abc import Iterator

import pytest

from tests.engines import Redis, engine_room


@pytest.fixture(scope="session")
def own_redis() -> Iterator[Redis]:
    """A Redis that a test may restart."""
    with engine_room() as root:
        engine = Redis(root)
        engine.start()
        yield engine
        engine.close()
