"""What means about the same, by the stored vectors, if the index answers in time.

It only ever adds to what the rules find: whatever is wrong with the other database or its vectors,
nothing is near.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final, TypeVar

import numpy as np
import structlog
from sqlalchemy import bindparam, select

from domain.kernel import AnalyticsBase, BigId, Database, Session, is_unavailable
from domain.recommendation.embedding import Meaning, Model, Vector
from domain.recommendation.index import Nearest, nearest
from domain.recommendation.index.models import Embedding, EmbeddingModel
from domain.recommendation.kinds import KINDS, Item, Kind

PATIENCE_SECONDS: Final = 1.0
SOURCES_MAX: Final = 3
NEAR_MAX: Final = 20
# By the bundled model half of the demo shops' pairs of one food lie nearer, and few other pairs.
FAR: Final = 0.6

log = structlog.get_logger(__name__)
Answer = TypeVar("Answer")
Near = Mapping[Kind, Sequence[int]]
NOTHING: Final[Near] = {}

E: Final = AnalyticsBase.metadata.tables[Embedding.__tablename__].c
M: Final = AnalyticsBase.metadata.tables[EmbeddingModel.__tablename__].c
_VECTORS: Final = (
    select(E.item_id, E.vector, M.name, M.dimension)
    .join_from(Embedding, EmbeddingModel, E.model_id == M.model_id)
    .where(M.active, E.kind == bindparam("kind"))
    .where(E.item_id.in_(bindparam("ids", expanding=True, type_=BigId)))
    .order_by(E.item_id)
)


async def near_items(
    analytics: Database,
    items: Sequence[Item],
    *,
    kind: Kind,
    limit: int = NEAR_MAX,
    within: float = FAR,
) -> Sequence[int]:
    """Return the ids of the kind that lie near one of the items, the nearest first.

    Only the first three items are asked about, and none of them is answered. ``within`` is a cosine
    distance.
    """

    async def look(session: Session) -> list[int]:
        vectors, model = await _vectors(session, items[:SOURCES_MAX])
        own = [each.item_id for each in items if each.kind == kind]
        distances: dict[int, float] = {}
        for vector in vectors.values():
            assert model is not None, "a vector is of a model"
            found = await nearest(session, vector, model=model, kind=kind, limit=limit, exclude=own)
            for number, distance in found:
                distances[number] = min(distance, distances.get(number, within))
        near = [Nearest(*each) for each in distances.items()]
        near.sort(key=lambda each: (each.distance, each.item_id))
        return _close(near, within=within)[:limit]

    return await in_time(analytics, look, otherwise=[])


async def near_vector(analytics: Database, meaning: Meaning, *, kinds: Sequence[Kind]) -> Near:
    """Return the ids of each kind that lie near what is meant, the nearest first."""

    async def look(session: Session) -> Near:
        return await _near(session, meaning, kinds=kinds)

    return await in_time(analytics, look, otherwise=NOTHING)


async def near_taste(analytics: Database, taste: Mapping[Item, float]) -> Near:
    """Return the ids of each kind that lie near the weighted mean of these items' vectors."""

    async def look(session: Session) -> Near:
        vectors, model = await _vectors(session, taste)
        if model is None:
            return NOTHING
        mean = np.sum([taste[item] * vector for item, vector in vectors.items()], axis=0)
        length = float(np.linalg.norm(mean))
        if not length:
            return NOTHING
        unit = np.asarray(mean / length, np.float32)
        return await _near(session, Meaning(unit, model), kinds=KINDS)

    return await in_time(analytics, look, otherwise=NOTHING) if taste else NOTHING


async def in_time(
    analytics: Database, look: Callable[[Session], Awaitable[Answer]], *, otherwise: Answer
) -> Answer:
    """Return what is found in the analytics database; ``otherwise`` when that takes too long.

    Also when it is gone. Whoever waits holds no other connection.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), analytics.reads() as session:
            return await look(session)
    except Exception as error:
        if not is_unavailable(error):
            raise
        log.warning("analytics_unavailable", error=repr(error))
        return otherwise


async def _vectors(
    session: Session, items: Collection[Item]
) -> tuple[dict[Item, Vector], Model | None]:
    ids = defaultdict[Kind, list[int]](list)
    for item in items:
        ids[item.kind].append(item.item_id)
    vectors: dict[Item, Vector] = {}
    model: Model | None = None
    for kind in KINDS:
        if not ids[kind]:
            continue
        for row in await session.execute(_VECTORS, {"kind": kind, "ids": sorted(ids[kind])}):
            model = model or Model(row.name, row.dimension)
            # Another became active between two of these statements.
            if (row.name, row.dimension) == model:
                vectors[Item(kind, row.item_id)] = row.vector
    return vectors, model


async def _near(session: Session, meaning: Meaning, *, kinds: Sequence[Kind]) -> Near:
    vector, model = meaning
    return {
        kind: _close(await nearest(session, vector, model=model, kind=kind, limit=NEAR_MAX))
        for kind in kinds
    }


def _close(found: Sequence[Nearest], *, within: float = FAR) -> list[int]:
    return [each.item_id for each in found if each.distance < within]
