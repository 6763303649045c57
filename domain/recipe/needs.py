"""Which recipes need an ingredient, and how much of it, as arrays that are weighed at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import distinct, func, select

from domain.kernel import Session
from domain.recipe.measures import amount_of
from domain.recipe.queries import MATERIALS, RECIPES, M, R, named
from domain.recipe.texts import Ingredient, RecipeText

Measure = tuple[float, str | None]  # how much of which unit; 0 is "약간"
# What the columns of ``Rows`` hold.
COLUMNS: Final = tuple(map(np.dtype, ("<i8", "<i4", "<u4", "<u4", "<u4")))


class Rows(NamedTuple):
    """One row for each time that a recipe names an ingredient, by recipe and place.

    ``places`` are among all that the recipe names; ``names`` counts how many different
    ingredients that are, 0 where nobody has counted; ``measured`` points at the measures.
    """

    recipe_ids: NDArray[Any]
    scraps: NDArray[Any]
    names: NDArray[Any]
    places: NDArray[Any]
    measured: NDArray[Any]


class Needs(NamedTuple):
    """Who needs one ingredient, and the measures that their rows point at."""

    rows: Rows
    measures: tuple[Measure, ...]

    @classmethod
    def of(cls, columns: Iterable[NDArray[Any]], measures: Iterable[Measure]) -> Self:
        """Return the needs of these rows, in whatever order they come."""
        rows = Rows(*columns)
        order = np.lexsort((rows.places, rows.recipe_ids))
        kinds = zip(rows, COLUMNS, strict=True)
        return cls(Rows(*(each[order].astype(kind) for each, kind in kinds)), tuple(measures))

    def without(self, recipe_ids: Collection[int]) -> Self:
        """Return the needs of all other recipes."""
        gone = np.isin(self.rows.recipe_ids, np.fromiter(recipe_ids, np.int64, len(recipe_ids)))
        return type(self)(Rows(*(each[~gone] for each in self.rows)), self.measures)


NOBODY: Final = Needs(Rows(*(np.empty(0, kind) for kind in COLUMNS)), ())


_WITH: Final = (
    select(M.recipe_id, R.scrap_count, M.id, M.material_name, M.measure_amount, M.measure_unit)
    .join_from(MATERIALS, RECIPES, R.recipe_id == M.recipe_id)
    .where(M.material_name.in_(named("names")))
)
_THOSE: Final = select(M.recipe_id).where(M.material_name.in_(named("names")))
_COUNTS: Final = (
    select(M.recipe_id, func.count(distinct(M.material_name)))
    .where(M.recipe_id.in_(_THOSE), M.material_name != "")
    .group_by(M.recipe_id)
)


async def needs_from_book(
    session: Session, names: Collection[str], *, counted: bool
) -> Mapping[str, Needs]:
    """Return who needs these ingredients, read from the book itself.

    ``counted`` asks also how many different ingredients each of the recipes names.
    """
    asked = {"names": list(names)}
    counts: dict[int, int] = {}
    if counted:
        counts = {row[0]: row[1] for row in await session.execute(_COUNTS, asked)}
    wanted = frozenset(names)
    per_recipe = defaultdict[int, list[tuple[int, Ingredient]]](list)
    for recipe_id, scraps, *rest in (await session.execute(_WITH, asked)).all():
        each = Ingredient(*rest)
        # The database may think of another letter case.
        if each.material_name in wanted:
            per_recipe[recipe_id].append((scraps, each))
    collected = Collected()
    for recipe_id, rows in per_recipe.items():
        rows.sort(key=lambda row: row[1].id)
        for place, (scraps, each) in enumerate(rows):
            collected.add((recipe_id, scraps, counts.get(recipe_id, 0), place), each)
    return collected.needs()


def needs_of(recipes: Iterable[RecipeText]) -> dict[str, Needs]:
    """Return for each ingredient of these recipes who needs it."""
    collected = Collected()
    for each in recipes:
        count = len(names_of(each))
        for place, ingredient in enumerate(each.ingredients):
            if ingredient.material_name:
                collected.add((each.recipe_id, each.scrap_count, count, place), ingredient)
    return collected.needs()


def names_of(text: RecipeText) -> frozenset[str]:
    """Return the ingredients that the recipe names."""
    return frozenset(each.material_name for each in text.ingredients if each.material_name)


class Collected:
    """Rows on their way into arrays."""

    def __init__(self) -> None:
        self._rows = defaultdict[str, list[tuple[int, int, int, int, int]]](list)
        self._measures = defaultdict[str, dict[Measure, int]](dict)

    def add(self, head: tuple[int, int, int, int], ingredient: Ingredient) -> None:
        """Add a row; its head is recipe, scraps, count of names, place."""
        known = self._measures[ingredient.material_name]
        measure = (amount_of(ingredient.measure_amount), ingredient.measure_unit)
        number = known.setdefault(measure, len(known))
        self._rows[ingredient.material_name].append((*head, number))

    def needs(self) -> dict[str, Needs]:
        """Return the arrays by the ingredients' names."""
        return {
            name: Needs.of(np.array(rows, np.int64).T, self._measures[name])
            for name, rows in self._rows.items()
        }


def joined(parts: Sequence[Needs]) -> Needs:
    """Return the needs of one ingredient that were kept in parts; no recipe is in two."""
    known: dict[Measure, int] = {}
    rows = [NOBODY.rows]
    for part in parts:
        numbers = [known.setdefault(measure, len(known)) for measure in part.measures]
        rows.append(part.rows._replace(measured=np.array(numbers, np.int64)[part.rows.measured]))
    return Needs.of(map(np.concatenate, zip(*rows, strict=True)), known)
