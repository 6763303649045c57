"""Rows that exist once per user and product, written in one statement however many ask at once.

An INSERT that meets its twin takes the twin's row exclusively and changes it instead. Asking
first and inserting after would lose updates, and a plain INSERT that fails leaves a shared lock
behind: two who fail together and then want to write would wait for each other.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Select, Table
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from domain.kernel import Base

# What the unique constraints of carts and likes name.
WHOSE: Final = ("user_id", "kok_product_id")

# Columns by their names: of the row that is there, and of the one that comes.
Columns = Any
Change = Callable[[Columns, Columns], Mapping[str, Any]]


def upsert(
    dialect: str, model: type[Base], source: Select[*tuple[Any, ...]], *, change: Change
) -> ReturningInsert[*tuple[Any, ...]]:
    """Return the statement that inserts ``source``, or changes the twins its rows have already.

    ``source`` names its columns like the table's. ``change`` takes the row that is there and the
    row that comes, and returns the columns to set. The whole row is returned, as it is after.
    """
    table = model.__table__
    assert isinstance(table, Table)
    names = source.selected_columns.keys()
    if dialect == "sqlite":
        lite = sqlite.insert(table).from_select(names, source)
        changed = change(table.c, lite.excluded)
        return lite.on_conflict_do_update(WHOSE, set_=changed).returning(*table.c)
    maria = mysql.insert(table).from_select(names, source)
    return maria.on_duplicate_key_update(**change(table.c, maria.inserted)).returning(*table.c)
