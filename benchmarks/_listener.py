"""A client of the live channels over WebSocket, with just enough of the Centrifuge protocol."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import orjson

from benchmarks._wire import ASK_SECONDS, WebSocketLine, dial

PATH: Final = "/connection/websocket"

Told = Callable[[str, Any, float], None]


class Listener:
    """Subscribes, answers pings, and hands each publication on with its time of arrival."""

    def __init__(self, told: Told) -> None:
        self.line = WebSocketLine(self._heard)
        self.gaps = 0  # offsets that were skipped, or subscriptions the server took back
        self._told = told
        self._offsets: dict[str, int] = {}
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def open(self, port: int, *, token: str = "") -> None:
        """Connect and say who we are."""
        await dial(self.line, port)
        await self.line.open(PATH)
        await self._ask({"connect": {"token": token} if token else {}})

    async def subscribe(self, channel: str) -> Any:  # noqa: ANN401 (whatever the snapshot is)
        """Join a channel; return the snapshot."""
        reply = await self._ask({"subscribe": {"channel": channel}})
        result = reply["subscribe"]
        self._offsets.setdefault(channel, int(result.get("offset", 0)))
        return result.get("data")

    async def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        number = len(self._asked) + 1
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        self.line.send(orjson.dumps({"id": number, **command}))
        async with asyncio.timeout(ASK_SECONDS):
            reply: dict[str, Any] = await answer
        assert "error" not in reply, reply
        return reply

    def _heard(self, line: bytes, now: float) -> None:
        if line == b"{}":
            self.line.send(b"{}")
            return
        message = orjson.loads(line)
        push = message.get("push")
        if push is None:
            self._asked[message["id"]].set_result(message)
        elif "pub" in push:
            self._publication(push["channel"], push["pub"], now)
        else:
            self.gaps += 1

    def _publication(self, channel: str, publication: dict[str, Any], now: float) -> None:
        if offset := publication.get("offset"):
            before = self._offsets.get(channel, offset - 1)
            self.gaps += offset != before + 1
            self._offsets[channel] = offset
        self._told(channel, publication["data"], now)
