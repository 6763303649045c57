"""The version of each part of the index: what readers compare, and what writers hold on to."""

from typing import Any, Final, Literal

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.kernel import AnalyticsBase, Session
from domain.recommendation.index.models import IndexState

Part = Literal["documents", "vectors", "larder"]

_STATE: Final = AnalyticsBase.metadata.tables[IndexState.__tablename__]
_VERSION: Final = select(_STATE.c.version).where(_STATE.c.part == bindparam("which"))
_GROW: Final = (
    update(_STATE)
    .where(_STATE.c.part == bindparam("which"))
    .values(version=_STATE.c.version + 1)
    .returning(_STATE.c.version)
)


async def index_version(session: Session, part: Part = "documents") -> int:
    """Return the number that grows with every change of that part; 0 before the first."""
    return int(await session.scalar(_VERSION, {"which": part}) or 0)


async def hold(session: Session, part: Part) -> None:
    """Be the only writer of that part until the transaction ends."""
    dialect = session.get_bind().dialect.name
    await session.execute(_begun(dialect), {"part": part, "version": 0})
    await session.execute(_VERSION.with_for_update(), {"which": part})


async def grow(session: Session, part: Part) -> int:
    """Note that the part, which is held, has changed; return its version from the commit on."""
    return int((await session.execute(_GROW, {"which": part})).scalar_one())


def upserting(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own INSERT)
    """Return the dialect's INSERT, which knows ON CONFLICT; both speak it alike."""
    return postgresql.insert if dialect == "postgresql" else sqlite.insert


def _begun(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    return upserting(dialect)(_STATE).on_conflict_do_nothing(index_elements=["part"])
