"""Where a client's bytes go: straight into the server's transport, or through ASGI ``send``."""

import asyncio
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from starlette.types import Message, Receive, Scope, Send

from channels.codes import SLOW, Code
from channels.form import Form, Pack, Wrap, bare, binary_frame, chunk, text_frame
from channels.limits import Limits
from channels.protocol import Codec
from channels.subscription import Transport

# A server that lets us write to its transport puts a Transport into the scope under this name.
EXTENSION: Final = "uhok.transport"
# One that can do without the application from then on puts itself there, too, as a Line.
LINE: Final = "uhok.line"
GONE: Final = frozenset({"websocket.disconnect", "http.disconnect"})


class Line(Protocol):
    """A server's end of one connection, which needs no task of ours while nothing happens."""

    def keep(self, heard: Callable[[bytes], None], gone: Callable[[], None]) -> None:
        """Go on when the application has returned: hand on what the client says, and its end."""

    def finish(self, code: Code) -> None:
        """Tell the client the end, and close when it has taken what was written before."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """How one kind of transport carries payloads and its end, through ASGI and by itself."""

    raw: Wrap
    message: Callable[[bytes], Message]
    last: Callable[[Code], Message]


class Wire:
    """Writes to one client without waiting.

    Without a transport of the server's, what cannot be sent at once waits here for a task that
    lives as long as there is something to send; with one, there is no task at all.
    """

    __slots__ = (
        "_ending",
        "_envelope",
        "_kept",
        "_limits",
        "_line",
        "_patience",
        "_send",
        "_size",
        "_transport",
        "_waiting",
        "_writer",
        "door",
        "ended",
        "form",
    )

    def __init__(self, scope: Scope, send: Send, *, envelope: Envelope, limits: Limits) -> None:
        self._send = send
        self._envelope = envelope
        self._limits = limits
        extensions: MutableMapping[str, Any] = scope.get("extensions") or {}
        self._transport: Transport | None = extensions.get(EXTENSION)
        self._line: Line | None = extensions.get(LINE)
        self._kept = False  # the line goes on by itself
        self._waiting: list[bytes] = []
        self._size = 0
        self._writer: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._patience: asyncio.Timeout | None = None
        self.door: str = scope.get("path", "").rpartition("/")[2]  # by which the client came
        self.ended = False
        self.form: Form

    @property
    def waiting(self) -> int:
        """Return how many bytes the client has not taken yet."""
        if self._transport is not None:
            return self._transport.get_write_buffer_size()
        return self._size

    @property
    def direct(self) -> tuple[Form, Transport] | None:
        """Return the transport that takes frames of our form as they are, if there is one."""
        return None if self._transport is None else (self.form, self._transport)

    def speak(self, codec: Codec, pack: Pack, kind: type[Form] = Form) -> None:
        """Decide what is spoken; wires that speak the same share the form."""
        wrap = bare if self._transport is None else self._envelope.raw
        self.form = _form(kind, codec, pack=pack, wrap=wrap)

    def write(self, data: bytes) -> bool:
        """Write what the form made, or report that too much waits already.

        A healthy client's transport is empty between two turns of the loop, so what one turn
        brings may be more than the bound.
        """
        transport = self._transport
        if transport is not None:
            if transport.get_write_buffer_size() > self._limits.pending_bytes:
                return False
            if not transport.is_closing():
                transport.write(data)
            return True
        if self._size > self._limits.pending_bytes:
            return False
        self._waiting.append(data)
        self._size += len(data)
        if self._writer is None:
            self._writer = asyncio.create_task(self._empty())
        return True

    def end(self, code: Code | None) -> None:
        """Write no more; tell the client the code, unless it is gone already.

        A client that does not take the end within ``close_seconds`` is cut off.
        """
        if self.ended:
            return
        self.ended = True
        if self._kept:
            if code is not None and self._line is not None:
                self._line.finish(code)
                loop = asyncio.get_running_loop()
                loop.call_later(self._limits.close_seconds, self._cut_stalled)
            return
        if code == SLOW:
            self._waiting.clear()
        if code is None:
            if self._writer is not None:
                self._writer.cancel()
        else:
            self._ending = asyncio.create_task(self._finish(code))

    async def serve(
        self, receive: Receive, heard: Callable[[bytes], None], gone: Callable[[], None]
    ) -> bool:
        """Hand on what the client says until either side has had enough.

        True: the server goes on with that by itself, and calls ``gone`` when the client is. Else
        it is over, and whoever is served here is told to end by its door.
        """
        if self._line is not None and not self.ended:
            self._kept = True
            del self._send  # and with it all that stands between the application and the server
            self._line.keep(heard, gone)
            return True
        try:
            async with asyncio.timeout(None) as self._patience:
                while (message := await receive())["type"] not in GONE:
                    heard(said(message))
        except TimeoutError:
            pass  # it does not even take the end: when the door returns, it is cut off
        finally:
            for task in (self._writer, self._ending):
                if task is not None:
                    task.cancel()
        return False

    async def _empty(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                for data in waiting:
                    await self._send(self._envelope.message(data))
                    self._size -= len(data)
        except OSError:
            return  # the client is gone; its door hears of that
        finally:
            self._writer = None

    async def _finish(self, code: Code) -> None:
        try:
            async with asyncio.timeout(self._limits.close_seconds):
                if self._writer is not None:
                    await self._writer
                await self._send(self._envelope.last(code))
        except (TimeoutError, OSError):
            self._cut()

    def _cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        elif self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    def _cut_stalled(self) -> None:
        if self.waiting:
            self._cut()


def said(message: Message) -> bytes:
    """Return what a WebSocket's frame holds, of either kind."""
    text: str | None = message.get("text")
    return text.encode() if text is not None else message.get("bytes") or b""


def _form(kind: type[Form], codec: Codec, *, pack: Pack, wrap: Wrap) -> Form:
    key = (kind, codec, pack, wrap)
    if key not in _FORMS:
        _FORMS[key] = kind(codec, pack, wrap)
    return _FORMS[key]


# As many as there are doors; wires that speak alike find each other's form here.
_FORMS: Final[dict[tuple[type[Form], Codec, Pack, Wrap], Form]] = {}


TEXT_FRAMES: Final = Envelope(
    raw=text_frame,
    message=lambda payload: {"type": "websocket.send", "text": payload.decode()},
    last=lambda code: {"type": "websocket.close", "code": code.code, "reason": code.reason},
)
BINARY_FRAMES: Final = Envelope(
    raw=binary_frame,
    message=lambda payload: {"type": "websocket.send", "bytes": payload},
    last=TEXT_FRAMES.last,
)
BODY: Final = Envelope(
    raw=chunk,
    message=lambda payload: {"type": "http.response.body", "body": payload, "more_body": True},
    last=lambda _: {"type": "http.response.body", "body": b"", "more_body": False},
)
