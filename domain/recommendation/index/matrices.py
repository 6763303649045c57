"""Vectors in memory, where no database can search them: a matrix for each model and kind."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select

from domain.kernel import AnalyticsBase, Session
from domain.recommendation.embedding import Vector
from domain.recommendation.index.models import Embedding
from domain.recommendation.kinds import Kind

E: Final = AnalyticsBase.metadata.tables[Embedding.__tablename__].c
_ROWS: Final = (
    select(E.item_id, E.vector)
    .where(E.model_id == bindparam("model_id"), E.kind == bindparam("kind"))
    .order_by(E.item_id)
)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every vector of a model and kind, as they were at that version of the index."""

    version: int | None
    ids: NDArray[np.int64]  # (items,)
    rows: NDArray[np.float32]  # (items, dimension), of unit length

    async def search(
        self, vector: Vector, *, limit: int, exclude: Collection[int]
    ) -> list[tuple[int, float]]:
        """Return the nearest items with their cosine distances, in no order among equals."""
        if not len(self.ids):
            return []
        return await asyncio.to_thread(self._search, vector, limit, exclude)

    def _search(
        self, vector: Vector, limit: int, exclude: Collection[int]
    ) -> list[tuple[int, float]]:
        # Rounded as the rows are, so that both engines compare the same numbers.
        distances = 1.0 - self.rows @ _unit(vector.astype(np.float16).astype(np.float32))
        if exclude:
            distances[np.isin(self.ids, np.fromiter(exclude, np.int64))] = np.inf
        most = min(limit, len(distances) - 1)
        # Equals at the border are all of the same worth; the lowest ids of them are taken.
        border = np.partition(distances, most)[most] if most < len(distances) - 1 else np.inf
        places = np.flatnonzero(distances <= border)
        places = places[np.lexsort((self.ids[places], distances[places]))][:limit]
        return [
            (int(self.ids[place]), float(distances[place]))
            for place in places
            if np.isfinite(distances[place])
        ]


# Of each database what this process has read; it goes with the database.
_READ: Final[WeakKeyDictionary[Any, dict[tuple[int, Kind], Matrix]]] = WeakKeyDictionary()


async def matrix(session: Session, model_id: int, kind: Kind, *, version: int | None) -> Matrix:
    """Return the vectors of a model and kind, read anew when the index has another version."""
    read = _READ.setdefault(session.get_bind(), {})
    known = read.get((model_id, kind))
    if known is None or known.version != version:
        rows = (await session.execute(_ROWS, {"model_id": model_id, "kind": kind})).all()
        for stale in [each for each, of_then in read.items() if of_then.version != version]:
            del read[stale]
        known = read[model_id, kind] = await asyncio.to_thread(_matrix, rows, version)
    return known


def _matrix(rows: Any, version: int | None) -> Matrix:  # noqa: ANN401 (rows of the statement)
    ids = np.array([row.item_id for row in rows], np.int64)
    vectors = np.array([_unit(row.vector) for row in rows], np.float32)
    return Matrix(version, ids, vectors)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
