"""What every embedder keeps to: texts it can read, and vectors that can be compared."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from domain.recommendation import EmbedderUnavailable, Matrix

# Models read their first 512 tokens or so; the rest would only be carried about.
TEXT_LENGTH_MAX: Final = 2_000
# Of a vector under an HNSW index of pgvector.
DIMENSION_MAX: Final = 2_000
# So many texts are one piece of work: what is asked meanwhile waits for one of these at most.
BATCH_TEXTS: Final = 16
LENGTH_MIN: Final = 1e-6


def readable(text: str) -> str:
    """Return the text as every model takes it: not too long, no NUL, no half characters."""
    whole = text[:TEXT_LENGTH_MAX].encode("utf-8", errors="replace").decode()
    return whole.replace("\x00", " ")


def batches(texts: Sequence[str], size: int = BATCH_TEXTS) -> Iterator[list[str]]:
    """Yield the texts, readable, in lists of at most ``size``."""
    for start in range(0, len(texts), size):
        yield [readable(text) for text in texts[start : start + size]]


def unit_rows(numbers: ArrayLike, *, count: int, dimension: int) -> Matrix:
    """Return the numbers as ``count`` rows of unit length.

    Raises EmbedderUnavailable when they are not ``count`` times ``dimension``, not finite, or a
    row has no direction.
    """
    try:
        rows = np.asarray(numbers, dtype=np.float32)
    except (TypeError, ValueError, OverflowError) as error:  # ragged, or no numbers
        raise EmbedderUnavailable from error
    if count == 0 and rows.size == 0:
        return np.empty((0, dimension), np.float32)
    if rows.shape != (count, dimension):
        raise EmbedderUnavailable
    with np.errstate(all="ignore"):  # what overflows is not finite, and refused as such
        lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths < LENGTH_MIN).any():
        raise EmbedderUnavailable
    units: Matrix = (rows / lengths).astype(np.float32)
    return units
