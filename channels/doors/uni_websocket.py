"""The WebSocket door behind which a client only listens."""

import asyncio
from typing import Final

from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from channels import codes
from channels.allowance import Allowance
from channels.codes import Code
from channels.doors.answer import UNI_FRAMES
from channels.doors.entrance import Visit, asked
from channels.doors.introduction import introduce, read_wish
from channels.doors.websocket import explain, turn_away
from channels.listener import Listener
from channels.live import Live
from channels.protocol import Violation
from channels.wire import GONE, said

PATH: Final = "/connection/uni_websocket"


class UniWebSocketDoor:
    """An ASGI application for one path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one client until either side has had enough."""
        live: Live = scope["state"]["live"]
        await receive()  # the wish to connect
        with Visit(scope, live) as visit:
            if visit.refusal:
                await turn_away(send, visit.refusal)
                return
            await send({"type": "websocket.accept"})
            listener = Listener(live, UNI_FRAMES.wire(scope, send, live), says_goodbye=False)
            visit.receive(listener)
            listener.open()
            try:
                listener.begin(await _meet(listener, HTTPConnection(scope), receive))
            except Gone:
                return
            await visit.go_on(receive, _Politely(listener))


async def _meet(listener: Listener, client: HTTPConnection, receive: Receive) -> Code | None:
    """Hear what the client wants, and open it; return what stands against it. Raises Gone."""
    limits = listener.live.parts.limits
    wish = asked(client.scope, "cf_connect").encode(errors="replace")
    try:
        if not wish:
            async with asyncio.timeout(limits.stale_seconds):
                message = await receive()
            if message["type"] in GONE:
                raise Gone
            wish = said(message)
        if len(wish) > limits.frame_bytes:
            return codes.TOO_BIG
        return await introduce(listener, client, read_wish(wish, listener.live))
    except TimeoutError:
        return codes.STALE
    except Violation as violation:
        return violation.code


class Gone(Exception):
    """The client left before it had said what it wants."""


class _Politely:
    """Hears a client out that has nothing more to say, unless it goes on and on."""

    __slots__ = ("_allowance", "_frame_bytes", "_listener")

    def __init__(self, listener: Listener) -> None:
        limits = listener.live.parts.limits
        self._listener = listener
        self._frame_bytes = limits.frame_bytes
        self._allowance = Allowance(limits.commands_per_second)

    def __call__(self, frame: bytes) -> None:
        if len(frame) > self._frame_bytes:
            self._listener.close(codes.TOO_BIG)
        elif not self._allowance.spend(1):
            self._listener.close(codes.FLOOD)


routes: Final[list[BaseRoute]] = [
    WebSocketRoute(PATH, UniWebSocketDoor()),
    Route(PATH, explain),
]
