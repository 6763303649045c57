"""What it looks like when Redis is gone, and when a task is told to end meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from redis.exceptions import RedisClusterException, RedisError

from channels.broker import BrokerUnavailable

# redis-py raises RedisClusterException, no RedisError, when no node of a cluster can be reached.
UNREACHABLE: Final = (RedisError, RedisClusterException, OSError, TimeoutError)


def cancellations() -> int:
    """Return how often this task was told to end."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def heed_cancellation(*, known: int = 0) -> None:
    """Raise the CancelledError that was swallowed since so many were ``known``, if one was.

    ``asyncio.wait_for`` of Python 3.11, on which redis-py and fakeredis wait, returns its result
    instead when both happen in one turn of the loop; a loop around it would then never end.
    """
    if cancellations() > known:
        raise asyncio.CancelledError


@asynccontextmanager
async def reachable() -> AsyncIterator[None]:
    """Turn whatever Redis' absence raises into BrokerUnavailable."""
    known = cancellations()
    try:
        yield
    except UNREACHABLE as error:
        raise BrokerUnavailable(repr(error)) from error
    finally:
        heed_cancellation(known=known)
