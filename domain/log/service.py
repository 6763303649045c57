"""Writing the event log, in batches and without repeats, and reading it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from domain.kernel import Session, UserId
from domain.log.models import LogRow
from domain.log.schemas import Entry, LogView

# SQLSTATE classes of statements that fail however often they are tried: data, constraints.
HOPELESS: Final = frozenset({"22", "23"})


class Unwritable(Exception):
    """The database is well and refuses these entries."""


async def record(session: Session, entries: Sequence[Entry]) -> int:
    """Write the entries with one statement and return how many were not known yet.

    Raises Unwritable when at least one of them can never be written.
    """
    if not entries:
        return 0
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = (
        insert(LogRow)
        .values([entry.model_dump() for entry in entries])
        .on_conflict_do_nothing(index_elements=["event_id"])
        .returning(LogRow.log_id)
    )
    try:
        return len((await session.scalars(statement)).all())
    except (DBAPIError, OverflowError) as error:
        if _is_hopeless(error):
            raise Unwritable(str(error)) from error
        raise


async def recent(session: Session, user_id: UserId, *, limit: int = 50) -> Sequence[LogView]:
    """Return what the user did lately, newest first."""
    newest = (LogRow.created_at.desc(), LogRow.log_id.desc())
    rows = select(LogRow).where(LogRow.user_id == user_id).order_by(*newest).limit(limit)
    return [LogView.model_validate(row) for row in await session.scalars(rows)]


def _is_hopeless(error: DBAPIError | OverflowError) -> bool:
    if isinstance(error, DataError | IntegrityError | OverflowError):
        return True
    # asyncpg refuses some values before it sends them, and calls that an interface error.
    if isinstance(error.orig and error.orig.__cause__, ValueError | OverflowError):
        return True
    return str(getattr(error.orig, "sqlstate", ""))[:2] in HOPELESS
