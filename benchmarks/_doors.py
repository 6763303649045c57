"""The doors through which 1 000 listeners hear one channel: ours, and nchan's beside them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote

import orjson

from benchmarks._listener import PATH
from benchmarks._machine import Meter
from benchmarks._nchan import Nchan
from benchmarks._wire import EventLine, Heard, HttpLine, WebSocketLine, dial
from channels.broker import Entry, Retention
from channels.broker.redis import RedisBroker

EVENT_STREAM: Final = "/connection/uni_sse"
AS_LIVE: Final = Retention(200, 24 * 3600)  # what a live channel remembers

Line = WebSocketLine | EventLine


class Door(Protocol):
    """One way to listen, and the way to publish to it."""

    @property
    def name(self) -> str:
        """What it is called in the report."""

    @property
    def server(self) -> int:
        """The process that serves it."""

    @property
    def meter(self) -> Meter:
        """What reads the CPU time that it costs."""

    async def enter(self, heard: Heard) -> Line:
        """Connect one listener."""

    async def publish(self, messages: Sequence[bytes]) -> None:
        """Publish the messages side by side."""


@dataclass(frozen=True, slots=True)
class Ours:
    """Our server; messages are published as the relay does it."""

    port: int
    server: int
    meter: Meter
    channel: str
    broker: RedisBroker

    async def publish(self, messages: Sequence[bytes]) -> None:
        """Publish in one round trip."""
        entries = [Entry(self.channel, each, history=AS_LIVE) for each in messages]
        await self.broker.publish_many(entries)


class OurWebSocket(Ours):
    """The Centrifuge protocol as JSON."""

    name = "websocket"

    async def enter(self, heard: Heard) -> Line:
        """Connect, subscribe, and answer pings from then on."""
        admitted = asyncio.Event()

        def hear(text: bytes, now: float) -> None:
            if text == b"{}":
                line.send(b"{}")
            elif text.startswith(b'{"id":2'):
                admitted.set()
            else:
                heard(text, now)

        line = WebSocketLine(hear)
        await dial(line, self.port)
        await line.open(PATH)
        subscribe = {"id": 2, "subscribe": {"channel": self.channel}}
        line.send(b'{"id":1,"connect":{}}\n' + orjson.dumps(subscribe))
        await admitted.wait()
        return line


class OurEventStream(Ours):
    """The plain ``EventSource`` endpoint."""

    name = "event_stream"

    async def enter(self, heard: Heard) -> Line:
        """Ask for the stream of one channel."""
        line = EventLine(heard)
        await dial(line, self.port)
        wish = orjson.dumps({"subs": {self.channel: {}}})
        await line.open(f"{EVENT_STREAM}?cf_connect={quote(wish)}")
        return line


@dataclass(frozen=True, slots=True)
class Theirs:
    """nchan, published to over HTTP."""

    name: str
    server: int
    port: int
    meter: Meter
    publishers: Sequence[HttpLine]
    line: type[Line]

    async def enter(self, heard: Heard) -> Line:
        """Connect; the subscription is the address."""
        line = self.line(heard)
        await dial(line, self.port)
        await line.open("/sub")
        return line

    async def publish(self, messages: Sequence[bytes]) -> None:
        """Publish each message on a connection of its own."""
        async with asyncio.TaskGroup() as tasks:
            for line, message in zip(self.publishers, messages, strict=False):
                tasks.create_task(line.ask("POST", "/pub", body=message))


async def theirs(beside: Nchan, *, at_once: int) -> list[Theirs]:
    """Return nchan's two doors."""
    publishers = await beside.publishers(at_once)
    return [
        Theirs(name, beside.pid, beside.port, Meter({"server": beside.pid}), publishers, line)
        for name, line in (("websocket", WebSocketLine), ("event_stream", EventLine))
    ]
