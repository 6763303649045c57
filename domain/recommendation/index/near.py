"""The items whose vectors lie nearest, by the cosine: one port over two engines.

PostgreSQL answers out of an HNSW index of pgvector (Malkov & Yashunin, "Efficient and robust
approximate nearest neighbor search using hierarchical navigable small world graphs", IEEE TPAMI,
2018); SQLite out of numpy, which looks at every vector and needs no index.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

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
_SEARCHABLE: Final = select(M.name, M.dimension, M.model_id, _VERSION).where(_ANSWERING)
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


class Vectors(NamedTuple):
    """Where a model's vectors are, and their version, which memory goes by."""

    model_id: int
    dimension: int
    version: int | None


async def active_model(session: Session) -> Model | None:
    """Return the model whose vectors are kept up to date, if there is one."""
    row = (await session.execute(_ACTIVE)).one_or_none()
    return None if row is None else Model(row.name, row.dimension)


async def searchable(session: Session) -> Mapping[Model, Vectors]:
    """Return the vectors of every model that has some fit to be searched."""
    return {
        Model(row.name, row.dimension): Vectors(row.model_id, row.dimension, row.version)
        for row in await session.execute(_SEARCHABLE)
    }


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
    vectors = (await searchable(session)).get(model)
    if vectors is None:
        return []
    return await nearest_among(session, vectors, vector, kind=kind, limit=limit, exclude=exclude)


async def nearest_among(  # noqa: PLR0913 (as above)
    session: Session,
    vectors: Vectors,
    vector: Vector,
    *,
    kind: Kind,
    limit: int,
    exclude: Collection[int] = (),
) -> list[Nearest]:
    """Return what ``nearest`` does, among vectors of which one knows that they can be searched."""
    assert vector.shape == (vectors.dimension,), "a vector has its model's dimension"
    if limit < 1:
        return []
    if session.get_bind().dialect.name == "postgresql":
        space = hnsw.Space(vectors.model_id, vectors.dimension, kind)
        found = await hnsw.search(session, space, vector, limit=limit, exclude=exclude)
    else:
        matrix = await matrices.matrix(session, vectors.model_id, kind, version=vectors.version)
        found = await matrix.search(vector, limit=limit, exclude=exclude)
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
