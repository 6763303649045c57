"""Followers of a channel by plain HTTP, which come back when their stream ends, as browsers do."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from channels.doors import http_stream, uni_sse
from tests.patience import until

RETRY_SECONDS = 0.05


@dataclass
class Streamer:
    """Follows one channel, and remembers everything that was said."""

    channel: str
    token: str
    offsets: list[int] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    recoveries: list[bool | None] = field(default_factory=list)  # None: was not asked for
    closes: list[int] = field(default_factory=list)

    async def run(self, url: str) -> None:
        """Follow until cancelled."""
        async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
            while True:
                with suppress(httpx.TransportError):
                    await self._follow(http)
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, http: httpx.AsyncClient) -> None:
        raise NotImplementedError

    def _subscribed(self, sub: dict[str, Any]) -> None:
        self.recoveries.append(sub.get("recovered", False) if sub.get("was_recovering") else None)
        for publication in sub.get("publications", ()):
            self._heard(publication)

    def _heard(self, publication: dict[str, Any]) -> None:
        self.offsets.append(publication["offset"])
        self.events.append(publication["data"])


@dataclass
class LineStreamer(Streamer):
    """By the bidirectional stream, whose client knows where it stands."""

    position: dict[str, Any] = field(default_factory=dict)

    async def _follow(self, http: httpx.AsyncClient) -> None:
        wish = {"channel": self.channel} | self.position
        commands = [{"id": 1, "connect": {"token": self.token}}, {"id": 2, "subscribe": wish}]
        frame = "\n".join(json.dumps(each) for each in commands)
        async with http.stream("POST", http_stream.PATH, content=frame) as answer:
            async for line in answer.aiter_lines():
                self._take(json.loads(line))

    def _take(self, said: dict[str, Any]) -> None:
        push = said.get("push", {})
        if "subscribe" in said:
            offset = said["subscribe"].get("offset", 0)
            epoch = said["subscribe"]["epoch"]
            self.position = {"recover": True, "epoch": epoch, "offset": offset}
            self._subscribed(said["subscribe"])
        elif "pub" in push:
            self._heard(push["pub"])
        elif "disconnect" in push:
            self.closes.append(push["disconnect"]["code"])

    def _heard(self, publication: dict[str, Any]) -> None:
        super()._heard(publication)
        self.position["offset"] = publication["offset"]


@dataclass
class EventStreamer(Streamer):
    """By the event stream, whose client sends back the last id it saw."""

    last_id: str = ""

    async def _follow(self, http: httpx.AsyncClient) -> None:
        wish = json.dumps({"token": self.token, "subs": {self.channel: {}}})
        headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
        asked = {"params": {"cf_connect": wish}, "headers": headers}
        async with http.stream("GET", uni_sse.PATH, **asked) as answer:
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    self.last_id = value
                elif name == "data":
                    self._take(json.loads(value))

    def _take(self, said: dict[str, Any]) -> None:
        if "connect" in said:
            self._subscribed(said["connect"]["subs"][self.channel])
        elif "pub" in said:
            self._heard(said["pub"])
        elif "disconnect" in said:
            self.closes.append(said["disconnect"]["code"])


@asynccontextmanager
async def streaming(streamer: Streamer, url: str) -> AsyncIterator[Streamer]:
    """Have it follow for as long as the block lasts."""
    following = asyncio.create_task(streamer.run(url))
    try:
        await until(lambda: streamer.recoveries or following.done())
        yield streamer
    finally:
        following.cancel()
        await asyncio.wait([following])
        assert following.cancelled(), following.exception()
