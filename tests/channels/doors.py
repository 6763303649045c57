"""The two doors of the channel layer on a real port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from channels import sse, websocket
from channels.live import Live
from tests.channels.toys import soon


@asynccontextmanager
async def served(live: Live) -> AsyncIterator[str]:
    """Yield ``host:port`` of a server with nothing but the doors."""

    @asynccontextmanager
    async def lifespan(app: Starlette):
        yield {"live": live}

    app = Starlette(routes=[*websocket.routes, *sse.routes], lifespan=lifespan)
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_max_size=64 * 1024,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve([door]))
            await soon(lambda: server.started or serving.done())
            yield f"127.0.0.1:{door.getsockname()[1]}"
            live.hub.close_all()
            server.should_exit = True
