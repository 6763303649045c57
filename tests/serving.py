"""An ASGI application under uvicorn, in this process, on a port of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn

from tests.engines import claim_port

HOST = "127.0.0.1"


class QuietServer(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def address() -> Iterator[tuple[str, int]]:
    """Yield a host and port that stay ours, whether anybody listens there or not."""
    claim, port = claim_port()
    with claim:
        yield HOST, port


@asynccontextmanager
async def served(app: Any, where: tuple[str, int]) -> AsyncIterator[str]:
    """Serve there for as long as the block lasts; yields the base URL."""
    with socket.create_server(where) as door:  # callers may come before the server is up
        # asyncio does it only for sockets that name their protocol; else each answer waits 40 ms.
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        config = uvicorn.Config(
            app,
            log_config=None,
            lifespan="on",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=5,
        )
        server = QuietServer(config)
        serving = asyncio.create_task(server.serve([door]))
        try:
            yield f"http://{where[0]}:{where[1]}"
        finally:
            server.should_exit = True
            await serving
