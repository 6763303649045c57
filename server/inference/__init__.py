"""The inference service: the model in a container of its own, ``uhok ml``."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn

from domain import kernel
from server.embedders import open_local_embedder
from server.inference.app import create_app
from server.inference.state import InferenceState, Uncounted
from server.serving import FINISH_SECONDS
from server.settings import Settings
from server.wiring import databases

__all__ = ["create_app", "open_inference", "serve"]

# Its answers are full of numbers, but its callers are our own workers.
BACKLOG: Final = 256


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; what was asked by then is answered first."""
    uvicorn.run(
        create_app(lambda: open_inference(settings)),
        host=settings.host,
        port=settings.port,
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )


@asynccontextmanager
async def open_inference(settings: Settings) -> AsyncIterator[InferenceState]:
    """Open the model in this process, which may use every core, and the databases."""
    async with (
        databases(settings) as (_, analytics),
        open_local_embedder(settings, threads=os.cpu_count() or 1) as embedder,
    ):
        yield {
            "settings": settings,
            "clock": kernel.utc_now,
            "analytics": analytics,
            "embedder": embedder,
            "limiter": Uncounted(),
        }
