"""Listeners so light that the server is what is measured: they look for numbers in raw bytes."""

import asyncio
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from benchmarks._dialect import Dialect
from benchmarks._wire import HOST

FIRST: Final = 1_000_000  # every number has seven digits
NUMBERS: Final = re.compile(rb'"n":(\d{7})').findall
STRADDLE: Final = len('"n":1234567') - 1  # of a number that two reads share
AT_ONCE: Final = 50  # listeners that connect side by side
ENTER_SECONDS: Final = 30.0
PER_ADDRESS: Final = 1000  # listeners that share a loopback address
RECEIVE_BYTES: Final = 64 * 1024  # what the kernel takes in for a listener that does not read
LAST_BYTES: Final = 128


def message(number: int, size: int) -> bytes:
    """Return a JSON object of so many bytes that ends with the number."""
    end = f'","n":{FIRST + number}}}'
    start = '{"padding":"'
    return f"{start}{'x' * (size - len(start) - len(end))}{end}".encode()


@dataclass(slots=True)
class Crowd:
    """Listeners of one door, and what they heard since ``forget``."""

    ears: list["Ear"] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)  # when each message was due, from the first
    names: list[bytes] = field(default_factory=list)  # their numbers, as they are heard
    heard: list[tuple[float, int, int]] = field(default_factory=list)  # when, first, how many
    count: int = 0
    due: int = 0
    astray: int = 0  # messages that came twice or too late
    hung_up: int = 0  # lines the server ended
    listening: int = 0  # ears that read
    open: bool = True
    _complete: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, messages: int, *, size: int, due: float) -> list[bytes]:
        """Return the next messages, which every listener that reads is to hear."""
        numbers = range(len(self.sent), len(self.sent) + messages)
        self.sent += [due] * messages
        self.names += [b"%d" % (FIRST + number) for number in numbers]
        self.due += messages * self.listening
        self._complete.clear()
        return [message(number, size) for number in numbers]

    def hear(self, now: float, first: int, count: int) -> None:
        """Note that a listener has so many messages more."""
        self.heard.append((now, first, count))
        self.count += count
        if self.count >= self.due:
            self._complete.set()

    async def complete(self, *, seconds: float) -> bool:
        """Wait until everybody has everything; tell whether that came in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._complete.wait()
        except TimeoutError:
            return False
        return True

    def forget(self) -> None:
        """Begin to count anew."""
        self.heard.clear()
        self.count = self.due = self.astray = 0

    def ages(self) -> list[float]:
        """Return how old each message was at each listener, in s."""
        sent = self.sent
        return [
            now - sent[number]
            for now, first, count in self.heard
            for number in range(first, first + count)
        ]


class Ear(asyncio.Protocol):
    """One listener; it checks that every number comes once and in order."""

    def __init__(self, crowd: Crowd, dialect: Dialect) -> None:
        self.transport: asyncio.Transport
        self.admitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = asyncio.Event()
        self._crowd, self._dialect = crowd, dialect
        self._steps = list(dialect.steps)
        self._tail = b""
        self._next = len(crowd.sent)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say the first words."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self.transport.write(self._dialect.hello)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self.closed.set()
        self._crowd.hung_up += self._crowd.open
        if not self.admitted.done():
            self.admitted.set_exception(ConnectionResetError(f"hung up after {self._tail!r}"))

    def data_received(self, data: bytes) -> None:
        """Note the numbers, and answer a ping."""
        now = time.monotonic()
        if self._steps:
            self._enter(data)
            return
        if self._dialect.ping and self._dialect.ping in data:
            self.transport.write(self._dialect.pong)
        data = self._tail + data
        self._tail = data[-STRADDLE:]
        if found := NUMBERS(data):
            count, begin = len(found), self._next
            if self._crowd.names[begin : begin + count] == found:
                self._next = begin + count
                self._crowd.hear(now, begin, count)
            else:
                self._astray(now, found)

    def _enter(self, data: bytes) -> None:
        self._tail += data
        while self._steps and self._steps[0][0] in self._tail:
            awaited, wish = self._steps.pop(0)
            self._tail = self._tail.partition(awaited)[2]
            if wish:
                self.transport.write(wish)
        if not self._steps:
            self._tail = b""
            self.admitted.set_result(None)

    def _astray(self, now: float, found: Sequence[bytes]) -> None:
        for each in found:
            number = int(each) - FIRST
            if number < self._next:
                self._crowd.astray += 1
            else:
                self._next = number + 1
                self._crowd.hear(now, number, 1)


class SlowEar(Ear):
    """A listener that stops reading, and later says how it was told to go."""

    last = b""  # what the server said last

    def data_received(self, data: bytes) -> None:
        """Keep the end of what came; nothing is counted."""
        self.last = (self.last + data)[-LAST_BYTES:]
        if not self.admitted.done():
            super().data_received(data)

    def stall(self) -> None:
        """Stop reading; the kernel takes in little more."""
        line: socket.socket = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        self.transport.pause_reading()


async def gather(crowd: Crowd, dialect: Dialect, *, port: int, size: int, slow: int = 0) -> None:
    """Let listeners in, some at a time, a thousand from each loopback address; some are slow."""
    turns, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()

    async def enter(place: int) -> None:
        ear = (SlowEar if place < slow else Ear)(crowd, dialect)
        address = (f"127.0.0.{1 + place // PER_ADDRESS}", 0)
        async with turns, asyncio.timeout(ENTER_SECONDS):
            await loop.create_connection(lambda: ear, HOST, port, local_addr=address)
            await ear.admitted
        crowd.ears.append(ear)
        crowd.listening += place >= slow

    async with asyncio.TaskGroup() as tasks:
        for place in range(size):
            tasks.create_task(enter(place))


async def leave(crowd: Crowd) -> None:
    """Hang up."""
    crowd.open = False
    for ear in crowd.ears:
        ear.transport.abort()
    for ear in crowd.ears:
        await ear.closed.wait()
