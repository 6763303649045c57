"""Which recipes need which ingredient, kept as arrays beside the index, and read a name at a time.

The book says the same, a row at a time; of onions there are tens of thousands. A process keeps
the arrays that it read for as long as the larder's version stays.
"""

import asyncio
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

import cachetools
import numpy as np
import orjson
from sqlalchemy import JSON, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from domain import recipe
from domain.kernel import AnalyticsBase, BigId, Session
from domain.recipe import NOBODY, Needs
from domain.recommendation.index.models import Larder
from domain.recommendation.index.versions import grow, hold, index_version, upserting

KEPT_BYTES: Final = 32 << 20
# So many ingredients are read and written at a time.
NAMES: Final = 500
_HEADER: Final = struct.Struct("<II")  # the length of the measures, and how many rows follow
# Where the number of recipes stands that the book had when all of them were in the larder.
_WHOLE: Final = ""


class LarderRecipe(AnalyticsBase):
    """A recipe that is in the larder, and the ingredients it is kept under."""

    __tablename__ = "search_larder_recipes"

    recipe_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    names: Mapped[list[str]] = mapped_column(JSON)


_LARDER: Final = AnalyticsBase.metadata.tables[Larder.__tablename__]
_RECIPES: Final = AnalyticsBase.metadata.tables[LarderRecipe.__tablename__]
L: Final = _LARDER.c
R: Final = _RECIPES.c
_THESE: Final = bindparam("names", expanding=True, type_=L.material_name.type)
_IDS: Final = bindparam("ids", expanding=True, type_=BigId)
_READ: Final = select(L.material_name, L.needs).where(L.material_name.in_(_THESE))
_KNOWN: Final = select(L.material_name).where(L.material_name == _WHOLE)
_KEPT_UNDER: Final = select(R.recipe_id, R.names).where(R.recipe_id.in_(_IDS))
_COUNT: Final = select(func.count()).select_from(_RECIPES)
_DROP_NAMES: Final = delete(_LARDER).where(L.material_name.in_(_THESE))
_DROP_RECIPES: Final = delete(_RECIPES).where(R.recipe_id.in_(_IDS))


class Kept:
    """What a process has read of one larder, of one version."""

    def __init__(self) -> None:
        self.version = -1
        self.needs: cachetools.LRUCache[str, Needs | None] = cachetools.LRUCache(
            KEPT_BYTES, getsizeof=_size
        )

    def of(self, version: int) -> "cachetools.LRUCache[str, Needs | None]":
        """Return what is still true."""
        if version != self.version:
            self.needs.clear()
            self.version = version
        return self.needs


# By the engine, so that two databases in one process are never taken for each other.
_KEPT: Final[WeakKeyDictionary[Any, Kept]] = WeakKeyDictionary()


async def needs(session: Session, names: Collection[str]) -> Mapping[str, Needs] | None:
    """Return who needs these ingredients; None while the larder lacks recipes of the book.

    Two statements at most; of what was read before, one.
    """
    version = await index_version(session, "larder")
    if not version:
        return None
    kept = _KEPT.setdefault(session.get_bind(), Kept()).of(version)
    # Held here, for what is read now may push it out.
    found = {name: kept[name] for name in (_WHOLE, *names) if name in kept}
    unread = [name for name in dict.fromkeys((_WHOLE, *names)) if name not in found]
    if unread:
        rows = (await session.execute(_READ, {"names": unread})).all()
        read = {row.material_name: row.needs for row in rows}
        for name in unread:
            found[name] = _unpacked(read[name]) if name in read else None
            if _size(found[name]) <= kept.maxsize and _KEPT[session.get_bind()].version == version:
                kept[name] = found[name]
    if found[_WHOLE] is None:
        return None
    return {name: each for name in names if (each := found[name]) is not None}


async def store(session: Session, recipes: Sequence[recipe.RecipeText]) -> None:
    """Put these recipes into the larder, instead of what it had of them."""
    if recipes:
        await hold(session, "larder")
        await _exchange(session, [each.recipe_id for each in recipes], recipes)
        await grow(session, "larder")


