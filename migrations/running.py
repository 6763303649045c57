"""What the environments of both databases share."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection, MetaData, text

import domain
from domain import recommendation
from domain.kernel import UtcDateTime

LOCK_SECONDS = 120


def run(metadata: MetaData) -> None:
    """Run the migrations that were asked for, on the connection that was handed over."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_render,
        include_name=is_planned,
    )
    with _alone(connection), context.begin_transaction():
        context.run_migrations()


def is_planned(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether a thing in the database is a migration's business.

    The indexes of vectors come and go with the models, which are rows.
    """
    return kind != "index" or not recommendation.is_vector_index(name)


def know_every_table() -> None:
    """Import every context, so that its tables are in the metadata."""
    for context_module in pkgutil.iter_modules(domain.__path__):
        importlib.import_module(f"domain.{context_module.name}")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Let one process migrate at a time; SQLite's write lock does that by itself."""
    match connection.dialect.name:
        case "mysql" | "mariadb":
            take, give = f"SELECT GET_LOCK('uhok_migrate', {LOCK_SECONDS})", "RELEASE_LOCK"
            assert connection.scalar(text(take)) == 1, "another migration takes too long"
            yield
            connection.execute(text(f"SELECT {give}('uhok_migrate')"))
        case "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('uhok_migrate'))"))
            yield
        case _:
            yield


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 (Alembic's own signature)
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from domain import kernel")
        return "kernel.UtcDateTime()"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy import Text")  # Alembic writes JSONB's without
    return False
