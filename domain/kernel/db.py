"""The two databases, their session factories and the column types they share.

The session is the unit of work: it is opened, committed and closed at the edge (a route, a
topic, a job) and only used in here. Writers use ``sessions.begin()``; readers use ``reads()``,
which on SQLite takes no write lock.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Integer, MetaData, event, text
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.types import TypeDecorator

Session = AsyncSession
Sessions = async_sessionmaker[AsyncSession]

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment with microseconds, on databases that keep no zone.

    DATETIME(6) on MariaDB, TIMESTAMPTZ on PostgreSQL, ISO text on SQLite. A naive value is a bug.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401 (SQLAlchemy's own signature)
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "times inside are aware"
        at = value.astimezone(UTC)
        return at if dialect.name == "postgresql" else at.replace(tzinfo=None)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,
    ) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


# SQLite numbers rows by itself only when the primary key is plainly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Tables of the service database: what must be consistent."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: UtcDateTime()}


class AnalyticsBase(DeclarativeBase):
    """Tables of the analytics database: what grows."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: UtcDateTime()}


@dataclass(frozen=True, slots=True)
class Database:
    """One engine and the two ways to talk to it."""

    engine: AsyncEngine
    sessions: Sessions
    reads: Sessions
    sync_sessions: type[SyncSession]

    async def ping(self) -> None:
        """Raise what the driver raises when the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give every pooled connection back."""
        await self.engine.dispose()


def open_database(url: str, *, pool_size: int = 10, overflow_max: int = 20) -> Database:
    """Open a database by its SQLAlchemy URL; nothing is contacted yet."""
    backend = make_url(url).get_backend_name()
    options: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": overflow_max,
        "pool_timeout": 5,
        # Korean keys and values stay readable, and JSON path look-ups on MariaDB find them.
        "json_serializer": _to_json,
    }
    if backend != "sqlite":
        options |= {"pool_pre_ping": True, "pool_recycle": 1800}
    if backend in {"mysql", "mariadb"}:
        # Gap locks of REPEATABLE READ would make strangers wait for each other.
        options |= {"isolation_level": "READ COMMITTED", "connect_args": {"connect_timeout": 3}}
    if backend == "postgresql":
        options |= {"connect_args": {"timeout": 3}}
    engine = create_async_engine(url, **options)
    if backend == "sqlite":
        _prepare_sqlite(engine)
    readers = engine.execution_options(read_only=True)
    # Its own class, so that a listener hears this database's commits and no other's.
    sync_sessions = type("WritingSession", (SyncSession,), {})
    return Database(
        engine=engine,
        sync_sessions=sync_sessions,
        sessions=async_sessionmaker(
            engine, sync_session_class=sync_sessions, expire_on_commit=False
        ),
        reads=async_sessionmaker(readers, expire_on_commit=False, autoflush=False),
    )


def is_unavailable(error: BaseException) -> bool:
    """Tell a database that is gone or overloaded from a statement that is wrong."""
    if isinstance(error, PoolTimeout | InterfaceError | ConnectionError | TimeoutError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError)


def is_duplicate(error: DBAPIError) -> bool:
    """Tell whether the statement broke a unique constraint."""
    return any(sign in str(error.orig).lower() for sign in ("duplicate entry", "unique constraint"))


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare_sqlite(engine: AsyncEngine) -> None:
    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's object)
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA busy_timeout=15000")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        # A deferred writer that upgrades late fails at once with "database is locked".
        reading = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    hooks: tuple[tuple[str, Callable[..., None]], ...] = (
        ("connect", on_connect),
        ("begin", on_begin),
    )
    for name, hook in hooks:
        event.listen(engine.sync_engine, name, hook)
