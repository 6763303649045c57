"""A model in a process of its own, ``uhok ml``, asked over HTTP; nothing it says is believed."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import httpx
import numpy as np
import orjson
import structlog
from cachetools import LRUCache
from pydantic import BaseModel, Field, JsonValue, TypeAdapter, ValidationError

from domain.recommendation import EmbedderUnavailable, Matrix, Model, Vector
from server.embedders.breaker import Breaker
from server.embedders.local import QUERIES_KEPT
from server.embedders.vectors import DIMENSION_MAX, batches, readable, unit_rows

EMBED: Final = "/api/v1/embed"
HEALTH: Final = "/health"
HEALTH_SECONDS: Final = 5.0
FAILURES_MAX: Final = 5
LEFT_ALONE_SECONDS: Final = 10.0
BATCH_TEXTS: Final = 64
# Of a batch of the longest vectors, each number written in full.
ANSWER_BYTES_MAX: Final = BATCH_TEXTS * DIMENSION_MAX * 24 + 4096
# The answer of a connection that died while it was idle, or of a server just started again.
WORTH_ANOTHER_TRY: Final = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
SAID: Final = TypeAdapter(dict[str, JsonValue])

Asked = Literal["query", "passage"]

log = structlog.get_logger(__name__)


class Named(BaseModel):
    """What every answer says of the model."""

    model: str = Field(min_length=1, max_length=200)
    dimension: int = Field(ge=1, le=DIMENSION_MAX)


class RemoteEmbedder:
    """Asks ``base_url``; a query for ``query_seconds`` at most, each batch for ``batch_seconds``.

    A connection that breaks is tried once more. After ``FAILURES_MAX`` failures in a row it is
    left alone for ``LEFT_ALONE_SECONDS``. Another model than before makes one call fail, so that
    nobody compares vectors of the one with those of the other.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        *,
        query_seconds: float,
        batch_seconds: float,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._url = base_url.rstrip("/")
        self._seconds: dict[Asked, float] = {"query": query_seconds, "passage": batch_seconds}
        self._breaker = Breaker(failures=FAILURES_MAX, seconds=LEFT_ALONE_SECONDS, timer=timer)
        self._kept: LRUCache[str, Vector] = LRUCache(QUERIES_KEPT)
        self._model: Model | None = None

    async def model(self) -> Model:
        """Return which model answers there. Raises EmbedderUnavailable."""
        if self._model is None:
            await self._embed([""], "query")
        assert self._model is not None, "an answer names its model"
        return self._model

    async def passages(self, texts: Sequence[str]) -> Matrix:
        """Return one row for each text. Raises EmbedderUnavailable."""
        dimension = (await self.model()).dimension
        found = [await self._embed(batch, "passage") for batch in batches(texts, BATCH_TEXTS)]
        return np.concatenate(found) if found else np.empty((0, dimension), np.float32)

    async def query(self, text: str) -> Vector:
        """Return its vector, which many callers may share. Raises EmbedderUnavailable."""
        text = readable(text)
        kept = self._kept.get(text)
        if kept is None:
            kept = (await self._embed([text], "query"))[0]
            kept.setflags(write=False)
            self._kept[text] = kept
        return kept

    async def health(self) -> dict[str, JsonValue]:
        """Return what the service says of itself, or the error that keeps it from answering."""
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                answer = await self._client.get(self._url + HEALTH)
            answer.raise_for_status()
            return SAID.validate_json(answer.content)
        except httpx.HTTPStatusError as error:
            return {"status": "error", "error": f"it answered {error.response.status_code}"}
        except ValidationError:
            return {"status": "error", "error": "it answered something else than a JSON object"}
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("ml_unreachable", error=repr(error))  # has its address: not for strangers
            return {"status": "error", "error": f"it cannot be reached ({type(error).__name__})"}

    async def _embed(self, texts: list[str], kind: Asked) -> Matrix:
        with self._breaker.guarding():
            try:
                async with asyncio.timeout(self._seconds[kind]):
                    body = await self._ask({"texts": texts, "kind": kind})
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
                log.warning("embedder_unavailable", error=repr(error))
                raise EmbedderUnavailable from error
            model, rows = await asyncio.to_thread(_read, body, len(texts))
        return self._of_the_same_model(model, rows)

    async def _ask(self, asked: dict[str, object]) -> bytes:
        try:
            return await self._post(asked)
        except WORTH_ANOTHER_TRY:
            return await self._post(asked)

    async def _post(self, asked: dict[str, object]) -> bytes:
        body = orjson.dumps(asked)
        headers = {"Content-Type": "application/json"}
        async with self._client.stream(
            "POST", self._url + EMBED, content=body, headers=headers
        ) as answer:
            answer.raise_for_status()
            told = bytearray()
            async for part in answer.aiter_bytes():
                told += part
                if len(told) > ANSWER_BYTES_MAX:
                    raise httpx.DecodingError("more than any batch has")
        return bytes(told)

    def _of_the_same_model(self, model: Model, rows: Matrix) -> Matrix:
        before, self._model = self._model, model
        if before is not None and before != model:
            self._kept.clear()
            log.info("embedding_model_changed", before=before.name, now=model.name)
            raise EmbedderUnavailable
        return rows


def _read(body: bytes, count: int) -> tuple[Model, Matrix]:
    """Return the model and the vectors of an answer. Raises EmbedderUnavailable."""
    try:
        told: dict[str, Any] = orjson.loads(body)
        named = Named.model_validate(told)
        vectors = told["vectors"]
    except (ValueError, KeyError, TypeError) as error:
        raise EmbedderUnavailable from error
    rows = unit_rows(vectors, count=count, dimension=named.dimension)
    return Model(named.model, named.dimension), rows
