"""One log line per request, after its answer ended; never a query, a body or a token.

And one step of the counters, except for live connections: those last, and are counted where they
are kept.
"""

from time import perf_counter
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.metrics import ServerMetrics

CONNECTIONS: Final = "/connection/"

log = structlog.get_logger()


class AccessLog:
    """Write down who asked for what, what came of it and how long it took."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 0, perf_counter()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            seconds = perf_counter() - started
            _count(scope, status, seconds)
            client = scope.get("client")
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(seconds * 1000, 1),
                client=client[0] if client else None,
            )


def _count(scope: Scope, status: int, seconds: float) -> None:
    metrics: ServerMetrics | None = scope.get("state", {}).get("metrics")
    if metrics is not None and not scope["path"].startswith(CONNECTIONS):
        route = getattr(scope.get("route"), "path", "")
        metrics.answered(scope["method"], route, status, seconds=seconds)
