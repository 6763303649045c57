"""A beat through Redis and back, over every Pub/Sub connection of the process."""

import asyncio
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

import structlog
from redis.asyncio import Redis

from channels.broker import BrokerUnavailable
from channels.broker.lines import Lines
from channels.broker.names import Names
from channels.broker.outage import reachable
from channels.broker.scripts import Batch

KEPT_SECONDS: Final = 60

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Heartbeat:
    """Beats for one node; each beat also writes, which a master that became a replica refuses."""

    redis: Redis
    lines: Lines
    names: Names
    node: str
    publish_verb: str
    seconds: float
    timeout_seconds: float
    beating: bool = field(default=False, init=False)
    took_seconds: float = field(default=0.0, init=False)  # the last beat, over all connections
    _count: int = field(default=0, init=False)
    _awaited: dict[bytes, asyncio.Future[None]] = field(default_factory=dict, init=False)

    async def watch(self) -> None:
        """Beat until cancelled, and drop connections that stay silent."""
        while True:
            silent = await self._beat()
            if silent and self.beating:
                log.warning("no heartbeat through redis", error=repr(next(iter(silent.values()))))
            self.beating = not silent
            if silent:
                self.lines.drop(silent.keys())
            await asyncio.sleep(self.seconds)

    async def round_trip(self) -> None:
        """Return once everything published before has been delivered. Raises BrokerUnavailable.

        Redis hands messages to one connection in the order they were published.
        """
        if silent := await self._beat():
            raise next(iter(silent.values()))

    def heard(self, payload: bytes) -> None:
        """Take a beat that came back."""
        if (awaited := self._awaited.get(payload)) and not awaited.done():
            awaited.set_result(None)

    async def _beat(self) -> dict[int, BrokerUnavailable]:
        silent: dict[int, BrokerUnavailable] = {}
        began = perf_counter()
        places = tuple(self.lines.beats)
        if not places:
            return {0: BrokerUnavailable("nothing is known of the cluster yet")}
        async with asyncio.TaskGroup() as tasks:
            for number in places:
                tasks.create_task(self._beat_once(number, silent))
        self.took_seconds = perf_counter() - began
        return silent

    async def _beat_once(self, number: int, silent: dict[int, BrokerUnavailable]) -> None:
        self._count += 1
        beat = b"%d" % self._count
        came = self._awaited[beat] = asyncio.get_running_loop().create_future()
        name = self.names.beat(self.node, number)
        batch = Batch()
        batch.add("SET", name, beat, "EX", KEPT_SECONDS)
        batch.add(self.publish_verb, name, beat)
        try:
            async with reachable(), asyncio.timeout(self.timeout_seconds):
                await self.lines.subscribe(name.encode())
                await batch.send(self.redis)
                await came
        except BrokerUnavailable as error:
            silent[number] = error
        finally:
            del self._awaited[beat]
