"""Whatever turns texts into vectors here: in this process, or in one of its own over HTTP."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import httpx

from server.embedders import bundled, transformers
from server.embedders.absent import AbsentEmbedder
from server.embedders.health import Engine
from server.embedders.local import Encoder, LocalEmbedder
from server.embedders.remote import RemoteEmbedder
from server.embedders.transformers import ModelUnusable
from server.settings import Settings

__all__ = ["Engine", "ModelUnusable", "check_model", "open_embedder", "open_local_embedder"]


@asynccontextmanager
async def open_embedder(settings: Settings, *, threads: int = 1) -> AsyncIterator[Engine]:
    """Open the embedder that the settings name; a model is loaded when it is first needed.

    ``threads`` is how many batches of passages a model in this process works at together.
    """
    if not settings.ml_inference_url:
        async with open_local_embedder(settings, threads=threads) as embedder:
            yield embedder
        return
    # The deadlines are of whole answers; a proxy would only come between us and the next container.
    async with httpx.AsyncClient(trust_env=False, timeout=settings.ml_batch_seconds) as client:
        yield RemoteEmbedder(
            client,
            settings.ml_inference_url,
            query_seconds=settings.ml_query_seconds,
            batch_seconds=settings.ml_batch_seconds,
        )


@asynccontextmanager
async def open_local_embedder(settings: Settings, *, threads: int = 1) -> AsyncIterator[Engine]:
    """Open the model that the settings name in this process, wherever others find one."""
    load = _loader(settings.model_wanted)
    if load is None:
        yield AbsentEmbedder()
        return
    embedder = LocalEmbedder(
        load,
        query_seconds=settings.ml_query_seconds,
        batch_seconds=settings.ml_batch_seconds,
        threads=threads,
    )
    try:
        yield embedder
    finally:
        embedder.close()


def check_model(settings: Settings) -> None:
    """See whether the model that runs in this process could be loaded. Raises ModelUnusable."""
    if settings.model_wanted not in {"none", "bundled"}:
        transformers.check(settings.model_wanted)


def _loader(name: str) -> Callable[[], Encoder] | None:
    if name == "none":
        return None
    return bundled.load if name == "bundled" else partial(transformers.load, name)
