"""The two databases, their session factories and the column types they share.

The session is the unit of work: it is opened, committed and closed at the edge (a route, a
topic, a job) and only used in here. Writers use ``sessions.begin()``; readers use ``reads()``,
which on SQLite takes no write lock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import orjson
from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Integer, MetaData, event, text
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.pool import PoolResetState, QueuePool
from sqlalchemy.types import TypeDecorator

Session = AsyncSession
Sessions = async_sessionmaker[AsyncSession]

# A connection that was used so recently is not asked whether it still lives.
FRESH_SECONDS: Final = 1.0
CONNECT_SECONDS: Final = 3

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

    @property
    def python_type(self) -> type[datetime]:
        """Return what a value of it is."""
        return datetime

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
    """One database and the two ways to talk to it, each with its own engine."""

    engine: AsyncEngine
    readers: AsyncEngine
    sessions: Sessions
    reads: Sessions
    sync_sessions: type[SyncSession]

    @property
    def in_use(self) -> int:
        """Return how many pooled connections are taken."""
        pools = {engine.pool for engine in (self.engine, self.readers)}
        return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))

    async def ping(self) -> None:
        """Raise what the driver raises when the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give every pooled connection back."""
        await self.engine.dispose()
        await self.readers.dispose()


def open_database(
    url: str,
    *,
    pool_size: int = 10,
    overflow_max: int = 20,
    fresh_seconds: float = FRESH_SECONDS,
    connect_seconds: int = CONNECT_SECONDS,
) -> Database:
    """Open a database by its SQLAlchemy URL; nothing is contacted yet.

    Writers and readers have a pool each, of this size.
    """
    backend = make_url(url).get_backend_name()
    options: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": overflow_max,
        "pool_timeout": 5,
        # What people wrote, their password hashes too, would stand in the log of a failure.
        "hide_parameters": True,
        # Korean keys and values stay readable, and JSON path look-ups on MariaDB find them.
        "json_serializer": _to_json,
        "json_deserializer": orjson.loads,
    }
    options |= _connecting(backend, connect_seconds)
    engine, readers = _engines(url, options, fresh_seconds=fresh_seconds)
    # Its own class, so that a listener hears this database's commits and no other's.
    sync_sessions = type("WritingSession", (SyncSession,), {})
    return Database(
        engine=engine,
        readers=readers,
        sync_sessions=sync_sessions,
        sessions=async_sessionmaker(
            engine, sync_session_class=sync_sessions, expire_on_commit=False
        ),
        reads=async_sessionmaker(readers, expire_on_commit=False, autoflush=False),
    )


def _connecting(backend: str, seconds: int) -> dict[str, Any]:
    if backend in {"mysql", "mariadb"}:
        return {
            # Gap locks of REPEATABLE READ would make strangers wait for each other.
            "isolation_level": "READ COMMITTED",
            "connect_args": {"connect_timeout": seconds},
            "pool_reset_on_return": None,  # see _roll_back_what_is_open
        }
    return {"connect_args": {"timeout": seconds}} if backend == "postgresql" else {}


def _engines(
    url: str, options: dict[str, Any], *, fresh_seconds: float
) -> tuple[AsyncEngine, AsyncEngine]:
    """Return what writes and what reads; SQLite has one pool for both."""
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        engine = create_async_engine(url, **options)
        _prepare_sqlite(engine)
        return engine, engine.execution_options(read_only=True)
    options = options | {"pool_recycle": 1800}
    engine = create_async_engine(url, **options)
    readers = create_async_engine(url, **_reading(options, backend))
    for each in (engine, readers):
        _greet_after_idling(each, fresh_seconds)
    if backend in {"mysql", "mariadb"}:
        _roll_back_what_is_open(engine)
    return engine, readers


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
    return orjson.dumps(value).decode()


def _reading(options: dict[str, Any], backend: str) -> dict[str, Any]:
    """Return the options of an engine that only reads.

    Alone, a statement sees what READ COMMITTED would show it, and saves the two round trips that
    begin and end a transaction.
    """
    refusing: dict[str, Any] = {"init_command": "SET SESSION TRANSACTION READ ONLY"}
    if backend == "postgresql":
        refusing = {"server_settings": {"default_transaction_read_only": "on"}}
    return options | {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,
        "connect_args": options["connect_args"] | refusing,
    }


def _greet_after_idling(engine: AsyncEngine, fresh_seconds: float) -> None:
    """Ping pooled connections before use, except those that answered a moment ago."""
    dialect = engine.dialect

    def on_checkin(_connection: object, record: Any) -> None:  # noqa: ANN401 (the pool's object)
        record.info["idle_since"] = time.monotonic()

    def on_checkout(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401 (the pool's objects)
        idle_since = record.info.pop("idle_since", None)
        if idle_since is None or time.monotonic() - idle_since < fresh_seconds:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool connects anew

    event.listen(engine.sync_engine, "checkin", on_checkin)
    event.listen(engine.sync_engine, "checkout", on_checkout)


def _roll_back_what_is_open(engine: AsyncEngine) -> None:
    """Roll a connection back when it returns to the pool in the middle of a transaction.

    By default the pool does so always, also after a commit: one more round trip for each write.
    The server's last answer has told whether a transaction is open.
    """

    def on_reset(connection: Any, _record: object, state: PoolResetState) -> None:  # noqa: ANN401 (a driver's object)
        if state.asyncio_safe and connection.driver_connection.get_transaction_status():
            connection.rollback()

    event.listen(engine.sync_engine, "reset", on_reset)


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
