"""Everything a database holds, to be compared before and after."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from domain.kernel import Base, Database

# What the relay, the inbox and the index write in their own time, when the clock rings beside a
# test.
AFTERMATH = frozenset(
    {
        "outbox",
        "outbox_unheard",
        "inboxes",
        "notifications",
        "recommendation_changes",
        "recommendation_announcements",
    }
)


async def photograph(
    db: Database, *, without: Collection[str] = ()
) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the service database, without some tables."""
    async with db.reads() as session:
        return {
            table.name: sorted(
                (tuple(row) for row in await session.execute(select(table))), key=repr
            )
            for table in Base.metadata.sorted_tables
            if table.name not in without
        }
