"""The vector of what is looked for, if the model answers in time."""

import asyncio
from typing import Final, NamedTuple

from domain.recommendation.embedding import Embedder, EmbedderUnavailable, Model, Vector

# Somebody waits; the words alone are an answer, too.
PATIENCE_SECONDS: Final = 0.5


class Meaning(NamedTuple):
    """A vector and the model that it is of."""

    vector: Vector
    model: Model


async def meaning_of(text: str, embedder: Embedder) -> Meaning:
    """Return the vector of the text. Raises EmbedderUnavailable, also when it takes too long."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return Meaning(await embedder.query(text), await embedder.model())
    except TimeoutError as late:
        raise EmbedderUnavailable from late
