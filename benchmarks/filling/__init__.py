"""A believable shop of any size, drawn without chance and inserted table by table."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.filling.orders import orders
from benchmarks.filling.people import (
    accounts,
    belongings,
    email_of,
    inboxes,
    log_lines,
    session_of,
)
from benchmarks.filling.shops import hs_shop, kok_shop, recipes
from benchmarks.filling.size import Rows, Size, is_kok, lines_of
from domain.kernel import Database

__all__ = [
    "Rows",
    "Size",
    "email_of",
    "fill",
    "fill_log",
    "is_kok",
    "lines_of",
    "pour",
    "session_of",
]

BATCH: Final = 5_000
NO_PASSWORD: Final = "!"  # noqa: S105 (it matches none)


async def fill(
    db: Database, size: Size, *, now: datetime, password_hash: str = NO_PASSWORD
) -> None:
    """Put a whole shop into an empty service database."""
    await pour(
        db,
        [
            *kok_shop(size, now),
            *hs_shop(size, now),
            *recipes(size),
            *accounts(size, now, password_hash=password_hash),
            *belongings(size, now),
            *inboxes(size, now),
            *orders(size, now),
        ],
    )


async def fill_log(analytics: Database, size: Size, *, now: datetime) -> None:
    """Put everybody's past into an empty analytics database."""
    await pour(analytics, log_lines(size, now))


async def pour(db: Database, tables: Iterable[Rows]) -> None:
    """Insert the rows, table by table, all or none of them."""
    async with db.engine.begin() as connection:
        for model, rows in tables:
            for at in range(0, len(rows), BATCH):
                await _insert(connection, model, list(rows[at : at + BATCH]))


async def _insert(connection: AsyncConnection, model: Any, rows: list[dict[str, Any]]) -> None:  # noqa: ANN401 (any mapped class)
    # By attribute: a column may be named otherwise.
    columns = {prop.key: prop.columns[0].name for prop in model.__mapper__.column_attrs}
    named = [{columns[key]: value for key, value in row.items()} for row in rows]
    await connection.execute(insert(model.__table__), named)
