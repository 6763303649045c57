"""A Redis of each kind, and any number of processes on it."""

import asyncio
import random
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from channels.broker import Entry, Publication, Retention
from channels.broker.names import Names
from channels.broker.redis import RedisBroker
from server.redis_client import redis_client
from tests.engines import Cluster, Redis, Sentinels
from tests.patience import until

KEEP = Retention(size=3, ttl_seconds=60)


@dataclass
class Ears:
    """Remembers what a broker hands over."""

    heard: list[tuple[str, int, bytes]] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    passers: list[tuple[str, bytes, bool]] = field(default_factory=list)
    story: list[bytes] = field(default_factory=list)
    epochs: set[str] = field(default_factory=set)
    gaps: int = 0

    def deliver(self, channel: str, epoch: str, publication: Publication) -> None:
        """Take a live message."""
        self.heard.append((channel, publication.offset, publication.data))
        self.publications.append(publication)
        self.story.append(publication.data)
        self.epochs.add(epoch)

    def passed(self, channel: str, info: bytes, *, joined: bool) -> None:
        """Take note of who came or went."""
        self.passers.append((channel, info, joined))
        self.story.append((b"+" if joined else b"-") + info)

    def resumed(self) -> None:
        """Count the gaps."""
        self.gaps += 1


class Room:
    """A Redis, and any number of processes on it."""

    def __init__(self, client, engine, stack) -> None:
        self.client, self.engine, self.stack = client, engine, stack
        self.prefix = uuid4().hex
        self.names = Names(self.prefix)

    async def broker(self, *, presence_seconds=60.0, **signals) -> tuple[RedisBroker, Ears]:
        """Start a process."""
        broker = RedisBroker(
            self.client,
            prefix=self.prefix,
            chance=random.Random(uuid4().int),
            beat_seconds=0.05,
            beat_timeout_seconds=1.0,
            presence_seconds=presence_seconds,
        )
        for name, handler in signals.items():
            broker.hear(name, handler)
        ears = Ears()
        tasks = await self.stack.enter_async_context(asyncio.TaskGroup())
        running = tasks.create_task(broker.run(ears))
        self.stack.callback(running.cancel)
        await until(lambda: broker.healthy)
        return broker, ears

    async def lights_out(self) -> None:
        """Take the server away: the master, where there is one."""
        if self.engine is None:
            self.client.connection_pool.connection_kwargs["server"].connected = False
        elif isinstance(self.engine, Redis):
            self.engine.kill()
        elif isinstance(self.engine, Sentinels):
            await asyncio.to_thread(self.engine.master.kill)
        else:
            for server in self.engine.servers:
                server.kill()

    async def lights_on(self) -> None:
        """Bring the server back; behind sentinels, another one takes its place."""
        if self.engine is None:
            self.client.connection_pool.connection_kwargs["server"].connected = True
        elif isinstance(self.engine, Redis):
            await asyncio.to_thread(self.engine.start)
        elif isinstance(self.engine, Cluster):
            await asyncio.to_thread(self.engine.mend)

    @property
    def masters(self) -> list[Redis]:
        """The servers that matter now."""
        if isinstance(self.engine, Redis):
            return [self.engine]
        if isinstance(self.engine, Sentinels):
            return [self.engine.master]
        return [] if self.engine is None else self.engine.servers[:3]


@asynccontextmanager
async def opened(engine):
    """Open a room on the engine; None is fakeredis."""
    url = "" if engine is None else engine.url
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(redis_client(url))
        yield Room(client, engine, stack)
    if isinstance(engine, Sentinels):
        await asyncio.to_thread(engine.mend)


async def publish(broker, channel, *numbers, **options):
    """Publish numbers, and return their positions."""
    entries = [Entry(channel, b"%d" % n, KEEP, **options) for n in numbers]
    return await broker.publish_many(entries)
