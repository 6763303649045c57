"""The WebSocket door of the bidirectional protocol."""

from typing import Final, NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from channels.connection import Connection
from channels.doors.answer import JSON_FRAMES, PROTOBUF_FRAMES
from channels.doors.entrance import Visit, asked
from channels.live import Live

PATH: Final = "/connection/websocket"
JSON_NAME: Final = "centrifuge-json"
PROTOBUF_NAME: Final = "centrifuge-protobuf"


class WebSocketDoor:
    """An ASGI application for one path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client until either side has had enough."""
        live: Live = scope["state"]["live"]
        await receive()  # the wish to connect
        with Visit(scope, live) as visit:
            name = None if visit.refusal else choose(scope)
            if name is None:
                await turn_away(send, visit.refusal or 400)
                return
            subprotocol = name if name in scope.get("subprotocols", ()) else None
            await send({"type": "websocket.accept", "subprotocol": subprotocol})
            spoken = PROTOBUF_FRAMES if name == PROTOBUF_NAME else JSON_FRAMES
            connection = Connection(live, spoken.wire(scope, send, live))
            visit.receive(connection)
            connection.open()
            await visit.go_on(receive, connection.receive)


def choose(scope: Scope) -> str | None:
    """Return what will be spoken, by the subprotocols offered and the query; None: neither."""
    offered = {each for each in scope.get("subprotocols", ()) if each}
    wished = {asked(scope, "format"), asked(scope, "cf_protocol")}
    if PROTOBUF_NAME in offered or (not offered and "protobuf" in wished):
        return PROTOBUF_NAME
    return JSON_NAME if not offered or JSON_NAME in offered else None


async def turn_away(send: Send, status: int) -> None:
    """Refuse the upgrade."""
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})


async def explain(request: Request) -> NoReturn:
    """GET of a WebSocket door without an upgrade"""
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    raise HTTPException(426, "웹소켓으로 연결해주세요.", headers=headers)


routes: Final[list[BaseRoute]] = [WebSocketRoute(PATH, WebSocketDoor()), Route(PATH, explain)]
