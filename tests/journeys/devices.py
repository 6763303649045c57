"""Devices that follow one channel each over raw WebSockets, and believe nothing they are told."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

PATH: Final = "/connection/websocket"
ANSWER_SECONDS: Final = 5.0
RETRY_SECONDS: Final = (0.05, 0.5)
ASK_AGAIN: Final = 2500  # unsubscribe codes from here on
MESSAGES: Final = 20  # as many of an inbox as a snapshot shows

Fields = dict[str, Any]


class Gap(AssertionError):
    """The server skipped something and did not say so."""


@dataclass
class Device:
    """Recovers as the protocol says, at whichever server takes it.

    ``spans`` are the ids of the events heard: a new one begins with each snapshot, because what
    came before it may be missing. ``losses`` counts how often the server admitted a loss, and
    ``made_good`` the events that came by a recovery.
    """

    channel: str
    token: str
    servers: Sequence[str]  # tried in turn
    state: Fields = field(default_factory=dict)
    spans: list[list[str]] = field(default_factory=list)
    losses: int = 0
    recoveries: int = 0
    made_good: int = 0
    closes: list[int] = field(default_factory=list)
    listening: bool = False
    _epoch: str = ""
    _offset: int = 0
    _ids: Any = field(default_factory=lambda: count(1))

    async def follow(self) -> None:
        """Follow the channel until cancelled, through any loss of the connection. Raises Gap."""
        for attempt in count():
            try:
                url = self.servers[attempt % len(self.servers)].replace("http", "ws", 1) + PATH
                async with connect(url, compression=None, ping_interval=None, proxy=None) as line:
                    await self._converse(line)
            except (OSError, TimeoutError, WebSocketException):
                pass  # whatever it was, another attempt follows
            self.listening = False
            await asyncio.sleep(random.uniform(*RETRY_SECONDS))

    async def _converse(self, line: ClientConnection) -> None:
        await self._ask(line, "connect", {"token": self.token})
        await self._subscribe(line)
        try:
            async for frame in line:
                for message in str(frame).splitlines():
                    await self._hear(line, orjson.loads(message))
        finally:
            if line.close_code is not None:
                self.closes.append(line.close_code)

    async def _subscribe(self, line: ClientConnection) -> None:
        wish: Fields = {"channel": self.channel}
        if self._epoch:
            wish |= {"recover": True, "epoch": self._epoch, "offset": self._offset}
        await self._ask(line, "subscribe", wish)

    async def _ask(self, line: ClientConnection, name: str, wish: Fields) -> None:
        await line.send(orjson.dumps({"id": next(self._ids), name: wish}).decode())

    async def _hear(self, line: ClientConnection, said: Fields) -> None:
        if not said:
            await line.send("{}")
        elif "error" in said:
            if not said["error"].get("temporary"):
                raise Gap(f"{self.channel} was refused: {said['error']}")
            await asyncio.sleep(random.uniform(*RETRY_SECONDS))
            await self._subscribe(line)
        elif "subscribe" in said:
            self._admitted(said["subscribe"])
        elif "pub" in (push := said.get("push", {})):
            self._take(push["pub"])
        elif "unsubscribe" in push:
            self.listening = False
            if push["unsubscribe"]["code"] < ASK_AGAIN:
                raise Gap(f"{self.channel} was ended: {push}")
            await self._subscribe(line)

    def _admitted(self, told: Fields) -> None:
        self.listening = True
        if told.get("recovered"):
            if (told["epoch"], told.get("offset", 0)) != (self._epoch, self._offset):
                raise Gap(f"{self.channel} was recovered from elsewhere: {told}")
            self.recoveries += 1
            for publication in told.get("publications", ()):
                self._take(publication)
                self.made_good += 1
            return
        self.losses += bool(told.get("was_recovering"))
        self._epoch, self._offset = told["epoch"], told.get("offset", 0)
        self.spans.append([])
        self.state = pictured(told["data"])

    def _take(self, publication: Fields) -> None:
        offset, event = publication.get("offset"), publication["data"]
        if offset is None:
            return  # how many watch now: never remembered, and never made good
        if offset != self._offset + 1:
            raise Gap(f"{self.channel} went from {self._offset} to {offset} in {self._epoch}")
        self._offset = offset
        self.spans[-1].append(event["id"])
        self.state = after(self.state, event["data"])


def pictured(snapshot: Fields) -> Fields:
    """Return what a snapshot shows that events may change."""
    if "broadcast" in snapshot:
        return {"broadcast": snapshot["broadcast"]}
    messages = {each["notification_id"]: each for each in snapshot["notifications"]}
    return {"inbox": snapshot["inbox"], "messages": messages}


def after(state: Fields, event: Fields) -> Fields:
    """Return the state after an event: of what has a version, the newer one stays."""
    if "broadcast" in state:
        return {"broadcast": max(state["broadcast"], event["broadcast"], key=_version)}
    message = event["notification"]
    messages = state["messages"] | {message["notification_id"]: message}
    newest = dict(sorted(messages.items())[-MESSAGES:])
    return {"inbox": max(state["inbox"], event["inbox"], key=_version), "messages": newest}


def _version(view: Fields) -> int:
    return int(view["version"])
