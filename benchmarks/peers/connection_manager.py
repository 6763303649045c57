"""Plain Starlette: a list of WebSockets, and a loop that sends each of them the same text."""

import sys
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


class ConnectionManager:
    """Everybody who is connected."""

    def __init__(self) -> None:
        self.active: list[WebSocket] = []

    async def connect(self, websocket: WebSocket) -> None:
        """Let one in."""
        await websocket.accept()
        self.active.append(websocket)

    def disconnect(self, websocket: WebSocket) -> None:
        """Let one go."""
        self.active.remove(websocket)

    async def broadcast(self, text: str) -> None:
        """Send everybody the text, one after the other."""
        for websocket in list(self.active):
            await websocket.send_text(text)


manager: Final = ConnectionManager()


async def listen(websocket: WebSocket) -> None:
    """Keep one listener until it goes."""
    await manager.connect(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        manager.disconnect(websocket)


async def publish(request: Request) -> Response:
    """Broadcast every line of the body."""
    for text in (await request.body()).decode().split("\n"):
        await manager.broadcast(text)
    return Response(status_code=204)


app: Final = Starlette(
    routes=[WebSocketRoute("/listen", listen), Route("/publish", publish, methods=["POST"])]
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        ws_ping_interval=None,  # it is spared what the listeners here do not need
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
    )
