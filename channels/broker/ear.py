"""The reading end of a Pub/Sub connection: bytes in, messages out, a bounded number a turn.

redis-py connects, authenticates and says hello; then the socket is ours: chunks go straight from
the transport into a hiredis.Reader, and no message costs a coroutine. fakeredis has no socket, so
there redis-py reads.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol, cast

import hiredis
from redis.asyncio.connection import AbstractConnection

from channels.broker.outage import heed_cancellation

TURN_MESSAGES: Final = 256
TURN_BYTES: Final = 65_536
FOREVER: Final = float("inf")
_MORE: Final = object()

# Takes one message as Redis sent it, and returns how many bytes the listeners got of it.
Hears = Callable[[Any], int]


class Lost(Exception):
    """The connection is of no use any more."""


class Ear(Protocol):
    """What a line needs of its connection."""

    async def listen(self) -> None:
        """Hand messages on until the connection is lost. Raises Lost, or what a hearer raised."""

    async def say(self, *command: str | bytes) -> None:
        """Send a command; its answer comes among the messages. Raises Lost."""


def ear_on(connection: AbstractConnection, hears: Hears) -> Ear:
    """Return the ear that suits an open connection."""
    writer = connection._writer  # noqa: SLF001 (redis-py gives its stream to nobody)
    if isinstance(writer, asyncio.StreamWriter):
        return SocketEar(connection, writer.transport, hears)
    return ClientEar(connection, hears)


class SocketEar(asyncio.Protocol):
    """Reads a socket without redis-py.

    What came in one chunk is heard in one turn of the loop, so that its listeners can be served
    together, but never more than ``TURN_MESSAGES`` or about ``TURN_BYTES``: the socket is then left
    alone until the rest was heard.
    """

    def __init__(
        self, connection: AbstractConnection, transport: asyncio.WriteTransport, hears: Hears
    ) -> None:
        # It reads as well; uvloop's transport does so without being of asyncio's class.
        self._transport = cast("asyncio.Transport", transport)
        self._hears = hears
        self._parser = hiredis.Reader(notEnoughData=_MORE)
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._busy = False
        stream = connection._reader  # noqa: SLF001 (redis-py gives its stream to nobody)
        assert isinstance(stream, asyncio.StreamReader)
        transport.set_protocol(self)
        if early := bytes(stream._buffer):  # type: ignore[attr-defined]  # noqa: SLF001 (came in while we changed hands; the stream has no public way to look)
            self.data_received(early)

    async def listen(self) -> None:
        """Wait until the connection is lost. Raises Lost, or what a hearer raised."""
        await self._lost

    async def say(self, *command: str | bytes) -> None:
        """Send a command. Raises Lost."""
        if self._transport.is_closing():
            raise Lost("closed by the server")
        self._transport.write(hiredis.pack_command(command))  # type: ignore[arg-type]  # its stub means a tuple of any length

    def data_received(self, data: bytes) -> None:
        """Hear what is whole by now."""
        self._parser.feed(data)
        if not self._busy:
            self._hear()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end(exc or Lost("closed by the server"))

    def _hear(self) -> None:
        take, hears, size = self._parser.gets, self._hears, 0
        try:
            for _ in range(TURN_MESSAGES):
                message = take()
                if message is _MORE:
                    self._rest()
                    return
                size += hears(message)
                if size >= TURN_BYTES:
                    break
        except Exception as error:  # noqa: BLE001 (whoever listens is told, and drops the line)
            self._end(error)
            return
        if self._lost.done():
            return
        if not self._busy:
            self._busy = True
            self._transport.pause_reading()
        self._loop.call_soon(self._hear)

    def _rest(self) -> None:
        if self._busy:
            self._busy = False
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def _end(self, error: Exception) -> None:
        if not self._lost.done():
            self._lost.set_exception(error)


class ClientEar:
    """Lets redis-py read."""

    def __init__(self, connection: AbstractConnection, hears: Hears) -> None:
        self._connection = connection
        self._hears = hears

    async def listen(self) -> None:
        """Hand messages on until the connection is lost. Raises RedisError."""
        heard = 0
        while True:
            message = await self._connection.read_response(
                timeout=FOREVER, disconnect_on_error=False, push_request=True
            )
            heed_cancellation()
            if not message:
                continue
            self._hears(message)
            heard += 1
            if heard % TURN_MESSAGES == 0:
                await asyncio.sleep(0)  # a burst must not starve the sockets it is meant for

    async def say(self, *command: str | bytes) -> None:
        """Send a command. Raises Lost, RedisError."""
        if not self._connection.is_connected:
            # Sending would reconnect behind our back, without the other subscriptions.
            raise Lost("closed by the server")
        await self._connection.send_command(*command)
