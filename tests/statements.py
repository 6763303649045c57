"""What is said to a database while one question is answered, and by nobody else meanwhile."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from domain.kernel import Database

BRACKETS = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Statement:
    """A statement as the driver gets it."""

    text: str
    parameters: Any

    @property
    def reads(self) -> bool:
        """Tell a SELECT from a change."""
        return self.text.lstrip("( \n").upper().startswith(("SELECT", "WITH"))


_ours: ContextVar[list[Statement] | None] = ContextVar("_ours", default=None)


@contextmanager
def overhearing(*databases: Database) -> Iterator[None]:
    """Let ``statements`` hear what is said to these databases."""

    def hear(*told: Any) -> None:
        # Of this task and those it starts: the relay and the jobs talk, too.
        if (heard := _ours.get()) is not None:
            text, parameters = told[2], told[3]
            if not text.lstrip().upper().startswith(BRACKETS):
                heard.append(Statement(text, parameters))

    engines = {db.engine.sync_engine for db in databases}
    engines |= {db.readers.sync_engine for db in databases if db.engine.pool is not db.readers.pool}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


@contextmanager
def statements() -> Iterator[Sequence[Statement]]:
    """Collect what the block says to the databases that are overheard."""
    heard: list[Statement] = []
    token = _ours.set(heard)
    try:
        yield heard
    finally:
        _ours.reset(token)
