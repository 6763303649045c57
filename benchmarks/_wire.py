"""Clients so light that the server is what is measured: raw protocols on one event loop."""

import asyncio
import base64
import os
import struct
import time
from collections.abc import Callable, Sequence
from typing import Final, cast

import httptools
import orjson

HOST: Final = "127.0.0.1"
TEXT, CLOSE = 0x81, 0x88
ASK_SECONDS: Final = 20.0

Heard = Callable[[bytes, float], None]


class _Line(asyncio.Protocol):
    """A connection that is over loudly: whoever waits for it is told."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.closed = False
        self._waiting: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the server hung up"))

    async def waited(self, wish: bytes) -> bytes:
        """Send the wish and return what ``answer`` is given."""
        assert self._waiting is None, "one question at a time"
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(wish)
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await self._waiting
        finally:
            self._waiting = None

    def answer(self, given: bytes) -> None:
        """Wake the one who waits."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(given)


class HttpLine(_Line):
    """A keep-alive HTTP/1.1 connection that carries one request at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self.status = 0

    async def ask(
        self, method: str, path: str, *, body: object = None, headers: str = ""
    ) -> tuple[int, bytes]:
        """Send a request, JSON unless the body is bytes; return status and body."""
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(raw)}\r\n{headers}\r\n"
        )
        found = await self.waited(head.encode() + raw)
        return self.status, found

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Hear a piece of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Hear the end of a response."""
        self.status = self._parser.get_status_code()
        body, self._body = b"".join(self._body), []
        self.answer(body)


class Pipeline(HttpLine):
    """A keep-alive connection whose requests go out together and are answered in order."""

    def __init__(self) -> None:
        super().__init__()
        self._due = 0

    async def post_all(self, path: str, bodies: Sequence[bytes]) -> None:
        """Send one POST per body in one write; return when all are answered."""
        self._due = len(bodies)
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: text/plain\r\n"
        wishes = [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]
        await self.waited(b"".join(wishes))

    def answer(self, given: bytes) -> None:
        """Wake the one who waits once the last response is there."""
        assert self.status < 300, (self.status, given)
        self._due -= 1
        if not self._due:
            super().answer(given)


class WebSocketLine(_Line):
    """A WebSocket (RFC 6455) without extensions; every line of a text message is handed on."""

    def __init__(self, heard: Heard) -> None:
        super().__init__()
        self._heard = heard
        self._rest = b""
        self._open = False

    async def open(self, path: str) -> None:
        """Upgrade the connection."""
        key = base64.b64encode(os.urandom(16)).decode()
        wish = (
            f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        head = await self.waited(wish.encode())
        assert b" 101 " in head.split(b"\r\n", 1)[0], head

    def send(self, text: bytes) -> None:
        """Send a text message; a mask of zeros is a mask."""
        if len(text) < 126:
            head = bytes((TEXT, 0x80 | len(text)))
        else:
            head = bytes((TEXT, 0x80 | 126)) + struct.pack("!H", len(text))
        self.transport.write(head + bytes(4) + text)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        rest = self._rest + data if self._rest else data
        if not self._open:
            head, end, rest = rest.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            self._open = True
            self.answer(head)
        self._rest = self._frames(rest, now)

    def _frames(self, data: bytes, now: float) -> bytes:
        at = 0
        while len(data) - at >= 2:
            size, begin = data[at + 1], at + 2
            if size >= 126:
                wide = 2 if size == 126 else 8
                size = int.from_bytes(data[begin : begin + wide], "big")
                begin += wide
            if len(data) < begin + size:
                break
            if data[at] == CLOSE:
                self.transport.close()
            else:
                for line in data[begin : begin + size].split(b"\n"):
                    self._heard(line, now)
            at = begin + size
        return data[at:]


async def dial(line: _Line, port: int) -> None:
    """Connect the line to the port here."""
    await asyncio.get_running_loop().create_connection(lambda: line, HOST, port)
