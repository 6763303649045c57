"""python-socketio as an ASGI application: everybody in one room, messages emitted to the room."""

import sys
from typing import Any, Final

import orjson
import socketio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ROOM: Final = "live"

server: Final[Any] = socketio.AsyncServer(async_mode="asgi")


async def connect(sid: str, _environ: dict[str, Any]) -> None:
    """Put a listener into the room."""
    await server.enter_room(sid, ROOM)


async def publish(request: Request) -> Response:
    """Emit every line of the body."""
    for line in (await request.body()).split(b"\n"):
        await server.emit("message", orjson.loads(line), room=ROOM)
    return Response(status_code=204)


server.on("connect", connect)
app: Final = socketio.ASGIApp(
    server, other_asgi_app=Starlette(routes=[Route("/publish", publish, methods=["POST"])])
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        ws_ping_interval=None,  # Engine.IO pings by itself
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
    )
