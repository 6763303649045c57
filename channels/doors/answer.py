"""An answer that does not end: in what form it is spoken, and how it begins."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope, Send

from channels.codec.json import JsonCodec, UniJsonCodec
from channels.codec.protobuf import ProtobufCodec
from channels.doors.origin import cross_origin
from channels.form import (
    Form,
    MarkedForm,
    Pack,
    concatenated,
    ended_lines,
    events,
    lines,
)
from channels.live import Live
from channels.protocol import Codec
from channels.wire import BINARY_FRAMES, BODY, TEXT_FRAMES, Envelope, Wire

BINARY: Final = "application/octet-stream"
# A cache, or a proxy that collects, would hold back what is said.
HEADERS: Final = {
    "Cache-Control": "private, no-cache, no-store, must-revalidate, max-age=0, no-transform",
    "X-Accel-Buffering": "no",
}
EVENT_STREAM: Final = "text/event-stream; charset=utf-8"

JSON: Final = JsonCodec()
UNI_JSON: Final = UniJsonCodec()
PROTOBUF: Final = ProtobufCodec()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A codec, what goes around its messages, and what the answer is called that holds them."""

    media_type: str = ""  # of an HTTP answer
    codec: Codec
    pack: Pack
    envelope: Envelope = BODY
    kind: type[Form] = Form

    def wire(self, scope: Scope, send: Send, live: Live) -> Wire:
        """Return a wire that speaks this."""
        wire = Wire(scope, send, envelope=self.envelope, limits=live.parts.limits)
        wire.speak(self.codec, self.pack, self.kind)
        return wire


JSON_FRAMES: Final = Format(codec=JSON, pack=lines, envelope=TEXT_FRAMES)
PROTOBUF_FRAMES: Final = Format(codec=PROTOBUF, pack=concatenated, envelope=BINARY_FRAMES)
JSON_LINES: Final = Format(media_type="application/x-ndjson", codec=JSON, pack=ended_lines)
PROTOBUF_STREAM: Final = Format(media_type=BINARY, codec=PROTOBUF, pack=concatenated)
JSON_EVENTS: Final = Format(media_type=EVENT_STREAM, codec=JSON, pack=events)
UNI_FRAMES: Final = Format(codec=UNI_JSON, pack=lines, envelope=TEXT_FRAMES)
UNI_LINES: Final = Format(media_type="application/x-ndjson", codec=UNI_JSON, pack=ended_lines)
UNI_EVENTS: Final = Format(media_type=EVENT_STREAM, codec=UNI_JSON, pack=events, kind=MarkedForm)


def head(request: Request, live: Live, spoken: Format) -> Response:
    """Return the answer as far as it can be known; also the whole answer to a HEAD."""
    headers = HEADERS | cross_origin(request.headers, live.parts.origins)
    if request.scope["http_version"].startswith("1") and request.method != "HEAD":
        # Whoever comes back after the end may be wanted elsewhere: this worker may be stopping.
        headers["Connection"] = "close"
    return Response(headers=headers, media_type=spoken.media_type)


async def begin(send: Send, start: Response, hello: bytes = b"") -> None:
    """Send the head, and what comes before all messages."""
    headers = [(name, value) for name, value in start.raw_headers if name != b"content-length"]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    # Even an empty piece: whatever stands between us and the server may wait for the first one.
    await send({"type": "http.response.body", "body": hello, "more_body": True})
