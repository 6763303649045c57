"""Migrations bring every engine to the tables that the domain declares."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from domain.kernel import AnalyticsBase, Base
from migrations.running import is_planned, know_every_table
from server.migrate import is_current, migrate, newest


def difference(connection, base):
    context = MigrationContext.configure(connection, opts={"include_name": is_planned})
    return compare_metadata(context, base.metadata)


async def test_the_service_tables_are_those_of_the_domain(db):
    """Nothing is missing, nothing is left over."""
    know_every_table()
    async with db.engine.connect() as connection:
        assert await connection.run_sync(difference, Base) == []


async def test_the_analytics_tables_are_those_of_the_domain(analytics):
    """Nothing is missing, nothing is left over."""
    know_every_table()
    async with analytics.engine.connect() as connection:
        assert await connection.run_sync(difference, AnalyticsBase) == []


async def test_migrating_again_and_twice_at_once_is_harmless(db):
    """Two workers start together."""
    await asyncio.gather(migrate(db, "service"), migrate(db, "service"))
    assert await is_current(db, "service")


@pytest.mark.parametrize("name", ["service", "analytics"])
def test_history_is_one_line(name):
    """Two heads are a merge somebody forgot."""
    assert len(newest(name)) == 1
