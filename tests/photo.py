"""Everything a database holds, to be compared before and after."""

from typing import Any

from sqlalchemy import select

from domain.kernel import Base, Database


async def photograph(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the service database."""
    async with db.reads() as session:
        return {
            table.name: sorted(
                (tuple(row) for row in await session.execute(select(table))), key=repr
            )
            for table in Base.metadata.sorted_tables
        }