async def forget(session: Session, recipe_ids: Collection[int]) -> None:
    """Take recipes out of the larder."""
    if recipe_ids:
        await hold(session, "larder")
        await _exchange(session, list(recipe_ids), ())
        await grow(session, "larder")


async def settle(session: Session, *, recipes: int) -> bool:
    """Open the larder if it has as many recipes as the book; tell whether it is open.

    Once open it stays so: what changes is put in as it changes.
    """
    if await session.scalar(_KNOWN) is not None:
        return True
    if await session.scalar(_COUNT) != recipes:
        return False
    await hold(session, "larder")
    await _write(session, {_WHOLE: NOBODY})
    await grow(session, "larder")
    return True


async def _exchange(
    session: Session, ids: Sequence[int], recipes: Sequence[recipe.RecipeText]
) -> None:
    old = {row.recipe_id: row.names for row in await session.execute(_KEPT_UNDER, {"ids": ids})}
    new = await asyncio.to_thread(recipe.needs_of, recipes)
    stale = defaultdict[str, list[int]](list)
    for recipe_id, names in old.items():
        for name in names:
            stale[name].append(recipe_id)
    touched = sorted(new.keys() | stale.keys())
    for start in range(0, len(touched), NAMES):
        part = touched[start : start + NAMES]
        rows = (await session.execute(_READ, {"names": part})).all()
        held = {row.material_name: row.needs for row in rows}
        changed = await asyncio.to_thread(_changed, part, held, stale=stale, new=new)
        await _write(
            session, {name: each for name, each in changed.items() if len(each.rows.recipe_ids)}
        )
        if empty := [name for name, each in changed.items() if not len(each.rows.recipe_ids)]:
            await session.execute(_DROP_NAMES, {"names": empty})
    if gone := sorted(old.keys() - {each.recipe_id for each in recipes}):
        await session.execute(_DROP_RECIPES, {"ids": gone})
    if recipes:
        await session.execute(
            _upsert(session, _RECIPES, key="recipe_id", changed="names"),
            [
                {"recipe_id": each.recipe_id, "names": sorted(recipe.names_of(each))}
                for each in recipes
            ],
        )


def _changed(
    names: Iterable[str],
    held: Mapping[str, bytes],
    *,
    stale: Mapping[str, Sequence[int]],
    new: Mapping[str, Needs],
) -> dict[str, Needs]:
    changed = {}
    for name in names:
        parts = [new[name]] if name in new else []
        if name in held:
            parts.append(_unpacked(held[name]).without(stale.get(name, ())))
        changed[name] = recipe.joined(parts)
    return changed


async def _write(session: Session, needs_by_name: Mapping[str, Needs]) -> None:
    if needs_by_name:
        rows = [
            {"material_name": name, "needs": _packed(each)} for name, each in needs_by_name.items()
        ]
        await session.execute(_upsert(session, _LARDER, key="material_name", changed="needs"), rows)


def _upsert(session: Session, table: Any, *, key: str, changed: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    written = upserting(session.get_bind().dialect.name)(table)
    return written.on_conflict_do_update(
        index_elements=[key], set_={changed: written.excluded[changed]}
    )


def _packed(each: Needs) -> bytes:
    measures = orjson.dumps(each.measures)
    head = _HEADER.pack(len(measures), len(each.rows.recipe_ids))
    return b"".join((head, measures, *(column.tobytes() for column in each.rows)))


def _unpacked(data: bytes) -> Needs:
    length, count = _HEADER.unpack_from(data)
    at = _HEADER.size + length
    measures = orjson.loads(data[_HEADER.size : at])
    columns = []
    for kind in recipe.COLUMNS:
        columns.append(np.frombuffer(data, kind, count, at).copy())  # aligned
        at += count * kind.itemsize
    return Needs(recipe.Rows(*columns), tuple((amount, unit) for amount, unit in measures))


def _size(each: Needs | None) -> int:
    if each is None:
        return 200
    return 200 + sum(column.nbytes for column in each.rows) + 100 * len(each.measures)
