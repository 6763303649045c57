"""A model in this process: loaded when it is first needed, asked in threads of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Final, Protocol, TypeVar

import numpy as np
import structlog
from cachetools import LRUCache
from pydantic import JsonValue

from domain.recommendation import EmbedderUnavailable, Matrix, Model, Vector
from server.embedders.breaker import Breaker
from server.embedders.vectors import DIMENSION_MAX, batches, readable, unit_rows

QUERIES_KEPT: Final = 1_024
LOAD_AGAIN_SECONDS: Final = 300.0

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class Encoder(Protocol):
    """A loaded model; its methods take their time and may be called by several threads."""

    model: Model

    def queries(self, texts: Sequence[str]) -> Matrix:
        """Return a row for each text that is looked for."""
        ...

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Return a row for each text that is to be found."""
        ...


class LocalEmbedder:
    """Embeds in threads: queries in one, passages in others, a batch at a time.

    A query therefore never waits behind a long list of passages, and is given up after
    ``query_seconds``; each batch of passages after ``batch_seconds``. A model that cannot be
    loaded is tried again after ``LOAD_AGAIN_SECONDS``.
    """

    def __init__(
        self,
        load: Callable[[], Encoder],
        *,
        query_seconds: float,
        batch_seconds: float,
        threads: int = 1,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._query_seconds = query_seconds
        self._batch_seconds = batch_seconds
        self._threads = threads
        self._for_queries = ThreadPoolExecutor(1, thread_name_prefix="query-embedder")
        self._for_passages = ThreadPoolExecutor(threads, thread_name_prefix="passage-embedder")
        self._kept: LRUCache[str, Vector] = LRUCache(QUERIES_KEPT)
        self._breaker = Breaker(failures=1, seconds=LOAD_AGAIN_SECONDS, timer=timer)
        self._encoder: Encoder | None = None
        self._loading: asyncio.Task[Encoder] | None = None
        self._error: str | None = None

    async def model(self) -> Model:
        """Return which model it is, once it is loaded. Raises EmbedderUnavailable."""
        return (await self._within(self._query_seconds, self._loaded())).model

    async def passages(self, texts: Sequence[str]) -> Matrix:
        """Return one row for each text. Raises EmbedderUnavailable."""
        encoder = await self._within(self._batch_seconds, self._loaded())
        found: list[Matrix] = []
        waiting = batches(texts)
        while together := list(islice(waiting, self._threads)):
            work = (self._within(self._batch_seconds, self._embed(encoder, b)) for b in together)
            found += await asyncio.gather(*work)
        return np.concatenate(found) if found else np.empty((0, encoder.model.dimension), "f4")

    async def query(self, text: str) -> Vector:
        """Return its vector, which many callers may share. Raises EmbedderUnavailable."""
        text = readable(text)
        kept = self._kept.get(text)
        if kept is None:
            kept = await self._within(self._query_seconds, self._look_for(text))
            kept.setflags(write=False)
            self._kept[text] = kept
        return kept

    async def health(self) -> dict[str, JsonValue]:
        """Return whether the model is loaded, which one it is, and what went wrong last."""
        with suppress(EmbedderUnavailable):
            await self.model()
        told: dict[str, JsonValue] = {"status": self._status(), "error": self._error}
        if self._encoder is not None:
            name, dimension = self._encoder.model
            told |= {"loaded": True, "model": name, "dimension": dimension}
        return {"loaded": False, "model": None, "dimension": None} | told

    def close(self) -> None:
        """Begin nothing any more; what a thread is at, it finishes."""
        if self._loading is not None:
            self._loading.cancel()
        for executor in (self._for_queries, self._for_passages):
            executor.shutdown(wait=False, cancel_futures=True)

    def _status(self) -> str:
        if self._encoder is not None:
            return "healthy"
        return "loading" if self._loading is not None else "error"

    async def _look_for(self, text: str) -> Vector:
        encoder = await self._loaded()
        rows = await self._in_thread(self._for_queries, partial(encoder.queries, [text]))
        vector: Vector = unit_rows(rows, count=1, dimension=encoder.model.dimension)[0]
        return vector

    async def _embed(self, encoder: Encoder, texts: list[str]) -> Matrix:
        rows = await self._in_thread(self._for_passages, partial(encoder.passages, texts))
        return unit_rows(rows, count=len(texts), dimension=encoder.model.dimension)

    async def _in_thread(self, executor: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, work)
        except Exception as error:  # whatever a model trips over, the shop works without it
            self._note(f"the model failed ({type(error).__name__})", error)
            raise EmbedderUnavailable from error

    async def _within(self, seconds: float, work: Awaitable[Result]) -> Result:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError as error:
            self._note(f"the model took more than {seconds:g} s", error)
            raise EmbedderUnavailable from error

    def _note(self, what: str, error: Exception) -> None:
        # Details have paths in them, which are for the log; and one line is enough for a while.
        if what != self._error:
            log.warning("embedder_unavailable", reason=what, error=repr(error))
        self._error = what

    async def _loaded(self) -> Encoder:
        if self._encoder is not None:
            return self._encoder
        # Whoever gives up waiting leaves it loading for the next.
        return await asyncio.shield(self._loading or self._begin_loading())

    def _begin_loading(self) -> asyncio.Task[Encoder]:
        self._loading = asyncio.create_task(self._try_to_load(), name="load the model")
        self._loading.add_done_callback(self._loading_ended)
        return self._loading

    def _loading_ended(self, task: asyncio.Task[Encoder]) -> None:
        self._loading = None
        if not task.cancelled():
            task.exception()  # told to whoever waited, and in the log

    async def _try_to_load(self) -> Encoder:
        with self._breaker.guarding():
            encoder = await self._in_thread(self._for_queries, self._load_checked)
        self._encoder, self._error = encoder, None
        log.info("embedding_model_loaded", **encoder.model._asdict())
        return encoder

    def _load_checked(self) -> Encoder:
        encoder = self._load()
        if not 0 < encoder.model.dimension <= DIMENSION_MAX:
            raise ValueError(f"vectors have 1 to {DIMENSION_MAX} dimensions: {encoder.model}")
        return encoder
