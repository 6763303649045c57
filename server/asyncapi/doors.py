"""The doors to the channels: one server each, and what a request at one looks like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from channels.doors import (
    emulation,
    http_stream,
    sse,
    uni_http_stream,
    uni_sse,
    uni_websocket,
    websocket,
)

HOST: Final = {
    "host": {"default": "localhost:9000", "description": "Where you read this, and its port."}
}
SUBPROTOCOLS: Final = (websocket.JSON_NAME, websocket.PROTOBUF_NAME)


@dataclass(frozen=True, slots=True)
class Door:
    """One way in. ``methods`` are those of HTTP, ``forms`` the encodings it speaks."""

    path: str
    protocol: str
    about: str
    methods: tuple[str, ...]
    forms: tuple[str, ...] = ("JSON",)
    subprotocols: tuple[str, ...] = ()
    one_way: bool = False

    def described(self) -> dict[str, Any]:
        """Return the Server Object."""
        return {
            "host": "{host}",
            "pathname": self.path,
            "protocol": self.protocol,
            "protocolVersion": "13" if self.protocol == "ws" else "1.1",
            "title": self.path,
            "description": self.about,
            "variables": HOST,
            "tags": [{"name": "one-way" if self.one_way else "both ways"}]
            + [{"name": form} for form in self.forms],
            "bindings": {"ws" if self.protocol == "ws" else "http": {}},
            "x-methods": list(self.methods),
            **({"x-subprotocols": list(self.subprotocols)} if self.subprotocols else {}),
        }


BOTH: Final = ("JSON", "Protobuf")
DOORS: Final[Mapping[str, Door]] = {
    "websocket": Door(
        websocket.PATH,
        "ws",
        "WebSocket. The subprotocol chooses the encoding, and none is JSON.",
        ("GET",),
        BOTH,
        SUBPROTOCOLS,
    ),
    "http_stream": Door(
        http_stream.PATH,
        "http",
        "Commands in the body, replies in the streamed answer; further commands by `/emulation`."
        " `Content-Type: application/octet-stream` chooses Protobuf.",
        ("POST",),
        BOTH,
    ),
    "sse": Door(
        sse.PATH,
        "sse",
        "An event stream of replies; further commands by `/emulation`.",
        ("GET", "POST"),
    ),
    "emulation": Door(
        emulation.PATH,
        "http",
        "The other direction of `http_stream` and `sse`; any worker takes it. Answers 204.",
        ("POST",),
        BOTH,
    ),
    "uni_websocket": Door(
        uni_websocket.PATH,
        "ws",
        "WebSocket on which only the server speaks; the first message, or `cf_connect`, says to"
        " which channels one listens.",
        ("GET",),
        one_way=True,
    ),
    "uni_http_stream": Door(
        uni_http_stream.PATH,
        "http",
        "One JSON object a line, for curl and programs without a library.",
        ("GET", "POST"),
        one_way=True,
    ),
    "uni_sse": Door(
        uni_sse.PATH,
        "sse",
        "For a plain `EventSource`. Events have an `id`; sent back as `Last-Event-ID` it recovers"
        " what was missed.",
        ("GET", "POST"),
        one_way=True,
    ),
}
CHANNEL_BINDINGS: Final = {
    "handshake": {
        "ws": {
            "method": "GET",
            "headers": {
                "type": "object",
                "properties": {
                    "Sec-WebSocket-Protocol": {"type": "string", "enum": list(SUBPROTOCOLS)}
                },
            },
            "bindingVersion": "0.1.0",
        }
    }
}
OPERATION_BINDINGS: Final = {
    "request": {
        "http": {
            "method": "GET",
            "query": {
                "type": "object",
                "properties": {
                    "cf_connect": {
                        "type": "string",
                        "description": 'What a one-way client wants, as JSON: `{"subs":{...}}`.',
                    }
                },
            },
            "bindingVersion": "0.3.0",
        }
    }
}


def servers() -> dict[str, dict[str, Any]]:
    """Return a Server Object for each door, by its name."""
    return {name: door.described() for name, door in DOORS.items()}
