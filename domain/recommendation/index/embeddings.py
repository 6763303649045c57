"""Giving every item its vector, and one model over to the next, while searches go on.

A model that is new here is built beside the active one: vectors first, then its indexes, and only
then, in one transaction, it becomes active. The one before answers for a while longer, since the
processes that ask by it are restarted one by one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlalchemy import Integer, bindparam, delete, func, or_, select, update

from domain.kernel import AnalyticsBase, BigId, Clock, Database, Session, utc_now
from domain.recommendation.embedding import Embedder, EmbedderUnavailable, Matrix, Model
from domain.recommendation.index import hnsw
from domain.recommendation.index.models import Document, Embedding, EmbeddingModel, IndexState
from domain.recommendation.index.versions import grow, hold, upserting
from domain.recommendation.kinds import KINDS

# So many texts are embedded at a time; what an interruption costs.
TEXTS: Final = 32
RETIRED_KEPT: Final = timedelta(hours=1)

_DOCUMENTS, _EMBEDDINGS, _MODELS, _STATE = (
    AnalyticsBase.metadata.tables[table.__tablename__]
    for table in (Document, Embedding, EmbeddingModel, IndexState)
)
D, E, M = _DOCUMENTS.c, _EMBEDDINGS.c, _MODELS.c
_WHICH: Final = bindparam("which", type_=BigId)
_VERSION: Final = (
    select(_STATE.c.version).where(_STATE.c.part == "documents").scalar_subquery().label("version")
)
_STANDING: Final = select(
    M.model_id, M.dimension, M.active, M.embedded_version, M.retired_at, _VERSION
).where(M.name == bindparam("name"), M.dimension == bindparam("dimension"))
_OTHERS: Final = select(M.model_id).where(
    M.retired_at < bindparam("before", type_=M.retired_at.type)
)
_OF_IT: Final = (E.model_id == _WHICH) & (E.kind == D.kind) & (E.item_id == D.item_id)
_LACKS: Final = or_(E.item_id.is_(None), E.content_hash != D.passage_hash)
_PENDING: Final = (
    select(D.kind, D.item_id, D.passage, D.passage_hash)
    .outerjoin_from(_DOCUMENTS, _EMBEDDINGS, _OF_IT)
    .where(_LACKS)
    .order_by(D.kind, D.item_id)
    .limit(bindparam("most", type_=Integer))
)
_LACKING: Final = select(func.count()).outerjoin_from(_DOCUMENTS, _EMBEDDINGS, _OF_IT).where(_LACKS)
_STILL: Final = select(D.kind, D.item_id, D.passage_hash).where(
    D.kind == bindparam("kind"), D.item_id.in_(bindparam("ids", expanding=True, type_=BigId))
)
_ANY_ACTIVE: Final = select(M.model_id).where(M.active).limit(1)
_RETIRE: Final = (
    update(_MODELS)
    .where(M.model_id != _WHICH, or_(M.active, M.retired_at.is_(None)))
    .values(active=False, retired_at=bindparam("at", type_=M.retired_at.type))
)
_ACTIVATE: Final = (
    update(_MODELS)
    .where(M.model_id == _WHICH)
    .values(active=True, retired_at=None, embedded_version=bindparam("documents", type_=BigId))
)
_LEAVE: Final = tuple(
    delete(table).where(table.c.model_id == _WHICH) for table in (_EMBEDDINGS, _MODELS)
)


class Standing(NamedTuple):
    """A model, and how far its vectors have come."""

    model_id: int
    dimension: int
    active: bool
    embedded_version: int
    retired_at: datetime | None
    version: int

    @property
    def done(self) -> bool:
        """Tell whether it is active, and nothing was filed since everything had its vector."""
        return self.active and self.embedded_version == self.version


class Pending(NamedTuple):
    """A document that lacks its vector."""

    kind: str
    item_id: int
    passage: str
    passage_hash: str


async def embed_pending(
    db: Database,
    embedder: Embedder,
    *,
    limit: int,
    revive: bool = False,
    clock: Clock = utc_now,
) -> int:
    """Give up to so many documents of the analytics database their vectors; return how many.

    0 means that every document has one: then the model's indexes are there, and it is active. A
    model that was replaced lately is left alone unless it is to ``revive``. No transaction is open
    while the model works. Raises EmbedderUnavailable; what was embedded until then is kept.
    """
    model = await embedder.model()
    async with db.reads() as session:
        standing = await _standing(session, model)
    standing = standing or await _begin(db, model, now=clock())
    if standing.retired_at is not None and not revive:
        return 0
    if standing.done:
        return 0
    async with db.reads() as session:
        rows = await session.execute(_PENDING, {"which": standing.model_id, "most": limit})
        pending = [Pending._make(row) for row in rows]
    count = 0
    for batch in _batches(pending):
        vectors = await embedder.passages([each.passage for each in batch])
        count += await _keep(db, standing, batch, vectors=vectors)
    if not pending:
        await _settle(db, standing, now=clock())
    return count


async def forget_retired(db: Database, *, now: datetime) -> int:
    """Delete the vectors and indexes of models that were replaced an hour ago; return how many."""
    async with db.reads() as session:
        gone = (await session.scalars(_OTHERS, {"before": now - RETIRED_KEPT})).all()
    for model_id in gone:
        async with db.sessions.begin() as session:
            for leave in _LEAVE:
                await session.execute(leave, {"which": model_id})
    if gone and db.engine.dialect.name == "postgresql":
        async with db.reads() as session:
            left = (await session.scalars(select(M.model_id))).all()
        await hnsw.drop_strangers(db, left)
    return len(gone)


async def pending_count(session: Session, model: Model) -> int:
    """Return how many documents lack a vector of the model."""
    standing = await _standing(session, model)
    asked = {"which": standing.model_id if standing else 0}
    return int(await session.scalar(_LACKING, asked) or 0)


async def _standing(session: Session, model: Model) -> Standing | None:
    row = (await session.execute(_STANDING, model._asdict())).one_or_none()
    return None if row is None else Standing._make(row)._replace(version=row.version or 0)


async def _begin(db: Database, model: Model, *, now: datetime) -> Standing:
    """Take the model in; the first of all is active at once, since nothing answers better."""
    async with db.sessions.begin() as session:
        await hold(session, "vectors")
        first = await session.scalar(_ANY_ACTIVE) is None
        row = {"created_at": now, "active": first, "embedded_version": -1, "retired_at": None}
        new = upserting(db.engine.dialect.name)(_MODELS).values(**model._asdict(), **row)
        await session.execute(new.on_conflict_do_nothing(index_elements=["name", "dimension"]))
        begun = await _standing(session, model)
        assert begun is not None, "it was inserted just now"
        return begun


async def _keep(
    db: Database, standing: Standing, batch: Sequence[Pending], *, vectors: Matrix
) -> int:
    """Keep the vectors of those texts that are still what they were; return how many."""
    if vectors.shape != (len(batch), standing.dimension):
        raise EmbedderUnavailable
    async with db.sessions.begin() as session:
        # Held first, looked at second: nobody keeps an older vector over a newer one.
        await hold(session, "vectors")
        still = {
            tuple(row)
            for kind in KINDS
            if (ids := [each.item_id for each in batch if each.kind == kind])
            for row in await session.execute(_STILL, {"kind": kind, "ids": ids})
        }
        rows: list[dict[str, Any]] = [
            {
                "model_id": standing.model_id,
                "kind": each.kind,
                "item_id": each.item_id,
                "content_hash": each.passage_hash,
                "vector": vector,
            }
            for each, vector in zip(batch, vectors, strict=True)
            if (each.kind, each.item_id, each.passage_hash) in still
        ]
        if rows:
            await session.execute(_written(db.engine.dialect.name), rows)
            await grow(session, "vectors")
    return len(rows)


async def _settle(db: Database, standing: Standing, *, now: datetime) -> None:
    """Build what searches by the model need, and only then let it answer."""
    if db.engine.dialect.name == "postgresql":
        spaces = [hnsw.Space(standing.model_id, standing.dimension, kind) for kind in KINDS]
        if not await hnsw.build(db, spaces):
            return  # somebody else does; this is asked again
    async with db.sessions.begin() as session:
        await hold(session, "vectors")
        this = {"which": standing.model_id}
        if not standing.active:
            await session.execute(_RETIRE, {**this, "at": now})
            await grow(session, "vectors")
        await session.execute(_ACTIVATE, {**this, "documents": standing.version})


def _batches(pending: Sequence[Pending]) -> Iterator[list[Pending]]:
    remaining = iter(pending)
    while batch := list(islice(remaining, TEXTS)):
        yield batch


def _written(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    written = upserting(dialect)(_EMBEDDINGS)
    changed = {name: written.excluded[name] for name in ("content_hash", "vector")}
    keys = ["model_id", "kind", "item_id"]
    return written.on_conflict_do_update(index_elements=keys, set_=changed)
