"""The WebSocket door: one reader and one writer around a connection."""

import asyncio
from typing import Final, NoReturn

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from channels.codes import Code
from channels.connection import Connection
from channels.live import Live
from channels.origin import admitted
from channels.outbound import Outbound, pump

PATH: Final = "/connection/websocket"
SUBPROTOCOL: Final = "centrifuge-json"


class WebSocketDoor:
    """An ASGI application for one path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client until either side has had enough."""
        live: Live = scope["state"]["live"]
        offered = [each for each in scope.get("subprotocols", ()) if each]
        await receive()  # the wish to connect
        spoken = not offered or SUBPROTOCOL in offered
        if not (spoken and admitted(Headers(scope=scope), live.parts.origins)):
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        subprotocol = SUBPROTOCOL if offered else None
        await send({"type": "websocket.accept", "subprotocol": subprotocol})
        outbound = Outbound(live.parts.limits.pending_bytes)
        async with asyncio.TaskGroup() as tasks:
            connection = Connection(live, outbound, tasks)
            reader = tasks.create_task(_read(receive, connection))
            connection.open()
            try:
                await _write(send, connection, outbound)
            finally:
                connection.close(None)
                reader.cancel()


async def _write(send: Send, connection: Connection, outbound: Outbound) -> None:
    async def write(frames: list[bytes]) -> None:
        text = connection.codec.join(frames).decode()
        await send({"type": "websocket.send", "text": text})

    async def finish(code: Code) -> None:
        await send({"type": "websocket.close", "code": code.code, "reason": code.reason})

    seconds = connection.live.parts.limits.close_seconds
    await pump(outbound, seconds, write=write, finish=finish)


async def _read(receive: Receive, connection: Connection) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            connection.close(None)
            return
        connection.receive(message.get("text") or message.get("bytes") or b"")


async def explain(request: Request) -> NoReturn:
    """GET /connection/websocket without an upgrade"""
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    raise HTTPException(426, "웹소켓으로 연결해주세요.", headers=headers)


routes: Final[list[BaseRoute]] = [WebSocketRoute(PATH, WebSocketDoor()), Route(PATH, explain)]
