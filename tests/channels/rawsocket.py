"""A client that knows no manners: bytes over TCP, and WebSocket frames as RFC 6455 forbids them."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

PATIENCE_SECONDS = 10
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\n\r\n"
)


class Raw:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def write(self, data: bytes | str) -> None:
        """Write as it is."""
        self.writer.write(data.encode() if isinstance(data, str) else data)

    async def read_until(self, end: bytes) -> bytes:
        """Return everything up to there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.reader.readuntil(end)

    async def read_to_the_end(self) -> bytes:
        """Return everything that is still to come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            with suppress(ConnectionError):
                return await self.reader.read()
        return b""

    async def chunk(self) -> bytes:
        """Return the next chunk of a chunked body; empty at its end."""
        size = int(await self.read_until(b"\r\n"), 16)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await self.reader.readexactly(size + 2))[:-2]

    def abort(self) -> None:
        """Vanish: what was sent to us is answered with a reset."""
        self.writer.transport.abort()

    def send(self, payload: bytes | str, opcode: int = TEXT, **how: Any) -> None:
        """Write one WebSocket frame."""
        self.write(made(payload.encode() if isinstance(payload, str) else payload, opcode, **how))

    async def frame(self) -> tuple[int, bytes]:
        """Return the opcode and the payload of the next WebSocket frame."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            first, size = await self.reader.readexactly(2)
            if size > 125:
                long = await self.reader.readexactly(2 if size == 126 else 8)
                size = int.from_bytes(long, "big")
            return first & 0x0F, await self.reader.readexactly(size)

    async def hears(self) -> list[Any]:
        """Return the next frame's messages."""
        opcode, payload = await self.frame()
        assert opcode == TEXT, (opcode, payload)
        return [json.loads(line) for line in payload.split(b"\n")]

    async def closed(self) -> int:
        """Return the code that the server closes with, after all that it said before."""
        while True:
            opcode, payload = await self.frame()
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big")


def made(payload: bytes, opcode: int, *, final: bool = True, masked: bool = True) -> bytes:
    """Return a client's frame, or what somebody took for one."""
    first = opcode | (0x80 if final else 0)
    size, flag = len(payload), 0x80 if masked else 0
    if size < 126:
        head = bytes((first, size | flag))
    elif size < 1 << 16:
        head = bytes((first, 126 | flag)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 127 | flag)) + size.to_bytes(8, "big")
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))


@asynccontextmanager
async def raw(address: str, **options: Any) -> AsyncIterator[Raw]:
    """Connect for as long as the block lasts."""
    host, _, port = address.partition(":")
    connection = Raw(*await asyncio.open_connection(host, int(port), **options))
    try:
        yield connection
    finally:
        connection.abort()


@asynccontextmanager
async def upgraded(address: str, path: str, **options: Any) -> AsyncIterator[Raw]:
    """Connect, and become a WebSocket."""
    async with raw(address, **options) as connection:
        connection.write(UPGRADE.format(path=path, host=address))
        head = await connection.read_until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        yield connection


def narrow(address: str) -> socket.socket:
    """Return a socket that holds little of what it was sent and nobody read."""
    host, _, port = address.partition(":")
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    own.connect((host, int(port)))
    own.settimeout(0)
    return own
