"""The streaming door: commands come with a POST, and replies stream back as its answer."""

from typing import Final

from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from channels.doors.answer import BINARY, JSON_LINES, PROTOBUF_STREAM
from channels.doors.conversation import converse
from channels.doors.origin import permit

PATH: Final = "/connection/http_stream"


class HttpStreamDoor:
    """An ASGI application for one path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client in the form in which it speaks."""
        request = Request(scope, receive)
        spoken = PROTOBUF_STREAM if speaks_protobuf(request) else JSON_LINES
        await converse(request, receive, send, spoken=spoken)


def speaks_protobuf(request: Request) -> bool:
    """Tell whether the body is said to be binary; all else is taken for JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == BINARY


routes: Final[list[BaseRoute]] = [
    Route(PATH, HttpStreamDoor(), methods=["POST"]),
    Route(PATH, permit, methods=["OPTIONS"]),
]
