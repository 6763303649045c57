"""One Pub/Sub connection: who is heard, acknowledged, and heard again."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import structlog
from redis.asyncio.connection import AbstractConnection

from channels.broker.ear import Ear, Lost, ear_on
from channels.broker.names import tag_of
from channels.broker.outage import UNREACHABLE, heed_cancellation

BATCH: Final = 512
RETRY_SECONDS: Final = 0.1
RETRY_MAX_SECONDS: Final = 3.0
SETTLE_SECONDS: Final = 10.0

log = structlog.get_logger(__name__)

Heard = Callable[[bytes, bytes], None]


@dataclass(frozen=True, slots=True)
class Verbs:
    """How one speaks to a server, and what it then says."""

    publish: str
    subscribe: str
    unsubscribe: str
    message: bytes
    by_tag: bool  # a cluster takes only names of one slot in a command


PLAIN: Final = Verbs("PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE", b"message", by_tag=False)
SHARDED: Final = Verbs("SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE", b"smessage", by_tag=True)


class PubSubLine:
    """Keeps the wanted channels subscribed on one connection, and says when it had a gap.

    ``connect`` makes a new connection, not opened yet. SUBSCRIBE and UNSUBSCRIBE are sent by one
    writer in batches, so a channel that is left and wanted again at once costs nothing; acks are
    counted, so that the ack of an earlier SUBSCRIBE is never taken for that of a later one.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractConnection],
        heard: Heard,
        *,
        chance: random.Random,
        verbs: Verbs = PLAIN,
    ) -> None:
        self._connect = connect
        self._heard = heard
        self._chance = chance
        self._verbs = verbs
        self._wanted: set[bytes] = set()
        self._sent: set[bytes] = set()
        self._unacked: Counter[bytes] = Counter()
        self._leaving: Counter[bytes] = Counter()
        self._changed: set[bytes] = set()
        self._unsettled: set[bytes] = set()
        self._dirty = asyncio.Event()
        self._settled = asyncio.Event()
        self._drop = asyncio.Event()
        self._acks: dict[bytes, asyncio.Future[None]] = {}
        self.connected = False

    def want(self, name: bytes) -> None:
        """Hear the channel as soon as there is a connection."""
        if name not in self._wanted:
            self._wanted.add(name)
            self._change(name)

    def hears(self, name: bytes) -> bool:
        """Tell whether the server has acknowledged, on the connection of now."""
        return name in self._wanted and name in self._sent and name not in self._unacked

    async def subscribe(self, name: bytes) -> None:
        """Return once the server has acknowledged, or somebody unsubscribed; waits for ever."""
        self.want(name)
        while name in self._wanted and not self.hears(name):
            ack = self._acks.get(name)
            if ack is None:
                ack = self._acks[name] = asyncio.get_running_loop().create_future()
            await asyncio.shield(ack)  # others may wait for the same one

    def unsubscribe(self, name: bytes) -> None:
        """Stop hearing the channel, with the next batch."""
        self._wanted.discard(name)
        self._change(name)
        self._settle(name)

    def drop(self) -> None:
        """Give the connection up: it looks alive but carries nothing, or not all."""
        if self.connected:
            self._drop.set()

    async def run(
        self, resumed: Callable[[], None], lost: Callable[[], None] | None = None
    ) -> None:
        """Stay connected until cancelled; ``resumed`` is called whenever all are heard again.

        ``lost`` is called whenever a connection ended, or did not come about.
        """
        failures = 0
        async with asyncio.TaskGroup() as lives:
            while True:
                began = asyncio.get_running_loop().time()
                # A life is a task of its own: TaskGroup of Python 3.11 leaves a task that it
                # interrupted at its end marked as being cancelled.
                await asyncio.wait([lives.create_task(self._live(resumed))])
                if lost is not None:
                    lost()
                lasted = asyncio.get_running_loop().time() - began
                failures = 0 if lasted > RETRY_MAX_SECONDS else failures + 1
                ceiling = min(RETRY_SECONDS * 2**failures, RETRY_MAX_SECONDS)
                await asyncio.sleep(self._chance.uniform(ceiling / 2, ceiling))

    async def _live(self, resumed: Callable[[], None]) -> None:
        try:
            await self._session(resumed)
        except* (*UNREACHABLE, Lost) as error:
            log.warning("pub/sub connection lost", error=repr(error.exceptions[0]))
        except* Exception:  # a bug costs this connection, not all the ones that come after it
            log.exception("pub/sub connection failed")

    async def _session(self, resumed: Callable[[], None]) -> None:
        self._drop.clear()
        connection = self._connect()
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py's own gap
            heed_cancellation()
            ear = ear_on(connection, self._take)
            self._begin()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(ear.listen())
                tasks.create_task(self._write(ear))
                tasks.create_task(self._until_dropped())
                async with asyncio.timeout(SETTLE_SECONDS):
                    await self._settled.wait()
                self.connected = True
                resumed()
        finally:
            self.connected = False
            self._sent.clear()
            self._unacked.clear()
            self._leaving.clear()
            await connection.disconnect(nowait=True)

    def _begin(self) -> None:
        self._changed = set(self._wanted)
        self._unsettled = set(self._wanted)
        self._dirty.set()
        self._settled.clear()
        if not self._unsettled:
            self._settled.set()

    async def _until_dropped(self) -> None:
        await self._drop.wait()
        raise Lost("given up")

    async def _write(self, ear: Ear) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            changed, self._changed = self._changed, set()
            new = [name for name in changed if name in self._wanted and name not in self._sent]
            old = [name for name in changed if name in self._sent and name not in self._wanted]
            self._sent.update(new)
            self._unacked.update(new)
            self._sent.difference_update(old)
            self._leaving.update(old)
            for names in self._batches(new):
                await ear.say(self._verbs.subscribe, *names)
            for names in self._batches(old):
                await ear.say(self._verbs.unsubscribe, *names)
            heed_cancellation()

    def _batches(self, names: list[bytes]) -> Iterator[Sequence[bytes]]:
        groups = [names]
        if self._verbs.by_tag:
            groups = [list(group) for _, group in groupby(sorted(names, key=tag_of), key=tag_of)]
        for group in groups:
            for start in range(0, len(group), BATCH):
                yield group[start : start + BATCH]

    def _take(self, message: Any) -> int:  # noqa: ANN401 (whatever Redis says)
        if isinstance(message, Exception):
            raise Lost(str(message))
        kind, name, told = message[0], message[1], message[2] if len(message) > 2 else b""
        if kind == self._verbs.message:
            self._heard(name, told)
            return len(told)
        command = kind.decode().upper()
        if command == self._verbs.subscribe:
            self._acknowledge(name)
        elif command == self._verbs.unsubscribe:
            self._part(name)
        return 0

    def _acknowledge(self, name: bytes) -> None:
        self._unacked[name] -= 1
        if self._unacked[name] <= 0:
            del self._unacked[name]
        if self.hears(name):
            self._settle(name)

    def _part(self, name: bytes) -> None:
        self._leaving[name] -= 1
        if self._leaving[name] < 0:
            raise Lost("the channel has moved to another node")
        if not self._leaving[name]:
            del self._leaving[name]

    def _settle(self, name: bytes) -> None:
        if (ack := self._acks.pop(name, None)) and not ack.done():
            ack.set_result(None)
        self._unsettled.discard(name)
        if not self._unsettled:
            self._settled.set()

    def _change(self, name: bytes) -> None:
        self._changed.add(name)
        self._dirty.set()
        if not self.connected and name in self._wanted:
            self._unsettled.add(name)
