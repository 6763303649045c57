"""Bring a database to the newest version with Alembic; the one door through which it is called.

``python -m server.migrate service "what changes"`` drafts the next version under ``migrations/``
by comparing the tables of ``domain/`` with a throwaway database at the newest version.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from domain.kernel import Database, open_database

Name = Literal["service", "analytics"]

ONE_AT_A_TIME: Final = asyncio.Lock()
MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"


async def migrate(db: Database, name: Name) -> None:
    """Run what the database has not seen yet; harmless when it has seen all, or twice at once."""
    # Alembic keeps the migration under way in its own module, so one process runs one at a time;
    # between processes the database's lock decides.
    async with ONE_AT_A_TIME, _connection(db) as connection:
        await connection.run_sync(_run, name, lambda config: command.upgrade(config, "head"))


async def is_current(db: Database, name: Name) -> bool:
    """Tell whether the database is at the newest version."""
    async with db.engine.connect() as connection:
        heads = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_heads()
        )
    return set(heads) == newest(name)


@cache
def newest(name: Name) -> frozenset[str]:
    """Return the newest version there is."""
    return frozenset(ScriptDirectory.from_config(_config(name)).get_heads())


async def draft(name: Name, message: str) -> None:
    """Write the next version's file; a person reads it before it is kept."""
    number = f"{len(list((MIGRATIONS / name / 'versions').glob('*.py'))) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(f"sqlite+aiosqlite:///{folder}/newest.db")
        await migrate(db, name)
        async with _connection(db) as connection:
            await connection.run_sync(
                _run,
                name,
                lambda config: command.revision(config, message, autogenerate=True, rev_id=number),
            )
        await db.close()


def _run(connection: Any, name: Name, act: Callable[[Config], object]) -> None:  # noqa: ANN401 (SQLAlchemy's, which is spoken in domain/)
    config = _config(name)
    config.attributes["connection"] = connection
    act(config)


def _config(name: Name) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / name).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@asynccontextmanager
async def _connection(db: Database) -> AsyncIterator[Any]:
    async with db.engine.connect() as connection:
        sqlite = db.engine.dialect.name == "sqlite"
        driver = (await connection.get_raw_connection()).driver_connection if sqlite else None
        # SQLite alters a table by copying it; dropping the old one must not cascade. The switch
        # does nothing inside a transaction, so the driver itself is asked before one begins.
        if driver is not None:
            await driver.execute("PRAGMA foreign_keys=OFF")
        try:
            async with connection.begin():
                yield connection
        finally:
            if driver is not None:
                await driver.execute("PRAGMA foreign_keys=ON")


if __name__ == "__main__":
    place, what = sys.argv[1:3]
    assert place in get_args(Name), f"a database is one of {get_args(Name)}"
    asyncio.run(draft("service" if place == "service" else "analytics", what))
