"""The event-stream door of the bidirectional protocol; JSON only, as event streams are text."""

from typing import Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from channels.doors.answer import JSON_EVENTS
from channels.doors.conversation import converse
from channels.doors.origin import permit

PATH: Final = "/connection/sse"
# Tells the client that the stream is open before there is anything to say.
HELLO: Final = b"\r\n"


class SseDoor:
    """An ASGI application for one path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client."""
        await converse(Request(scope, receive), receive, send, spoken=JSON_EVENTS, hello=HELLO)


routes: Final[list[BaseRoute]] = [
    Route(PATH, SseDoor(), methods=["GET", "POST"]),
    Route(PATH, permit, methods=["OPTIONS"]),
]
