"""HNSW indexes of pgvector, one for each model and kind, and searches in them."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import BindParameter, Float, Integer, Select, bindparam, cast, select, text

from domain.kernel import AnalyticsBase, BigId, Database, Session
from domain.recommendation.embedding import Vector
from domain.recommendation.index.models import KIND, Embedding
from domain.recommendation.kinds import KINDS, Kind

# Neighbours of each node, and how wide one looks when placing it and when searching; wider finds
# more of the true neighbours and takes longer (``benchmarks/search.py`` measures both).
NEIGHBOURS: Final = 48
BUILD_WIDTH: Final = 300
SEARCH_WIDTH: Final = 110
# A graph that does not fit here is built many times slower.
BUILD_MEMORY: Final = "512MB"
PREFIX: Final = "search_hnsw_"
STATEMENTS_KEPT: Final = 64
# For pg_advisory_lock: one builds at a time.
BUILDING: Final = 0x75686F6B

_TABLE: Final = Embedding.__tablename__
E: Final = AnalyticsBase.metadata.tables[_TABLE].c
_TUNED: Final = "hnsw"
_TUNE: Final = text(
    "SELECT set_config('hnsw.ef_search', :width, false),"
    " set_config('hnsw.iterative_scan', 'strict_order', false)"
)
_INDEXES: Final = text(
    "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE i.indrelid = CAST(:of_table AS text)::regclass"
).bindparams(of_table=_TABLE)


class Space(NamedTuple):
    """Vectors that are searched together: of one model, and so one length, and of one kind."""

    model_id: int
    dimension: int
    kind: Kind

    @property
    def name(self) -> str:
        """Return the name of its index."""
        return f"{PREFIX}{self.model_id}_{self.kind}"


def is_vector_index(name: str | None) -> bool:
    """Tell whether an index is one of these, which come and go with the models."""
    return name is not None and name.startswith(PREFIX)


async def search(
    session: Session, space: Space, vector: Vector, *, limit: int, exclude: Collection[int]
) -> list[tuple[int, float]]:
    """Return the nearest items with their cosine distances, in no order among equals."""
    await _tune(session)
    halves = vector.astype("<f2")
    asked: dict[str, Any] = {"sought": halves, "most": limit}
    if exclude:
        asked["others"] = list(exclude)
    found = await session.execute(_nearest(space, excluding=bool(exclude)), asked)
    return [(row.item_id, row.distance) for row in found.all()]


async def build(db: Database, spaces: Collection[Space]) -> bool:
    """Build the indexes that are missing, while everybody reads and writes.

    Returns False when somebody else is building just now. What an interrupted build left behind
    is no index, and is built again.
    """
    async with db.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(text(f"SELECT pg_try_advisory_lock({BUILDING})")):
            return False
        try:
            there = {row.relname: row.indisvalid for row in await connection.execute(_INDEXES)}
            broken = [space for space in spaces if there.get(space.name) is False]
            await connection.execute(text(f"SET maintenance_work_mem = '{BUILD_MEMORY}'"))
            for space in broken:
                await connection.execute(_drop(space.name))
            for space in spaces:
                if not there.get(space.name):
                    await connection.execute(_create(space))
        finally:
            # With the session the lock would go, too; but this one goes back to the pool.
            await connection.execute(text("RESET maintenance_work_mem"))
            await connection.execute(text(f"SELECT pg_advisory_unlock({BUILDING})"))
    return True


async def drop_strangers(db: Database, model_ids: Iterable[int]) -> None:
    """Drop the indexes of every model but these."""
    ours = {Space(number, 0, kind).name for number in model_ids for kind in KINDS}
    async with db.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        there = [row.relname for row in await connection.execute(_INDEXES)]
        for name in there:
            if is_vector_index(name) and name not in ours:
                await connection.execute(_drop(name))


async def _tune(session: Session) -> None:
    """Let this connection look wide enough, and go on where a filter left too little."""
    connection = await session.connection()
    if _TUNED not in connection.info:
        await session.execute(_TUNE, {"width": str(SEARCH_WIDTH)})
        connection.info[_TUNED] = True


@lru_cache(maxsize=STATEMENTS_KEPT)
def _nearest(space: Space, *, excluding: bool) -> Select[Any]:
    # The planner takes a partial index, and one on a cast, only when it reads the very values.
    sought = bindparam("sought", type_=HALFVEC(space.dimension))
    distance = cast(E.vector, HALFVEC(space.dimension)).op("<=>", return_type=Float)(sought)
    of_space = (E.model_id == _literally("model", space.model_id, BigId)) & (
        E.kind == _literally("kind", space.kind, KIND)
    )
    found = select(E.item_id, distance.label("distance")).where(of_space)
    if excluding:
        others = bindparam("others", expanding=True, type_=BigId)
        found = found.where(E.item_id.not_in(others))
    return found.order_by(distance).limit(bindparam("most", type_=Integer))


def _literally(name: str, value: object, type_: Any) -> BindParameter[Any]:  # noqa: ANN401 (a column's type)
    return bindparam(name, value, type_=type_, literal_execute=True)


def _create(space: Space) -> Any:  # noqa: ANN401 (a statement)
    return text(
        f"CREATE INDEX CONCURRENTLY {space.name} ON {_TABLE}"
        f" USING hnsw ((vector::halfvec({space.dimension})) halfvec_cosine_ops)"
        f" WITH (m = {NEIGHBOURS}, ef_construction = {BUILD_WIDTH})"
        f" WHERE model_id = {space.model_id} AND kind = '{space.kind}'"
    )


def _drop(name: str) -> Any:  # noqa: ANN401 (a statement)
    return text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
