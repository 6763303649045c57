"""uvicorn's protocols, with their transports within reach of the channel layer.

A message to a thousand listeners need not pass a thousand times through ASGI. What is written
past it is whole WebSocket frames and whole chunks, so it never falls into the middle of another.
And a connection that only waits needs no task that waits with it, no queue, and nothing of the
request that it began with: once the application has said so, it is kept without.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final, cast

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from channels.codes import Code
from channels.wire import EXTENSION, GONE, LINE, said

# A peer that is gone without a word, or reads nothing, is given up after this time.
UNANSWERED_SECONDS: Final = 60
UNTAKEN_BYTES: Final = 64 * 1024  # beyond which a WebSocket's pings stay unanswered
TCP: Final = frozenset({socket.AF_INET, socket.AF_INET6})
END_OF_BODY: Final = b"0\r\n\r\n"  # RFC 9112 section 7.1

Heard = Callable[[bytes], None]
Gone = Callable[[], None]


class OpenHttp(HttpToolsProtocol):
    """HTTP/1.1 whose streams can be written to directly, and kept without the application."""

    _gone: Gone | None = None
    _served: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a new connection."""
        super().connection_made(transport)
        bound_patience(transport)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        scope = cast("dict[str, object]", cycle.scope)
        scope["extensions"] = {EXTENSION: self.transport, LINE: self}
        self._served = cycle  # not always the newest: requests may be pipelined
        super()._start_asgi_task(cycle, app)

    def keep(self, heard: Heard, gone: Gone) -> None:
        """Go on without the application; a stream's client has nothing more to say on it.

        Its head said that the connection ends with it, so what is asked behind it is not heard.
        """
        assert self._served is not None, "nothing was asked"
        self._served.response_complete = True  # so that the application may return
        self._gone = gone
        if self.transport.is_closing():
            gone()
        else:
            self.flow.resume_reading()  # else its end might go unnoticed
        self._served = None
        del self.cycle, self.scope, self.headers, self.pipeline
        self.parser = cast("Any", None)
        self.flow = cast("FlowControl", UNHURRIED)

    def finish(self, code: Code) -> None:
        """End the body, and close."""
        if not self.transport.is_closing():
            self.transport.write(END_OF_BODY)
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        if self._gone is None:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note of the end."""
        if self._gone is None:
            super().connection_lost(exc)
        else:
            self.connections.discard(self)
            self._gone()

    def shutdown(self) -> None:
        """End it for good: the server has waited long enough."""
        if self._gone is None:
            super().shutdown()
        else:
            self.transport.close()


class OpenWebSocket(WebSocketsSansIOProtocol):
    """WebSockets that can be written to directly, unless their frames are transformed."""

    _kept = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection over."""
        super().connection_made(transport)
        bound_patience(self.transport)

    def handle_connect(self, event: Request) -> None:
        """Begin a connection."""
        super().handle_connect(event)
        if self.response.status_code == 101 and not self.conn.extensions:
            extensions = cast("dict[str, object]", self.scope["extensions"])
            extensions |= {EXTENSION: self.transport, LINE: self}

    def keep(self, heard: Heard, gone: Gone) -> None:
        """Go on without the application."""
        self._kept = True
        inbox, queue = Inbox(heard, gone), self.queue
        self.queue = cast("asyncio.Queue[Any]", inbox)
        while not queue.empty():
            inbox.put_nowait(queue.get_nowait())
        if self.read_paused:
            self.transport.resume_reading()
        self.read_paused = True  # which keeps it from being paused for each message
        self.writable = cast("asyncio.Event", UNHURRIED)
        del self.scope, self.request, self.response

    def handle_ping(self) -> None:
        """Answer, unless the client takes no answers: they must not pile up for it."""
        if self.transport.get_write_buffer_size() > UNTAKEN_BYTES:
            self.conn.data_to_send()
        else:
            super().handle_ping()

    def finish(self, code: Code) -> None:
        """Say the code, and close when the client has answered."""
        if self.close_sent or self.transport.is_closing():
            return
        if self.conn.state is not State.OPEN:
            return  # its own end came behind what it said, and is answered next
        self.conn.send_close(*code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    async def run_asgi(self) -> None:
        """Run the application; the connection ends with it, unless it is kept."""
        try:
            await self.app(cast("Any", self.scope), self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application")
            self.send_500_response()
        else:
            self.send_500_response()  # unless there was an answer of any kind
        if not self._kept and self.close_timer is None:
            self.transport.close()


class Inbox:
    """Stands where a queue was: what is put into it is handed on at once."""

    __slots__ = ("_gone", "_heard")

    def __init__(self, heard: Heard, gone: Gone) -> None:
        self._heard = heard
        self._gone = gone

    def put_nowait(self, message: Any) -> None:  # noqa: ANN401 (an ASGI event)
        """Hand on what is said, or that the client is gone."""
        if message["type"] in GONE:
            self._gone()
        else:
            self._heard(said(message))


class _Unhurried:
    """Stands where somebody waited for a full transport to empty; now nobody does."""

    def clear(self) -> None:
        """Pass over that there is no room, and that there is."""

    set = pause_writing = resume_writing = clear


UNHURRIED: Final = _Unhurried()


def bound_patience(transport: asyncio.Transport) -> None:
    """Have the kernel end the connection when what was written stays unread for too long.

    Source: RFC 5482, as Linux has it; elsewhere the bytes that wait for a client are bounded.
    """
    own = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None and own is not None and own.family in TCP:
        own.setsockopt(socket.IPPROTO_TCP, option, UNANSWERED_SECONDS * 1000)
