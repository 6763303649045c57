"""One part of a list: a page counted from 1, or what follows a cursor, whatever is inserted.

A cursor names the last row that was read by the values the list is ordered by, so the next part
begins right after it even when rows came or went in between ("keyset pagination"; Winand, "SQL
Performance Explained", ch. 7). It is opaque to clients, and only means something for the list it
came from.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.kernel.db import Session
from domain.kernel.errors import Invalid

Row = TypeVar("Row")

CURSOR_LENGTH_MAX: Final = 500
# The parameters of a part that is drawn up once, and how many such parts are kept.
MOST, BEFORE, AFTER = "rows_most", "rows_before", "row_after_"
DRAWN_MAX: Final = 128


class CursorInvalid(Invalid):
    """The cursor is not one that this list gave out."""

    code = "cursor_invalid"
    text = "cursor가 올바르지 않습니다."


@dataclass(frozen=True, slots=True)
class Window:
    """The part that is wanted: ``size`` rows of page ``page``, or those after ``cursor``.

    ``skip`` passes over more rows; a cursor says by itself where to begin.
    """

    size: int
    page: int = 1
    cursor: str | None = None
    skip: int = 0

    @property
    def before(self) -> int:
        """Return how many rows are passed over."""
        return 0 if self.cursor is not None else (self.page - 1) * self.size + self.skip


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
class Counted:
    """A statement of rows that tell, as ``total``, how many there are in all; and that of it."""

    rows: Select[*tuple[Any, ...]]
    total: Select[*tuple[int]]


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of a list; its last key is unique, so that no two rows tie."""

    keys: tuple[Key, ...]

    async def scalars(self, session: Session, statement: Select[Row], window: Window) -> Slice[Row]:
        """Return the wanted part of the statement's entities. Raises CursorInvalid."""
        part = _part(self, statement, after=window.cursor is not None, later=window.before > 0)
        return self._slice((await session.scalars(part, self._values(window))).all(), window)

    async def rows(
        self,
        session: Session,
        statement: Select[*tuple[Any, ...]],
        window: Window,
        *,
        given: Mapping[str, object] | None = None,
    ) -> Slice[Any]:
        """Return the wanted part of the statement's rows. Raises CursorInvalid.

        A statement that is one for all, and is ``given`` its parameters' values here, is put into
        this order once: that takes longer than to run it.
        """
        draw = _part if given is None else _kept_part
        part = draw(self, statement, after=window.cursor is not None, later=window.before > 0)
        found = await session.execute(part, {**(given or {}), **self._values(window)})
        return self._slice(found.all(), window)

    async def counted(
        self, session: Session, listed: Counted, window: Window, *, given: Mapping[str, object]
    ) -> tuple[Slice[Any], int]:
        """Return the wanted part, and how many rows there are in all. Raises CursorInvalid."""
        part = await self.rows(session, listed.rows, window, given=given)
        if part.rows:
            return part, part.rows[0].total
        if window.cursor is None and not window.before:
            return part, 0
        # Beyond the end there is no row to tell.
        return part, int(await session.scalar(listed.total, given) or 0)

    def after(self) -> ColumnElement[bool]:
        """Return the condition of coming after the row whose values are given."""
        types = (key.column.type for key in self.keys)
        values = [bindparam(f"{AFTER}{n}", type_=each) for n, each in enumerate(types)]
        alternatives: list[ColumnElement[bool]] = []
        for index, key in enumerate(self.keys):
            same = (earlier.column == values[at] for at, earlier in enumerate(self.keys[:index]))
            alternatives.append(and_(*same, key.beyond(values[index])))
        return or_(*alternatives)

    def _values(self, window: Window) -> dict[str, object]:
        after = [] if window.cursor is None else self._read(window.cursor)
        values: dict[str, object] = {f"{AFTER}{n}": value for n, value in enumerate(after)}
        values[MOST] = window.size + 1  # one more tells whether there is more
        if window.before:
            values[BEFORE] = window.before
        return values

    def _slice(self, found: Sequence[Row], window: Window) -> Slice[Row]:
        rows = found[: window.size]
        more = len(found) > window.size
        return Slice(rows, self._write(rows[-1]) if more else None)

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


def _part(keyset: Keyset, statement: Select[Row], *, after: bool, later: bool) -> Select[Row]:
    """Return the statement in the keyset's order, for a part that begins there."""
    part = statement.order_by(None).order_by(*(key.order() for key in keyset.keys))
    part = part.limit(bindparam(MOST, type_=Integer))
    part = part.where(keyset.after()) if after else part
    return part.offset(bindparam(BEFORE, type_=Integer)) if later else part


_kept_part = lru_cache(maxsize=DRAWN_MAX)(_part)


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
