"""/api/v1/embed, /api/v1/search and /health: texts to vectors, and the recipes nearest to one."""

from typing import Annotated, Final, Literal

import numpy as np
import orjson
from pydantic import BaseModel, Field, JsonValue
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import recommendation
from server.embedders.vectors import TEXT_LENGTH_MAX
from server.endpoint import JSON, endpoint
from server.inference.state import InferenceState
from server.rate_limit import UNLIMITED
from server.routes.system import healthz

TAGS: Final = ("inference",)
TEXTS_MAX: Final = 256
EXCLUDED_MAX: Final = 1_000
SERVICE: Final = "uhok-ml"

Text = Annotated[str, Field(max_length=TEXT_LENGTH_MAX)]


class Texts(BaseModel):
    texts: list[Text] = Field(max_length=TEXTS_MAX)
    kind: Literal["query", "passage"]


class Embedded(BaseModel):
    """``vectors`` has one of unit length for each text, in their order."""

    model: str
    dimension: int
    vectors: list[list[float]]


class Question(BaseModel):
    query: Text = Field(min_length=1)
    top_k: int = Field(10, ge=1, le=100)
    exclude_ids: list[int] = Field(default=[], max_length=EXCLUDED_MAX)


class Neighbour(BaseModel):
    recipe_id: int
    distance: float  # cosine: 0 is the same direction


class Neighbours(BaseModel):
    """The nearest first."""

    results: list[Neighbour]


@endpoint(errors=(503,), tags=TAGS, answers=Embedded, limit=UNLIMITED)
async def embed(request: Request[InferenceState], *, body: Texts) -> Response:
    """Turn texts into vectors, as what is looked for or as what is to be found."""
    embedder = request.state["embedder"]
    model = await embedder.model()
    if body.kind == "query" and body.texts:
        rows = np.stack([await embedder.query(text) for text in body.texts])
    else:
        rows = await embedder.passages(body.texts)
    told = {"model": model.name, "dimension": model.dimension, "vectors": rows}
    return Response(orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY), media_type=JSON)


@endpoint(errors=(503,), tags=TAGS, limit=UNLIMITED)
async def search(request: Request[InferenceState], *, body: Question) -> Neighbours:
    """Find the recipes whose vectors are nearest to a question's."""
    vector, model = await recommendation.meaning_of(body.query, request.state["embedder"])
    async with request.state["analytics"].reads() as session:
        found = await recommendation.nearest(
            session,
            vector,
            model=model,
            kind="recipe",
            limit=body.top_k,
            exclude=body.exclude_ids,
        )
    return Neighbours(
        results=[Neighbour(recipe_id=near.item_id, distance=near.distance) for near in found]
    )


@endpoint(tags=TAGS, limit=UNLIMITED)
async def health(request: Request[InferenceState]) -> dict[str, JsonValue]:
    """Tell which model there is, whether it is loaded, and what went wrong last."""
    return {"service": SERVICE} | await request.state["embedder"].health()


routes = [
    Route("/api/v1/embed", embed, methods=["POST"]),
    Route("/api/v1/search", search, methods=["POST"]),
    Route("/health", health),
    Route("/healthz", healthz),
]
