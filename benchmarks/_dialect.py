"""How a listener gets in at each door, as bytes: what it says, and what it waits for."""

import base64
import os
import struct
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import orjson

from benchmarks._wire import HOST

TEXT, BINARY = 0x81, 0x82  # RFC 6455, 5.2: the last frame of a message of this kind
HEAD: Final = b"\r\n\r\n"
WEBSOCKET: Final = "/connection/websocket"
EVENT_STREAM: Final = "/connection/uni_sse"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is said on the way in, each time the awaited bytes have come; and the pings' answer."""

    hello: bytes
    steps: tuple[tuple[bytes, bytes], ...]
    ping: bytes = b""
    pong: bytes = b""


def frame(payload: bytes, *, kind: int = TEXT) -> bytes:
    """Return a client's WebSocket frame; a mask of zeros is a mask."""
    if len(payload) < 126:
        head = bytes((kind, 0x80 | len(payload)))
    else:
        head = bytes((kind, 0x80 | 126)) + struct.pack("!H", len(payload))
    return head + bytes(4) + payload


def get(path: str, *headers: str) -> bytes:
    """Return the head of a GET request."""
    return "\r\n".join((f"GET {path} HTTP/1.1", f"Host: {HOST}", *headers, "", "")).encode()


def upgrade(path: str, *headers: str) -> bytes:
    """Return the wish for a WebSocket (RFC 6455, 4.1)."""
    key = base64.b64encode(os.urandom(16)).decode()
    asked = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    return get(path, *asked, f"Sec-WebSocket-Key: {key}", *headers)


def centrifuge_json(channel: str) -> Dialect:
    """Connect and subscribe in one frame of JSON lines."""
    subscribe = orjson.dumps({"id": 2, "subscribe": {"channel": channel}})
    wish = frame(b'{"id":1,"connect":{}}\n' + subscribe)
    steps = ((HEAD, wish), (b'"id":2,"subscribe":', b""))
    return Dialect(upgrade(WEBSOCKET), steps, ping=b"{}", pong=frame(b"{}"))


def centrifuge_protobuf(channel: str) -> Dialect:
    """Connect and subscribe in one frame of messages with their lengths before them.

    In a Command 1 is the id, 4 ``connect`` and 5 ``subscribe``, whose 1 is the channel; in a Reply
    6 answers ``subscribe``. A tag is ``number << 3``, plus 2 for what has a length.
    """
    asked = b"\x0a" + _sized(channel.encode())
    commands = _sized(b"\x08\x01\x22\x00") + _sized(b"\x08\x02\x2a" + _sized(asked))
    steps = ((HEAD, frame(commands, kind=BINARY)), (b"\x08\x02\x32", b""))
    hello = upgrade(WEBSOCKET, "Sec-WebSocket-Protocol: centrifuge-protobuf")
    return Dialect(hello, steps, ping=b"\x82\x01\x00", pong=frame(b"\x00", kind=BINARY))


def centrifuge_events(channel: str) -> Dialect:
    """Ask for one channel as an event stream; its first event says that it is connected."""
    wish = quote(orjson.dumps({"subs": {channel: {}}}))
    return Dialect(
        get(f"{EVENT_STREAM}?cf_connect={wish}", "Accept: text/event-stream"),
        ((b'{"connect":', b""),),
    )


def plain_websocket(path: str) -> Dialect:
    """Listen on a WebSocket whose address is the subscription."""
    return Dialect(upgrade(path), ((HEAD, b""),))


def plain_events(path: str) -> Dialect:
    """Listen on an event stream whose address is the subscription."""
    return Dialect(get(path, "Accept: text/event-stream"), ((HEAD, b""),))


def socket_io(path: str) -> Dialect:
    """Open a Socket.IO session (Engine.IO 4) on a WebSocket from the start."""
    steps = ((b'0{"sid":', frame(b"40")), (b'40{"sid":', b""))
    hello = upgrade(f"{path}?EIO=4&transport=websocket")
    return Dialect(hello, steps, ping=b"\x81\x012", pong=frame(b"3"))


def _sized(message: bytes) -> bytes:
    assert len(message) < 128, "one byte of length is enough here"
    return bytes((len(message),)) + message
