"""The Pub/Sub connections of a process to a cluster: one per node that owns a partition.

A partition is a slot, and a slot moves: by resharding, or to a replica when its node is gone.
Whenever a line is lost or told that a channel is elsewhere, the cluster is asked who owns what;
a line that gained partitions subscribes anew, and so says ``resumed``.
"""

import asyncio
import random
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Final, cast

import structlog
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from channels.broker.names import PARTITIONS, partition_of
from channels.broker.outage import UNREACHABLE, heed_cancellation
from channels.broker.pubsub import SHARDED, Heard, PubSubLine

ASK_AGAIN_SECONDS: Final = 0.5

log = structlog.get_logger(__name__)


class ClusterLines:
    """Looks like one line, and is one per node."""

    def __init__(self, cluster: RedisCluster, heard: Heard, *, chance: random.Random) -> None:
        self._cluster = cluster
        self._heard = heard
        self._chance = chance
        self._wanted: set[bytes] = set()
        self._owners: dict[int, str] = {}
        self._lines: dict[str, PubSubLine] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stale = asyncio.Event()
        self._mapped = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Tell whether every partition is heard."""
        return bool(self._owners) and all(line.connected for line in self._lines.values())

    @property
    def beats(self) -> Collection[int]:
        """Return partitions, one through each connection."""
        return {owner: number for number, owner in self._owners.items()}.values()

    def want(self, name: bytes) -> None:
        """Hear the channel as soon as there is a connection to its node."""
        self._wanted.add(name)
        if line := self._line_of(name):
            line.want(name)

    async def subscribe(self, name: bytes) -> None:
        """Return once the channel's node has acknowledged, or somebody unsubscribed."""
        self.want(name)
        while name in self._wanted:
            line = self._line_of(name)
            if line is None:
                await self._mapped.wait()
                continue
            await line.subscribe(name)
            if line is self._line_of(name) and line.hears(name):
                return

    def unsubscribe(self, name: bytes) -> None:
        """Stop hearing the channel soon."""
        self._wanted.discard(name)
        if line := self._line_of(name):
            line.unsubscribe(name)

    def drop(self, silent: Collection[int]) -> None:
        """Give the connections up that carry these partitions."""
        for owner in {self._owners[number] for number in silent if number in self._owners}:
            self._lines[owner].drop()
        self._stale.set()

    async def run(self, resumed: Callable[[], None]) -> None:
        """Stay connected to every node until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._stale.clear()
                try:
                    owners = await self._ask()
                except UNREACHABLE as error:
                    log.warning("no node of the cluster answers", error=repr(error))
                    self._stale.set()
                else:
                    self._follow(owners, partial(self._start, tasks, resumed))
                heed_cancellation()
                await asyncio.sleep(self._chance.uniform(0.2, 1.0) * ASK_AGAIN_SECONDS)
                await self._stale.wait()

    async def _ask(self) -> Mapping[int, ClusterNode]:
        await self._cluster.initialize()
        known = self._cluster.nodes_manager
        await known.initialize()
        # redis-py may forget the nodes meanwhile, which is what SlotNotCoveredError then says.
        return {
            number: known.get_node_from_slot(self._cluster.keyslot(f"{{{number}}}"))
            for number in range(PARTITIONS)
        }

    def _follow(
        self, nodes: Mapping[int, ClusterNode], start: Callable[[ClusterNode], None]
    ) -> None:
        before, self._owners = self._owners, {n: node.name for n, node in nodes.items()}
        gained = {owner for n, owner in self._owners.items() if before.get(n) != owner}
        for node in {node.name: node for node in nodes.values()}.values():
            if node.name not in self._lines:
                start(node)
            elif node.name in gained:
                self._lines[node.name].drop()
        for name in self._wanted:
            was, now = before.get(partition_of(name)), self._owners[partition_of(name)]
            if was != now:
                if was is not None:
                    self._lines[was].unsubscribe(name)
                self._lines[now].want(name)
        for gone in self._lines.keys() - set(self._owners.values()):
            del self._lines[gone]
            self._running.pop(gone).cancel()
        self._mapped.set()
        if gained:
            log.info("partitions follow their nodes", nodes=sorted(set(self._owners.values())))

    def _start(
        self, tasks: asyncio.TaskGroup, resumed: Callable[[], None], node: ClusterNode
    ) -> None:
        line = PubSubLine(
            partial(_connection, node), self._heard, chance=self._chance, verbs=SHARDED
        )
        self._lines[node.name] = line
        self._running[node.name] = tasks.create_task(line.run(resumed, self._stale.set))

    def _line_of(self, name: bytes) -> PubSubLine | None:
        owner = self._owners.get(partition_of(name))
        return None if owner is None else self._lines[owner]


def _connection(node: ClusterNode) -> AbstractConnection:
    # Not from the node's pool: redis-py closes that whenever a command meets a failure.
    retry = Retry(NoBackoff(), 0)
    return cast(
        "AbstractConnection", node.connection_class(**{**node.connection_kwargs, "retry": retry})
    )
