"""The event-stream door: plain ``EventSource`` and curl listen here, and resume by ``id:``."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from channels.doors.answer import UNI_EVENTS
from channels.doors.introduction import STATUSES, narrate
from channels.doors.origin import permit
from channels.live import Live

PATH: Final = "/connection/uni_sse"


class UniSseDoor:
    """An ASGI application for one path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client."""
        request = Request(scope, receive)
        try:
            hello = _hello(scope["state"]["live"])
            await narrate(request, receive, send, spoken=UNI_EVENTS, hello=hello)
        except HTTPException as refusal:
            if "last-event-id" not in request.headers or refusal.status_code not in FOR_GOOD:
                raise
            # An EventSource that comes back by itself is stopped by 204 and by nothing else.
            await Response(status_code=204)(scope, receive, send)


FOR_GOOD: Final = frozenset(STATUSES.values()) - {429}


def _hello(live: Live) -> bytes:
    """Say when to come back after the end: not all at once."""
    least = live.parts.limits.retry_ms
    return b"retry: %d\n\n" % live.parts.chance.randint(least, least * 3 // 2)


routes: Final[list[BaseRoute]] = [
    Route(PATH, UniSseDoor(), methods=["GET", "POST"]),
    Route(PATH, permit, methods=["OPTIONS"]),
]
