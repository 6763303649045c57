"""Statements for what is filed under the grams of a keyword, whatever table the grams are kept in.

A table of grams has two columns: ``gram``, and the id of what contains it.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, String, bindparam, select

from domain.kernel.grams import wanted_grams

ESCAPE: Final = "/"
# Two pairs leave so few texts that comparing these costs less than asking for another pair.
GRAMS_MAX: Final = 2


def rarest(keyword: str, *, most: int = GRAMS_MAX) -> list[str]:
    """Return up to so many grams of the keyword, those first that lead to the fewest texts.

    Pairs are rarer than letters, and Korean than the "kg" and "00" of every other product. Any
    will do where the text decides in the end.
    """
    ranked = sorted(wanted_grams(keyword), key=lambda gram: (-len(gram), gram.isascii(), gram))
    return ranked[:most]


def as_grams(grams: list[str]) -> dict[str, str]:
    """Return the parameters of ``filed_under``."""
    return {f"gram_{n}": gram for n, gram in enumerate(grams)}


def filed_under(index: FromClause, count: int) -> Select[Any]:
    """Return the statement of the ids filed under each of so many grams: :gram_0, :gram_1, ..."""
    places = [index.alias(f"filed_{n}") for n in range(count)]
    this = _id_of(places[0])
    ids = select(this)
    for n, place in enumerate(places):
        ids = ids.where(place.c.gram == bindparam(f"gram_{n}", type_=index.c.gram.type))
        if n:
            ids = ids.where(_id_of(place) == this)
    return ids


def filed_under_any(index: FromClause) -> Select[Any]:
    """Return the statement of ids filed under at least one of :grams, each once."""
    grams = bindparam("grams", expanding=True, type_=index.c.gram.type)
    return select(_id_of(index)).where(index.c.gram.in_(grams)).distinct()


def like(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Return the condition that the column is like the pattern that is given by that name."""
    return column.like(bindparam(name, type_=String), escape=ESCAPE)


def containing(text: str) -> str:
    """Return the pattern, for ``like``, of texts that contain this one."""
    return f"%{escaped(text)}%"


def escaped(text: str) -> str:
    """Return the pattern, for ``like``, that is this text and nothing else."""
    for letter in (ESCAPE, "%", "_"):
        text = text.replace(letter, f"{ESCAPE}{letter}")
    return text


def _id_of(index: FromClause) -> ColumnElement[Any]:
    (found,) = (column for column in index.c if column.key != "gram")
    return found
