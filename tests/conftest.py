"""What every test may ask for: engines, migrated databases, a clock that is moved by hand, the app.

Databases are migrated by Alembic once per run. A SQLite test gets its own copy of a migrated
file; MariaDB and PostgreSQL have one migrated database each, emptied before every test that asks
for it. The real engines are started by the first test that needs one.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from domain import kernel
from domain.kernel import AnalyticsBase, Base, Database
from server.app import create_app
from server.migrate import migrate
from server.settings import Settings
from server.wiring import open_state
from tests.engines import Engines, engines
from tests.running import House, running

# A machine that stands still for a while is no fault of the engine's.
PATIENT_SECONDS = 60
NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)  # twelve o'clock in Seoul


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Move on by so many seconds, minutes, days."""
        self.now += timedelta(**by)


class Notebook:
    """A journal that keeps everything in a list."""

    def __init__(self) -> None:
        self.noted = []
        self.appended = []

    def note(self, entry) -> None:
        """Keep a request of interest."""
        self.noted.append(entry)

    async def append(self, rows) -> None:
        """Keep facts."""
        self.appended.extend(rows)


@pytest.fixture
def clock() -> HandClock:
    """Noon in Seoul."""
    return HandClock(NOON)


@pytest.fixture(scope="session")
def real() -> Iterator[Engines]:
    """MariaDB, PostgreSQL and Redis, started for this run."""
    with engines() as started:
        yield started


@pytest.fixture(scope="session")
async def sqlite_files(tmp_path_factory) -> dict[str, Path]:
    """One migrated, empty file for each database, to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    files = {name: folder / f"{name}.db" for name in ("service", "analytics")}
    for name, file in files.items():
        await _migrated(f"sqlite+aiosqlite:///{file}", name)
    return files


@pytest.fixture(scope="session")
async def mariadb_url(real) -> str:
    """The migrated MariaDB database."""
    await _migrated(real.mariadb.url, "service")
    return real.mariadb.url


@pytest.fixture(scope="session")
async def postgres_url(real) -> str:
    """The migrated PostgreSQL database."""
    await _migrated(real.postgres.url, "analytics")
    return real.postgres.url


@pytest.fixture
def sqlite_url(sqlite_files, tmp_path) -> str:
    """A SQLite service database of the test's own."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_files['service'], tmp_path)}"


@pytest.fixture
def sqlite_analytics_url(sqlite_files, tmp_path) -> str:
    """A SQLite analytics database of the test's own."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_files['analytics'], tmp_path)}"


@pytest.fixture(params=["sqlite", "mariadb"])
def db_url(request) -> str:
    """The address of a migrated service database, on each engine in turn."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def db(db_url) -> AsyncIterator[Database]:
    """An empty service database, on each engine in turn."""
    async with _opened(db_url, Base) as database:
        yield database


@pytest.fixture(params=["sqlite_analytics", "postgres"])
def analytics_url(request) -> str:
    """The address of a migrated analytics database, on each engine in turn."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def analytics(analytics_url) -> AsyncIterator[Database]:
    """An empty analytics database, on each engine in turn."""
    async with _opened(analytics_url, AnalyticsBase) as database:
        yield database


@pytest.fixture
async def redis_url(real) -> str:
    """The real Redis, empty."""
    async with Redis.from_url(real.redis.url) as redis:
        await redis.flushall()
    return real.redis.url


@pytest.fixture
def embedded_settings(sqlite_url, sqlite_analytics_url, tmp_path) -> Settings:
    """Nothing but this process and two files."""
    return Settings(
        environment="test",
        data_dir=tmp_path,
        service_db_url=sqlite_url,
        analytics_db_url=sqlite_analytics_url,
        redis_url="",
        bcrypt_cost=4,
    )


@pytest.fixture
async def real_settings(mariadb_url, postgres_url, redis_url, tmp_path) -> Settings:
    """The three real engines, empty."""
    for url, base in ((mariadb_url, Base), (postgres_url, AnalyticsBase)):
        async with _opened(url, base):
            pass  # emptied
    return Settings(
        environment="test",
        data_dir=tmp_path,
        service_db_url=mariadb_url,
        analytics_db_url=postgres_url,
        db_connect_seconds=PATIENT_SECONDS,
        redis_url=redis_url,
        bcrypt_cost=4,
    )


@pytest.fixture(params=["embedded", "real"])
def settings(request) -> Settings:
    """The embedded default and the real engines in turn."""
    return request.getfixturevalue(f"{request.param}_settings")


@pytest.fixture
def notebook() -> Notebook:
    """The event log's near end, for tests that ask only what was handed to it."""
    return Notebook()


@pytest.fixture
async def house(settings, clock, notebook) -> AsyncIterator[House]:
    """The application, started; ``house.state`` is what its requests reach."""
    opened = partial(open_state, settings, clock=clock, journal=notebook)
    async with running(create_app(settings, opened)) as started:
        yield started


@pytest.fixture
async def client(house) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the started application."""
    async with house.client() as http:
        yield http


@asynccontextmanager
async def _opened(url: str, base: type[Base | AnalyticsBase]) -> AsyncIterator[Database]:
    database = kernel.open_database(url, connect_seconds=PATIENT_SECONDS)
    if not url.startswith("sqlite"):  # whose file is the test's own
        await empty(database, base)
    yield database
    await database.close()


async def empty(database: Database, base: type[Base | AnalyticsBase]) -> None:
    """Delete every row, children first."""
    async with database.engine.begin() as connection:
        mariadb = connection.dialect.name in {"mysql", "mariadb"}
        if mariadb:
            await connection.execute(text("SET foreign_key_checks = 0"))
        for table in reversed(base.metadata.sorted_tables):
            await connection.execute(table.delete())
        if mariadb:
            await connection.execute(text("SET foreign_key_checks = 1"))


async def _migrated(url: str, name: str) -> None:
    database = kernel.open_database(url, connect_seconds=PATIENT_SECONDS)
    await migrate(database, name)
    await database.close()
