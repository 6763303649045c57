"""The doors of the channel layer on a real port, under several servers."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import hypercorn
import hypercorn.asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from channels import doors
from channels.live import Live
from server.sockets import OpenHttp, OpenWebSocket
from tests.channels.toys import soon

Serve = Callable[[ASGIApp, socket.socket], AbstractAsyncContextManager[None]]

OURS = {"http": OpenHttp, "ws": OpenWebSocket}
STOCK = {"http": "httptools", "ws": "websockets-sansio"}


def application(live: Live) -> Starlette:
    """Return an application with nothing but the doors."""

    @asynccontextmanager
    async def lifespan(app: Starlette):
        yield {"live": live}

    return Starlette(routes=doors.routes, lifespan=lifespan)


def uvicorn_with(**options: Any) -> Serve:
    """Return how uvicorn serves, with these options."""

    @asynccontextmanager
    async def serve(app: ASGIApp, door: socket.socket) -> AsyncIterator[None]:
        config = uvicorn.Config(
            app,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            ws_max_size=64 * 1024,
            log_level="warning",
            timeout_graceful_shutdown=5,
            **options,
        )
        server = uvicorn.Server(config)
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve([door]))
            await soon(lambda: server.started or serving.done())
            yield
            server.should_exit = True

    return serve


@asynccontextmanager
async def under_hypercorn(app: ASGIApp, door: socket.socket) -> AsyncIterator[None]:
    """Serve as a server does that knows nothing of our transports."""
    config = hypercorn.Config()
    config.bind = [f"fd://{os.dup(door.fileno())}"]
    config.websocket_max_message_size = 64 * 1024
    config.graceful_timeout = 5
    config.errorlog = None
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hypercorn.asyncio.serve(app, config, shutdown_trigger=over.wait))
        yield
        over.set()


SERVERS: dict[str, Serve] = {
    "ours": uvicorn_with(**OURS),
    "stock": uvicorn_with(**STOCK),
    "hypercorn": under_hypercorn,
}


@asynccontextmanager
async def served(live: Live, serve: Serve = SERVERS["ours"]) -> AsyncIterator[str]:
    """Yield ``host:port`` of a server with nothing but the doors."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        where = f"127.0.0.1:{door.getsockname()[1]}"
        async with serve(application(live), door):
            yield where
            live.hub.close_all()
