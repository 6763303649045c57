"""The items whose vectors lie nearest, by the cosine: one port over two engines.

PostgreSQL answers out of an HNSW index of pgvector (Malkov & Yashunin, "Efficient and robust
approximate nearest neighbor search using hierarchical navigable small world graphs", IEEE TPAMI,
2018); SQLite out of numpy, which looks at every vector and needs no index.
"""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Row

from domain.kernel import AnalyticsBase, Session
from domain.recommendation.embedding import Model, Vector
from domain.recommendation.index import hnsw, matrices
from domain.recommendation.index.models import Embedding, EmbeddingModel, IndexState
from domain.recommendation.kinds import Item, Kind

M: Final = AnalyticsBase.metadata.tables[EmbeddingModel.__tablename__].c
E: Final = AnalyticsBase.metadata.tables[Embedding.__tablename__].c
S: Final = AnalyticsBase.metadata.tables[IndexState.__tablename__].c
_VERSION: Final = select(S.version).where(S.part == "vectors").scalar_subquery().label("version")
# One that was replaced had a vector of everything before; one half made never had.
_ANSWERING: Final = M.active | (M.retired_at.is_not(None) & (M.embedded_version >= 0))
_SPACE: Final = select(M.model_id, M.dimension, _VERSION)
_BY_MODEL: Final = _SPACE.where(
    M.name == bindparam("name"), M.dimension == bindparam("dimension"), _ANSWERING
)
_ACTIVE: Final = select(M.name, M.dimension).where(M.active)
_STORED: Final = (
    select(E.vector, M.name, M.dimension)
    .join_from(Embedding, EmbeddingModel, E.model_id == M.model_id)
    .where(M.active, E.kind == bindparam("kind"), E.item_id == bindparam("item_id"))
)


class Nearest(NamedTuple):
    """An item and its cosine distance: 0 for the same direction, 1 for none in common."""

    item_id: int
    distance: float


async def active_model(session: Session) -> Model | None:
    """Return the model whose vectors are kept up to date, if there is one."""
    row = (await session.execute(_ACTIVE)).one_or_none()
    return None if row is None else Model(row.name, row.dimension)


async def nearest(  # noqa: PLR0913 (what is asked, and the three ways to narrow it)
    session: Session,
    vector: Vector,
    *,
    model: Model,
    kind: Kind,
    limit: int,
    exclude: Collection[int] = (),
) -> list[Nearest]:
    """Return up to so many items of the kind, the nearest first; equals by their ids.

    ``vector`` is (dimension,), float32, of unit length. Nothing is found when the model has no
    vectors here that are fit to be searched. The session only reads.
    """
    assert vector.shape == (model.dimension,), "a vector has its model's dimension"
    row = (await session.execute(_BY_MODEL, model._asdict())).one_or_none()
    if row is None or limit < 1:
        return []
    found = await _found(session, row, _Asked(vector, kind, limit, exclude))
    return [Nearest(*each) for each in sorted(found, key=lambda each: (each[1], each[0]))]


async def nearest_to(
    session: Session, item: Item, *, kind: Kind, limit: int, exclude: Collection[int] = ()
) -> list[Nearest]:
    """Return the items of the kind nearest to this one, never itself; none if it has no vector."""
    stored = await session.execute(_STORED, {"kind": item.kind, "item_id": item.item_id})
    row = stored.one_or_none()
    if row is None:
        return []
    others = {*exclude, item.item_id} if kind == item.kind else exclude
    model = Model(row.name, row.dimension)
    return await nearest(session, row.vector, model=model, kind=kind, limit=limit, exclude=others)


class _Asked(NamedTuple):
    vector: Vector
    kind: Kind
    limit: int
    exclude: Collection[int]


async def _found(
    session: Session, row: Row[*tuple[Any, ...]], asked: _Asked
) -> list[tuple[int, float]]:
    if session.get_bind().dialect.name == "postgresql":
        space = hnsw.Space(row.model_id, row.dimension, asked.kind)
        return await hnsw.search(
            session, space, asked.vector, limit=asked.limit, exclude=asked.exclude
        )
    matrix = await matrices.matrix(session, row.model_id, asked.kind, version=row.version)
    return await matrix.search(asked.vector, limit=asked.limit, exclude=asked.exclude)
