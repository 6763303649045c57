"""The event-stream door: plain ``EventSource`` and curl listen here, and resume by ``id:``."""

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from channels import cursor
from channels.codes import Code
from channels.credentials import ANONYMOUS, Credentials, TokenExpired, TokenInvalid
from channels.limits import Limits
from channels.listener import UNI_JSON, Listener
from channels.live import Live
from channels.origin import admitted
from channels.outbound import Outbound, pump
from channels.protocol import ConnectRequest, Violation

PATH: Final = "/connection/uni_sse"
COOKIE: Final = "uhok_live"
HEADERS: Final = {
    "Cache-Control": "private, no-cache, no-store, must-revalidate, max-age=0",
    "X-Accel-Buffering": "no",
}
MEDIA_TYPE: Final = "text/event-stream; charset=utf-8"
BEARER: Final = "bearer "


class EventStream(Response):
    """A response that lasts as long as the listener does."""

    def __init__(self, listener: Listener, outbound: Outbound, limits: Limits) -> None:
        super().__init__(headers=HEADERS, media_type=MEDIA_TYPE)
        del self.headers["content-length"]
        self._listener, self._outbound, self._limits = listener, outbound, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write events until either side has had enough."""
        assert scope["type"] == "http"
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        hello = b"retry: %d\n\n" % self._limits.retry_ms

        async def write(frames: list[bytes]) -> None:
            body = b"".join(frames)
            await send({"type": "http.response.body", "body": body, "more_body": True})

        async def finish(code: Code) -> None:
            await write([self._listener.farewell(code)])
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        async with asyncio.TaskGroup() as tasks:
            watcher = tasks.create_task(_until_gone(receive, self._listener))
            try:
                await send(start)
                await write([hello])
                await pump(self._outbound, self._limits.close_seconds, write=write, finish=finish)
            finally:
                self._listener.close(None)
                watcher.cancel()


async def listen(request: Request) -> Response:
    """GET, POST /connection/uni_sse"""
    live: Live = request.state["live"]
    limits, resumed = live.parts.limits, request.headers.get("last-event-id")
    if not admitted(request.headers, live.parts.origins):
        raise HTTPException(403, "허용되지 않은 출처입니다.")
    wish = await _wish(request, limits)
    if request.method == "HEAD":
        return Response(headers=HEADERS, media_type=MEDIA_TYPE)
    since = live.hub.orders_given
    credentials = await _authenticate(request, live, wish)
    if credentials is None:
        return _stay_away(401, resumed)
    outbound = Outbound(limits.pending_bytes)
    listener = Listener(live, outbound, credentials=credentials, frame=_event)
    position = resumed or request.query_params.get("last_event_id", "")
    try:
        await listener.subscribe(wish, cursor.read(position))
    except Violation as violation:
        listener.close(violation.code)
        return EventStream(listener, outbound, limits)
    except BaseException:
        listener.close(None)
        raise
    if wish.subs and len(listener.refused) == len(wish.subs):
        listener.close(None)
        return _stay_away(403, resumed)
    listener.begin(since=since)
    return EventStream(listener, outbound, limits)


def _stay_away(status: int, resumed: str | None) -> Response:
    # An EventSource that comes back by itself is stopped by 204; whoever asks anew is told why.
    if resumed is not None:
        return Response(status_code=204)
    reasons = {401: "로그인이 필요합니다.", 403: "해당 채널을 구독할 권한이 없습니다."}
    raise HTTPException(status, reasons[status])


async def _wish(request: Request, limits: Limits) -> ConnectRequest:
    if request.method == "POST":
        body = await request.body()
    else:
        body = request.query_params.get("cf_connect", "{}").encode()
    if len(body) > limits.frame_bytes:
        raise HTTPException(413, "요청이 너무 큽니다.")
    try:
        wish = UNI_JSON.decode(body or b"{}")
    except Violation:
        raise HTTPException(400, "cf_connect 값이 올바르지 않습니다.") from None
    if len(wish.subs) > limits.channels:
        raise HTTPException(400, "구독할 채널이 너무 많습니다.")
    return wish


async def _authenticate(request: Request, live: Live, wish: ConnectRequest) -> Credentials | None:
    header = request.headers.get("authorization", "")
    bearer = header[len(BEARER) :] if header.lower().startswith(BEARER) else ""
    token = wish.token or bearer or request.cookies.get(COOKIE, "")
    try:
        return await live.parts.authenticate(token or None) or ANONYMOUS
    except (TokenExpired, TokenInvalid):
        return None


def _event(push: bytes, position: bytes | None) -> bytes:
    if position is None:
        return b"data: %b\n\n" % push
    return b"id: %b\ndata: %b\n\n" % (position, push)


async def _until_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.close(None)


routes: Final[list[BaseRoute]] = [Route(PATH, listen, methods=["GET", "POST"])]
