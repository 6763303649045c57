"""Writing the event log, in batches and without repeats, and reading it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from domain.kernel import Key, Keyset, Session, Slice, UserId, Window
from domain.log.models import LogRow
from domain.log.schemas import Entry, LogView

# SQLSTATE classes of statements that fail however often they are tried: data, constraints.
COLUMNS: Final = tuple(LogRow.__table__.c[name] for name in LogView.model_fields)
HOPELESS: Final = frozenset({"22", "23"})
NEWEST: Final = Keyset(
    (
        Key(LogRow.created_at, "created_at", descending=True),
        Key(LogRow.log_id, "log_id", descending=True),
    )
)


class Unwritable(Exception):
    """The database is well and refuses these entries."""


async def record(session: Session, entries: Sequence[Entry]) -> int:
    """Write the entries with one statement and return how many were not known yet.

    Raises Unwritable when at least one of them can never be written.
    """
    return len(await write(session, entries))


async def write(session: Session, entries: Sequence[Entry]) -> Mapping[str, int]:
    """Write the entries with one statement and return the ``log_id`` of each new ``event_id``.

    Raises Unwritable when at least one of them can never be written.
    """
    if not entries:
        return {}
    try:
        # A list of rows, not one statement of so many: its form is compiled once and cached.
        written = await session.execute(
            _insert(session.get_bind().dialect.name), [entry.model_dump() for entry in entries]
        )
        return {row.event_id: row.log_id for row in written}
    except (DBAPIError, OverflowError) as error:
        if _is_hopeless(error):
            raise Unwritable(str(error)) from error
        raise


async def written(session: Session, event_id: str) -> LogView | None:
    """Return the entry of that id, if there is one."""
    row = await session.scalar(select(LogRow).where(LogRow.event_id == event_id))
    return None if row is None else LogView.model_validate(row)


async def recent(session: Session, user_id: UserId | None, *, limit: int = 50) -> Sequence[LogView]:
    """Return what the user, or every stranger, did lately, newest first."""
    return (await history(session, user_id, window=Window(limit))).rows


async def history(session: Session, user_id: UserId | None, *, window: Window) -> Slice[LogView]:
    """Return a part of what the user, or every stranger, did, newest first.

    Raises CursorInvalid.
    """
    theirs = select(*COLUMNS).where(LogRow.user_id == user_id)  # IS NULL, for strangers
    found = await NEWEST.rows(session, theirs, window)
    # What is in the table was checked and masked on its way there.
    views = [LogView.model_construct(**row._asdict()) for row in found.rows]
    return Slice(views, found.next_cursor)


def _insert(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    table = LogRow.__table__
    assert isinstance(table, Table)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    fresh = insert(table).on_conflict_do_nothing(index_elements=["event_id"])
    return fresh.returning(table.c.event_id, table.c.log_id)


def _is_hopeless(error: DBAPIError | OverflowError) -> bool:
    if isinstance(error, DataError | IntegrityError | OverflowError):
        return True
    # asyncpg refuses some values before it sends them, and calls that an interface error.
    if isinstance(error.orig and error.orig.__cause__, ValueError | OverflowError):
        return True
    return str(getattr(error.orig, "sqlstate", ""))[:2] in HOPELESS
