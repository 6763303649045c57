"""Run the application under uvicorn, and stop it without losing anybody."""

import asyncio
import ctypes
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import FrameType
from typing import Any, Final

import structlog
import uvicorn

from channels.live import Live
from server.settings import Settings
from server.sockets import OpenHttp, OpenWebSocket

FINISH_SECONDS: Final = 10
# A supervisor that asks for a sign of life sooner kills workers on a busy machine, over and over,
# while they still import what they need.
START_SECONDS: Final = 60
# What a request leaves behind dies young: a larger first generation would only pause for longer.
COLLECT_AFTER: Final = (5_000, 20, 100)
M_ARENA_MAX: Final = -8  # mallopt(3)
ARENAS: Final = 2
STOP: Final = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger(__name__)


def serve(settings: Settings, app: str) -> None:
    """Serve the application factory ``app`` until SIGTERM or SIGINT."""
    uvicorn.run(app, factory=True, **options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """Return how uvicorn is run: measured choices, and nothing done twice."""
    return {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "loop": "uvloop",
        "http": OpenHttp,
        "ws": OpenWebSocket,
        "ws_per_message_deflate": False,  # costs 2.5 times the CPU and cannot be shared
        "ws_ping_interval": None,  # the protocol pings by itself
        "ws_max_size": 64 * 1024,
        "lifespan": "on",
        "access_log": False,  # one structured line per request is enough
        "proxy_headers": False,  # our own middleware believes configured proxies only
        "server_header": False,
        "timeout_graceful_shutdown": FINISH_SECONDS,
        "timeout_worker_healthcheck": START_SECONDS,
        "log_config": None,
    }


def settle_memory() -> None:
    """Let the garbage collector pass over everything that is there for good.

    A full collection of a started process takes some 70 ms, in which nobody is answered. Threads
    share what glibc allocates from: in an arena of its own each would keep the room of the largest
    arrays it ever had.
    """
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


@asynccontextmanager
async def drained(live: Live) -> AsyncIterator[None]:
    """Tell live clients to come back elsewhere before the server hears that it should stop.

    The server has installed its signal handlers by now; ours run first and then call them. By
    itself it would end all WebSockets with 1012 at once, and end the lifespan last. A second
    signal is passed on immediately.
    """
    loop = asyncio.get_running_loop()
    theirs = {number: signal.getsignal(number) for number in STOP}
    draining: list[asyncio.Task[None]] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        handler = theirs[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    async def drain(number: int) -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        try:
            await live.drain()
        finally:
            pass_on(number, None)

    def stop(number: int, frame: FrameType | None) -> None:
        if draining:
            pass_on(number, frame)
        else:
            draining.append(loop.create_task(drain(number)))

    for number in STOP:
        signal.signal(number, lambda signum, frame: loop.call_soon_threadsafe(stop, signum, frame))
    try:
        yield
    finally:
        for number, handler in theirs.items():
            signal.signal(number, handler)
