"""The one Pub/Sub connection of a process: who is heard, acknowledged, and heard again."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError

BATCH: Final = 512
TURN: Final = 64
RETRY_SECONDS: Final = 0.1
RETRY_MAX_SECONDS: Final = 3.0
SETTLE_SECONDS: Final = 10.0
FOREVER: Final = float("inf")

log = structlog.get_logger(__name__)

Heard = Callable[[str, bytes], None]


class Dropped(Exception):
    """The connection was given up on purpose."""


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


class PubSubLine:
    """Keeps the wanted channels subscribed on one connection, and says when it had a gap.

    SUBSCRIBE and UNSUBSCRIBE are sent by one writer in batches, so a channel that is left and
    wanted again at once costs nothing; acks are counted, so that the ack of an earlier SUBSCRIBE
    is never taken for that of a later one.
    """

    def __init__(self, pool: ConnectionPool, heard: Heard, chance: random.Random) -> None:
        self._pool = pool
        self._heard = heard
        self._chance = chance
        self._wanted: set[str] = set()
        self._sent: set[str] = set()
        self._unacked: Counter[str] = Counter()
        self._changed: set[str] = set()
        self._dirty = asyncio.Event()
        self._drop = asyncio.Event()
        self._acks: dict[str, asyncio.Future[None]] = {}
        self.connected = False

    def want(self, name: str) -> None:
        """Hear the channel as soon as there is a connection."""
        if name not in self._wanted:
            self._wanted.add(name)
            self._change(name)

    async def subscribe(self, name: str) -> None:
        """Return once the server has acknowledged; waits through outages until cancelled."""
        self.want(name)
        if self._acked(name):
            return
        ack = self._acks.get(name)
        if ack is None:
            ack = self._acks[name] = asyncio.get_running_loop().create_future()
        await asyncio.shield(ack)  # others may wait for the same one

    def unsubscribe(self, name: str) -> None:
        """Stop hearing the channel, with the next batch."""
        self._wanted.discard(name)
        self._acks.pop(name, None)
        self._change(name)

    def drop(self) -> None:
        """Give the connection up: it looks alive but carries nothing."""
        if self.connected:
            self._drop.set()

    async def run(self, resumed: Callable[[], None]) -> None:
        """Stay connected until cancelled; ``resumed`` is called whenever all are heard again."""
        failures = 0
        async with asyncio.TaskGroup() as lives:
            while True:
                began = asyncio.get_running_loop().time()
                # A life is a task of its own: TaskGroup of Python 3.11 leaves a task that it
                # interrupted at its end marked as being cancelled.
                await asyncio.wait([lives.create_task(self._live(resumed))])
                lasted = asyncio.get_running_loop().time() - began
                failures = 0 if lasted > RETRY_MAX_SECONDS else failures + 1
                ceiling = min(RETRY_SECONDS * 2**failures, RETRY_MAX_SECONDS)
                await asyncio.sleep(self._chance.uniform(ceiling / 2, ceiling))

    async def _live(self, resumed: Callable[[], None]) -> None:
        try:
            await self._session(resumed)
        except* (RedisError, OSError, Dropped) as lost:
            log.warning("pub/sub connection lost", error=repr(lost.exceptions[0]))
        except* Exception:  # a bug costs this connection, not all the ones that come after it
            log.exception("pub/sub connection failed")

    async def _session(self, resumed: Callable[[], None]) -> None:
        connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]  # redis-py's own gap
        self._changed = set(self._wanted)
        self._dirty.set()
        self._drop.clear()
        try:
            heed_cancellation()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(connection))
                tasks.create_task(self._write(connection))
                tasks.create_task(self._until_dropped())
                async with asyncio.timeout(SETTLE_SECONDS):
                    for name in tuple(self._wanted):
                        await self.subscribe(name)
                self.connected = True
                resumed()
        finally:
            self.connected = False
            self._sent.clear()
            self._unacked.clear()
            await connection.disconnect(nowait=True)
            await self._pool.release(connection)

    async def _until_dropped(self) -> None:
        await self._drop.wait()
        raise Dropped("no sign of life")

    async def _write(self, connection: AbstractConnection) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            changed, self._changed = self._changed, set()
            new = [name for name in changed if name in self._wanted and name not in self._sent]
            old = [name for name in changed if name in self._sent and name not in self._wanted]
            self._sent.update(new)
            self._unacked.update(new)
            self._sent.difference_update(old)
            await self._send(connection, "SUBSCRIBE", new)
            await self._send(connection, "UNSUBSCRIBE", old)
            heed_cancellation()

    async def _send(self, connection: AbstractConnection, verb: str, names: list[str]) -> None:
        for start in range(0, len(names), BATCH):
            if not connection.is_connected:
                # Sending would reconnect behind our back, without the other subscriptions.
                raise Dropped("closed by the server")
            await connection.send_command(verb, *names[start : start + BATCH])

    async def _read(self, connection: AbstractConnection) -> None:
        turn = 0
        while True:
            message = await self._receive(connection)
            heed_cancellation()
            if not message:
                continue
            kind, name = bytes(message[0]), bytes(message[1]).decode()
            if kind == b"message":
                self._heard(name, bytes(message[2]))
            elif kind == b"subscribe":
                self._acknowledge(name)
            turn += 1
            if turn % TURN == 0:
                await asyncio.sleep(0)  # a burst must not starve the sockets it is meant for

    def _receive(self, connection: AbstractConnection) -> Awaitable[Any]:
        return connection.read_response(
            timeout=FOREVER, disconnect_on_error=False, push_request=True
        )

    def _acknowledge(self, name: str) -> None:
        self._unacked[name] -= 1
        if self._unacked[name] <= 0:
            del self._unacked[name]
        if self._acked(name) and (ack := self._acks.pop(name, None)) and not ack.done():
            ack.set_result(None)

    def _acked(self, name: str) -> bool:
        return name in self._sent and name not in self._unacked

    def _change(self, name: str) -> None:
        self._changed.add(name)
        self._dirty.set()
