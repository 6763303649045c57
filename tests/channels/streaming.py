"""Streams as clients read them: lines of JSON, events, and frames that carry their length."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from centrifuge.protocol import client_pb2

PATIENCE_SECONDS = 10


class Stream:
    """One answer that goes on: what was said, in order, and None at its end."""

    def __init__(self, reply: httpx.Response) -> None:
        self.reply = reply
        self.last_id = ""
        self.retry = 0
        self._pieces = reply.aiter_raw()
        self._unread = b""
        self._heard: deque[Any] = deque()

    async def next(self) -> Any:
        """Return the next thing that is said; None at the end."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self._heard:
                try:
                    self._unread += await anext(self._pieces)
                except StopAsyncIteration:
                    return None
                self._take()
        return self._heard.popleft()

    async def rest(self) -> list[Any]:
        """Return everything until the end."""
        said = []
        while (each := await self.next()) is not None:
            said.append(each)
        return said

    async def until(self, key: str) -> Any:
        """Return what is said of this kind, passing over all that comes before."""
        while True:
            said = await self.next()
            assert said is not None, f"no {key} to the end"
            if key in said:
                return said[key]

    def _take(self) -> None:
        kind = self.reply.headers.get("content-type", "").partition(";")[0]
        if kind == "application/octet-stream":
            self._take_messages()
            return
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            if kind == "text/event-stream":
                self._take_field(line.strip().decode())
            else:
                self._heard.append(json.loads(line))

    def _take_field(self, line: str) -> None:
        name, _, value = line.partition(": ")
        if name == "id":
            self.last_id = value
        elif name == "retry":
            self.retry = int(value)
        elif name == "data":
            self._heard.append(json.loads(value))

    def _take_messages(self) -> None:
        while self._unread:
            length, at = 0, 0
            while True:
                if at == len(self._unread):
                    return
                length |= (self._unread[at] & 0x7F) << 7 * at
                at += 1
                if self._unread[at - 1] < 0x80:
                    break
            if len(self._unread) < at + length:
                return
            reply = client_pb2.Reply()
            reply.ParseFromString(self._unread[at : at + length])
            self._heard.append(reply)
            self._unread = self._unread[at + length :]


def frame(*commands: dict[str, Any]) -> bytes:
    """Return a JSON frame of commands."""
    return b"\n".join(json.dumps(each).encode() for each in commands)


def binary_frame(*commands: client_pb2.Command) -> bytes:
    """Return a Protobuf frame of commands; each is short."""
    said = [each.SerializeToString() for each in commands]
    assert all(len(each) < 0x80 for each in said)
    return b"".join(bytes((len(each),)) + each for each in said)


@asynccontextmanager
async def streamed(
    http: httpx.AsyncClient, method: str, url: str, **options: Any
) -> AsyncIterator[Stream]:
    """Open a stream for as long as the block lasts."""
    async with http.stream(method, url, **options) as reply:
        yield Stream(reply)
