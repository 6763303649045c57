"""The Pub/Sub connections of a process, however many its Redis asks for."""

import random
from collections.abc import Callable, Collection
from typing import Protocol

from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster

from channels.broker.cluster import ClusterLines
from channels.broker.pubsub import PLAIN, SHARDED, Heard, PubSubLine, Verbs


class Lines(Protocol):
    """What the broker asks of them."""

    @property
    def connected(self) -> bool:
        """Tell whether all that is wanted is heard."""

    @property
    def beats(self) -> Collection[int]:
        """Return partitions, one through each connection."""

    def want(self, name: bytes) -> None:
        """Hear the Pub/Sub channel as soon as possible."""

    async def subscribe(self, name: bytes) -> None:
        """Return once the channel is heard, or somebody unsubscribed."""

    def unsubscribe(self, name: bytes) -> None:
        """Stop hearing the channel soon."""

    def drop(self, silent: Collection[int]) -> None:
        """Give the connections up that carry these partitions."""

    async def run(self, resumed: Callable[[], None]) -> None:
        """Stay connected until cancelled; ``resumed`` is called after every gap."""


class OneLine(PubSubLine):
    """The line to a standalone server, or to the one that its sentinels call master."""

    beats: Collection[int] = (0,)

    def drop(self, silent: Collection[int] = ()) -> None:
        """Give the connection up."""
        super().drop()


def lines_to(redis: Redis | RedisCluster, heard: Heard, chance: random.Random) -> Lines:
    """Return the lines that this kind of Redis asks for."""
    if isinstance(redis, RedisCluster):
        return ClusterLines(redis, heard, chance=chance)
    return OneLine(redis.connection_pool.make_connection, heard, chance=chance)


def verbs_of(redis: Redis | RedisCluster) -> Verbs:
    """Return how one publishes to this kind of Redis."""
    return SHARDED if isinstance(redis, RedisCluster) else PLAIN
