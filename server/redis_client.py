"""Open a client to the Redis that REDIS_URL names."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final, Self, cast

from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis, Sentinel
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import RedisClusterException

from server.redis_url import RedisAddress, read_redis_url

CONNECT_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 5.0


@asynccontextmanager
async def redis_client(url: str) -> AsyncIterator[Redis]:
    """Open Redis; without an address, one that lives and dies with this process."""
    async with AsyncExitStack() as stack:
        address = read_redis_url(url) if url else None
        if address is None:
            redis = cast("Redis", FakeAsyncRedis(server=FakeServer()))
        elif address.kind == "cluster":
            # Its commands are the same; what differs is asked for where it matters.
            redis = cast("Redis", _cluster(address))
        elif address.kind == "sentinel":
            sentinel = _sentinel(address)
            stack.push_async_callback(sentinel.aclose)
            redis = sentinel.master_for(address.master)
        else:
            redis = Redis.from_url(url, **_patience())
        stack.push_async_callback(redis.aclose)
        yield redis


class Cluster(RedisCluster):
    """A cluster of which no node can be reached is unreachable like any Redis."""

    async def initialize(self, *args: Any, **options: Any) -> Self:  # noqa: ANN401 (passed on as it comes)
        """Learn who owns what. Raises the client's ConnectionError."""
        try:
            await super().initialize(*args, **options)
        except RedisClusterException as error:
            raise Unreachable(str(error)) from error
        return self


def _cluster(address: RedisAddress) -> Cluster:
    return Cluster(
        startup_nodes=[ClusterNode(host, port) for host, port in address.hosts],
        username=address.user,
        password=address.password,
        ssl=address.tls,
        # A node without a replica takes its part of the slots with it, not the other nodes.
        require_full_coverage=False,
        # Else every so many moved slots all connections would be closed.
        reinitialize_steps=0,
        **_patience(),
    )


def _sentinel(address: RedisAddress) -> Sentinel:
    access = {"username": address.user, "password": address.password}
    patience = _patience() | ({"ssl": True} if address.tls else {})
    return Sentinel(  # type: ignore[no-untyped-call]  # redis-py's own gap
        address.hosts,
        sentinel_kwargs=patience | (access if address.sentinels_ask else {}),
        db=address.database,
        **patience,
        **access,
    )


def _patience() -> dict[str, Any]:
    return {
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        # One more try, at once: a request does not wait for Redis to be repaired.
        "retry": Retry(ConstantBackoff(0), 1),
    }
