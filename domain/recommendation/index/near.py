"""The items whose vectors lie nearest, by the cosine: one port over two engines.

PostgreSQL answers out of an HNSW index of pgvector (Malkov & Yashunin, "Efficient and robust
approximate nearest neighbor search using hierarchical navigable small world graphs", IEEE TPAMI,
2018); SQLite out of numpy, which looks at every vector and needs no index.
"""

from collections.abc import Collection, Mapping, Sequence
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


_Space = Row[*tuple[Any, ...]]  # of _SPACE


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
    return (await _found(session, _Asked(vector, model, (kind,), limit, exclude)))[kind]


async def nearest_by_kind(
    session: Session, vector: Vector, *, model: Model, kinds: Sequence[Kind], limit: int
) -> Mapping[Kind, list[Nearest]]:
    """Return for each of the kinds up to so many items, as ``nearest`` does, in one statement."""
    return await _found(session, _Asked(vector, model, kinds, limit, ()))


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
    model: Model
    kinds: Sequence[Kind]
    limit: int
    exclude: Collection[int]


async def _found(session: Session, asked: _Asked) -> Mapping[Kind, list[Nearest]]:
    assert asked.vector.shape == (asked.model.dimension,), "a vector has its model's dimension"
    row = (await session.execute(_BY_MODEL, asked.model._asdict())).one_or_none()
    found: dict[Kind, list[Nearest]] = {kind: [] for kind in asked.kinds}
    if row is None or asked.limit < 1:
        return found
    if session.get_bind().dialect.name == "postgresql":
        rows = await _by_hnsw(session, row, asked)
    else:
        rows = await _by_matrices(session, row, asked)
    for kind, item_id, distance in rows:
        found[kind].append(Nearest(item_id, distance))
    for own in found.values():
        own.sort(key=lambda each: (each.distance, each.item_id))
    return found


async def _by_hnsw(session: Session, row: _Space, asked: _Asked) -> list[tuple[Kind, int, float]]:
    spaces = [hnsw.Space(row.model_id, row.dimension, kind) for kind in asked.kinds]
    return await hnsw.search(
        session, spaces, asked.vector, limit=asked.limit, exclude=asked.exclude
    )


async def _by_matrices(
    session: Session, row: _Space, asked: _Asked
) -> list[tuple[Kind, int, float]]:
    found = []
    for kind in asked.kinds:
        matrix = await matrices.matrix(session, row.model_id, kind, version=row.version)
        near = await matrix.search(asked.vector, limit=asked.limit, exclude=asked.exclude)
        found += [(kind, item_id, distance) for item_id, distance in near]
    return found
