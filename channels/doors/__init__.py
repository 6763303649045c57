"""Where clients come in: each transport is a door of its own to the same channel layer."""

from typing import Final

from starlette.routing import BaseRoute

from channels.doors import (
    emulation,
    http_stream,
    sse,
    uni_http_stream,
    uni_sse,
    uni_websocket,
    websocket,
)

routes: Final[list[BaseRoute]] = [
    *websocket.routes,
    *http_stream.routes,
    *sse.routes,
    *emulation.routes,
    *uni_sse.routes,
    *uni_http_stream.routes,
    *uni_websocket.routes,
]
