"""Every request has a name, which its answer, its log lines and its errors carry."""

import re
from collections.abc import Callable
from typing import Final
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = b"x-request-id"
ACCEPTABLE: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


class RequestId:
    """Keep a well-formed name that came with the request, or draw one."""

    def __init__(self, app: ASGIApp, *, new_id: Callable[[], str] = lambda: uuid4().hex) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, named."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        asked = dict(scope["headers"]).get(HEADER, b"")
        name = asked.decode() if ACCEPTABLE.fullmatch(asked) else self._new_id()
        scope["request_id"] = name

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (HEADER, name.encode())]
            await send(message)

        tokens = structlog.contextvars.bind_contextvars(request_id=name)
        try:
            await self._app(scope, receive, send_named)
        finally:
            structlog.contextvars.reset_contextvars(**tokens)
