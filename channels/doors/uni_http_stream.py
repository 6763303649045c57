"""The plainest door: one request, and then a line of JSON for everything that happens."""

from typing import Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from channels.doors.answer import UNI_LINES
from channels.doors.introduction import narrate
from channels.doors.origin import permit

PATH: Final = "/connection/uni_http_stream"


class UniHttpStreamDoor:
    """An ASGI application for one path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client."""
        await narrate(Request(scope, receive), receive, send, spoken=UNI_LINES)


routes: Final[list[BaseRoute]] = [
    Route(PATH, UniHttpStreamDoor(), methods=["GET", "POST"]),
    Route(PATH, permit, methods=["OPTIONS"]),
]
