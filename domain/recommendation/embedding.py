"""The port to whatever turns texts into vectors; its adapters live with the doors."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from domain.kernel import Busy

Matrix = NDArray[np.float32]  # (texts, dimension), rows of unit length
Vector = NDArray[np.float32]  # (dimension,), of unit length


class EmbedderUnavailable(Busy):
    """The model is down, too slow, or answers what is no vector; rules answer without it."""

    code = "embedder_unavailable"
    text = "추천 모델을 잠시 사용할 수 없습니다."


class Model(NamedTuple):
    """Which vectors may be compared with which: those of the same model."""

    name: str
    dimension: int


class Meaning(NamedTuple):
    """The vector of a text, and the model that it is of."""

    vector: Vector
    model: Model


class Embedder(Protocol):
    """Turns texts into vectors of unit length, off the event loop.

    Queries and passages are told apart because many models are trained so. Every method raises
    EmbedderUnavailable, and answers or raises within its adapter's deadline.
    """

    async def model(self) -> Model:
        """Return which model it is."""
        ...

    async def passages(self, texts: Sequence[str]) -> Matrix:
        """Return one row for each text that is to be found."""
        ...

    async def query(self, text: str) -> Vector:
        """Return the vector of what is looked for."""
        ...


async def meaning_of(text: str, embedder: Embedder) -> Meaning:
    """Return the vector of what is looked for. Raises EmbedderUnavailable."""
    return Meaning(await embedder.query(text), await embedder.model())
