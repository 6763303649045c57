"""Migrations of the service database."""

from domain.kernel import Base
from migrations.running import know_every_table, run

know_every_table()
run(Base.metadata)
