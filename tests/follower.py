"""A listener built on the stock Python SDK, and the line it talks over, which can be cut."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from centrifuge import Client, ClientEventHandler, SubscriptionEventHandler

from tests.serving import HOST

PATH = "/connection/websocket"
PATIENCE_SECONDS = 20.0


class Follower(ClientEventHandler, SubscriptionEventHandler):
    """Follows one channel and remembers everything the SDK reported."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.snapshots: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.offsets: list[int] = []
        self.epochs: list[str] = []
        self.recoveries: list[tuple[bool, bool]] = []  # (asked for, granted)
        self.refusals: list[int] = []  # why the channel was denied for good
        self.closes: list[int] = []  # why the connection was lost
        self._changed = asyncio.Condition()

    async def until(
        self, condition: Callable[["Follower"], Any], *, seconds: float = PATIENCE_SECONDS
    ) -> Any:
        """Return the condition's first true value; it is looked at after each report."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                return await self._changed.wait_for(lambda: condition(self))
        except TimeoutError:
            raise AssertionError(f"{self.channel} heard only {self}") from None

    @property
    def statuses(self) -> list[str]:
        """The order's statuses in the order they were seen: the first snapshot's and the events'.

        A snapshot is read after its position, so it may hold what is heard again: what is no newer
        than what is known is no news, as for every client.
        """
        seen = [each["order"] for each in self.snapshots[:1] if "order" in each]
        for event in self.events:
            view = event["data"].get("order")
            if view is not None and (not seen or view["version"] > seen[-1]["version"]):
                seen.append(view)
        return [each["status"] for each in seen]

    def types(self) -> list[str]:
        """Return the types of the events heard, in order."""
        return [each["type"] for each in self.events]

    async def on_connecting(self, ctx: Any) -> None:
        await self._note(self.closes, ctx.code)

    async def on_subscribed(self, ctx: Any) -> None:
        self.recoveries.append((ctx.was_recovering, ctx.recovered))
        self.epochs.append(ctx.stream_position.epoch)
        await self._note(self.snapshots, ctx.data)

    async def on_unsubscribed(self, ctx: Any) -> None:
        await self._note(self.refusals, ctx.code)

    async def on_publication(self, ctx: Any) -> None:
        self.offsets.append(ctx.pub.offset)
        await self._note(self.events, ctx.pub.data)

    async def _note(self, where: list[Any], what: Any) -> None:
        async with self._changed:
            if what is not None:
                where.append(what)
            self._changed.notify_all()

    def __str__(self) -> str:
        heard = self.types(), self.statuses
        return f"{heard}, snapshots {len(self.snapshots)}, {self.recoveries}, {self.closes}"


@asynccontextmanager
async def following(url: str, channel: str, *, token: str = "") -> AsyncIterator[Follower]:
    """Follow the channel for as long as the block lasts, through any loss of the connection."""
    follower = Follower(channel)
    client = Client(
        url.replace("http", "ws", 1) + PATH,
        events=follower,
        token=token,
        min_reconnect_delay=0.05,
        max_reconnect_delay=0.3,
        proxy=None,
    )
    subscription = client.new_subscription(
        channel, follower, min_resubscribe_delay=0.05, max_resubscribe_delay=0.3
    )
    try:
        await client.connect()
        await subscription.subscribe()
        await follower.until(lambda each: each.snapshots or each.refusals)
        yield follower
    finally:
        await client.disconnect()


@dataclass
class Line:
    """A TCP line to whichever server is named, as a load balancer would hold it."""

    target: str
    url: str = ""
    up: bool = True
    _calls: set[asyncio.Task[None]] = field(default_factory=set)

    async def cut(self) -> None:
        """Drop every call, and take no new one until ``mend``."""
        self.up = False
        for call in list(self._calls):
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)

    def mend(self, target: str | None = None) -> None:
        """Take calls again, to the same server or another."""
        self.target, self.up = target or self.target, True

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect one caller through."""
        call = asyncio.current_task()
        assert call is not None
        self._calls.add(call)
        host, _, port = self.target.rpartition("/")[2].partition(":")
        async with AsyncExitStack() as stack:
            stack.callback(self._calls.discard, call)
            stack.callback(writer.close)
            if not self.up:
                return
            with suppress(OSError, asyncio.CancelledError):
                there, out = await asyncio.open_connection(host, int(port))
                stack.callback(out.close)
                ways = [
                    asyncio.create_task(_copy(*way)) for way in ((reader, out), (there, writer))
                ]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)


@asynccontextmanager
async def a_line(target: str) -> AsyncIterator[Line]:
    """Hold a line to the server for as long as the block lasts."""
    line = Line(target)
    server = await asyncio.start_server(line.take, HOST, 0)
    line.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        await line.cut()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
