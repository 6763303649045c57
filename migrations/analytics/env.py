"""Migrations of the analytics database."""

from domain.kernel import AnalyticsBase
from migrations.running import know_every_table, run

know_every_table()
run(AnalyticsBase.metadata)
