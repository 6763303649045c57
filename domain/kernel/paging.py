"""One part of a list: a page counted from 1, or what follows a cursor, whatever is inserted.

A cursor names the last row that was read by the values the list is ordered by, so the next part
begins right after it even when rows came or went in between ("keyset pagination"; Winand, "SQL
Performance Explained", ch. 7). It is opaque to clients, and only means something for the list it
came from.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.kernel.db import Session
from domain.kernel.errors import Invalid

Row = TypeVar("Row")

CURSOR_LENGTH_MAX: Final = 500


class CursorInvalid(Invalid):
    """The cursor is not one that this list gave out."""

    code = "cursor_invalid"
    text = "cursor가 올바르지 않습니다."


@dataclass(frozen=True, slots=True)
class Window:
    """The part that is wanted: ``size`` rows of page ``page``, or those after ``cursor``."""

    size: int
    page: int = 1
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """The part that was found; ``next_cursor`` is None at the end of the list."""

    rows: Sequence[Row]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """One column a list is ordered by; rows carry it as the attribute ``name``."""

    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    name: str
    descending: bool = False

    def order(self) -> ColumnElement[Any]:
        """Return the ORDER BY element."""
        return self.column.desc() if self.descending else self.column.asc()

    def beyond(self, value: object) -> ColumnElement[bool]:
        """Return the condition of coming after the value."""
        return self.column < value if self.descending else self.column > value


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of a list; its last key is unique, so that no two rows tie."""

    keys: tuple[Key, ...]

    async def scalars(self, session: Session, statement: Select[Row], window: Window) -> Slice[Row]:
        """Return the wanted part of the statement's entities. Raises CursorInvalid."""
        found = (await session.scalars(self._windowed(statement, window))).all()
        return self._slice(found, window)

    async def rows(
        self, session: Session, statement: Select[*tuple[Any, ...]], window: Window
    ) -> Slice[Any]:
        """Return the wanted part of the statement's rows. Raises CursorInvalid."""
        found = (await session.execute(self._windowed(statement, window))).all()
        return self._slice(found, window)

    def _windowed(self, statement: Select[Row], window: Window) -> Select[Row]:
        ordered = statement.order_by(None).order_by(*(key.order() for key in self.keys))
        ordered = ordered.limit(window.size + 1)  # one more tells whether there is more
        if window.cursor is not None:
            return ordered.where(self._after(self._read(window.cursor)))
        return ordered.offset((window.page - 1) * window.size) if window.page > 1 else ordered

    def _slice(self, found: Sequence[Row], window: Window) -> Slice[Row]:
        rows = found[: window.size]
        more = len(found) > window.size
        return Slice(rows, self._write(rows[-1]) if more else None)

    def _after(self, values: Sequence[object]) -> ColumnElement[bool]:
        alternatives: list[ColumnElement[bool]] = []
        for index, key in enumerate(self.keys):
            same = (earlier.column == values[at] for at, earlier in enumerate(self.keys[:index]))
            alternatives.append(and_(*same, key.beyond(values[index])))
        return or_(*alternatives)

    def _write(self, row: object) -> str:
        values = [_plain(getattr(row, key.name)) for key in self.keys]
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, cursor: str) -> list[object]:
        try:
            text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
            values = json.loads(text)
            if not isinstance(values, list) or len(values) != len(self.keys):
                raise CursorInvalid
            return [_typed(key, value) for key, value in zip(self.keys, values, strict=True)]
        except (binascii.Error, ArithmeticError, ValueError, TypeError, RecursionError) as error:
            raise CursorInvalid from error


async def count_of(session: Session, statement: Select[*tuple[Any, ...]]) -> int:
    """Return how many rows the statement has."""
    within = statement.order_by(None).limit(None).offset(None).subquery()
    return int(await session.scalar(select(func.count()).select_from(within)) or 0)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _typed(key: Key, value: object) -> object:
    kind: type[Any] = key.column.type.python_type
    if issubclass(kind, date):
        if not isinstance(value, str):
            raise CursorInvalid
        read = kind.fromisoformat(value)
        if not isinstance(read, datetime):
            return read
        if read.tzinfo is None:
            raise CursorInvalid
        return read.astimezone(UTC)
    expected = (int, float) if issubclass(kind, int | float) else (kind,)
    if isinstance(value, bool) or not isinstance(value, expected):
        raise CursorInvalid
    if isinstance(value, int | float) and not -(2**63) <= value < 2**63:
        raise CursorInvalid
    if isinstance(value, str) and ("\x00" in value or not value.isprintable()):
        raise CursorInvalid
    return value
