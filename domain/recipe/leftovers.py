"""Recipes for what is left in the kitchen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from sqlalchemy import func, select

from domain.kernel import Session
from domain.recipe.candidates import candidates_of
from domain.recipe.covering import cover
from domain.recipe.errors import AmountsMiscounted, LeftoversUnclear, UnitsMiscounted
from domain.recipe.measures import Leftover, merged, places
from domain.recipe.needs import Needs
from domain.recipe.queries import CARD, MATERIALS, OF_THESE, M, R, material_names
from domain.recipe.schemas import RecipeCard
from domain.recipe.service import plain_name
from domain.recipe.using_up import COMBINATIONS, Choice, Used, combination, served

Method = Literal["greedy", "cover"]

_MATERIAL_COUNT: Final = (
    select(func.count()).select_from(MATERIALS).where(M.recipe_id == R.recipe_id).scalar_subquery()
)
_CHOSEN: Final = select(*CARD, _MATERIAL_COUNT.label("material_count")).where(
    R.recipe_id.in_(OF_THESE)
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which recipes are wanted: up to ``size`` of combination ``number``, 1 to 3.

    "greedy" chooses one after the other, by amounts too; ``taste`` says what it prefers of equals.
    "cover" chooses those that together take the most ingredients, and lack the fewest.
    """

    number: int
    size: int
    taste: int = 0
    method: Method = "greedy"


@dataclass(frozen=True, slots=True)
class Plan:
    """Choices in the order of serving; ``optimal`` is None where nobody claims it."""

    choices: Sequence[Choice]
    optimal: bool | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A recipe, what it uses of the leftovers, and what it needs besides.

    ``material_count`` is how many ingredients it has in all, named twice or not.
    """

    card: RecipeCard
    used: tuple[Used, ...]
    missing: tuple[str, ...]
    material_count: int


def leftovers_of(
    names: Sequence[str], *, amounts: Sequence[float] | None, units: Sequence[str] | None
) -> list[Leftover]:
    """Return what is left: of each name so much, 1 where nobody says, in a unit that may be "".

    Raises LeftoversUnclear, AmountsMiscounted, UnitsMiscounted.
    """
    if not amounts and not units:
        raise LeftoversUnclear
    if amounts and len(amounts) != len(names):
        raise AmountsMiscounted
    if units and len(units) != len(names):
        raise UnitsMiscounted
    each = zip(names, amounts or [1.0] * len(names), units or [""] * len(names), strict=True)
    return [Leftover(plain_name(name), amount, unit.strip()) for name, amount, unit in each]


def plan(needs: Mapping[str, Needs], leftovers: Sequence[Leftover], wish: Wish) -> Plan:
    """Return the choices that use the leftovers up; nothing but arithmetic.

    ``needs`` are those of every name and spelling of the leftovers. Later combinations share no
    recipe with earlier ones, and there are three.
    """
    if wish.number > COMBINATIONS:
        return Plan(())
    stock = merged(leftovers)
    if wish.method == "greedy":
        chosen = combination(wish.number, needs, leftovers=stock, size=wish.size, taste=wish.taste)
        return Plan(chosen)
    those = candidates_of(needs, stock)
    lacking, free = those.lacking(stock), np.ones(len(those.ids), np.bool_)
    found = cover(those, lacking, free, size=wish.size)
    optimal = found.optimal
    for _ in range(1, wish.number):
        free[list(found.candidates)] = False
        found = cover(those, lacking, free, size=wish.size)
        optimal &= found.optimal
    return Plan(served(those, found.candidates, stock), optimal)


async def suggestions(
    session: Session, choices: Sequence[Choice], leftovers: Sequence[Leftover]
) -> list[Suggestion] | None:
    """Return the chosen recipes as the book has them; None if one is not there any more."""
    if not choices:
        return []
    ids = [choice.recipe_id for choice in choices]
    by_id = {row.recipe_id: row for row in await session.execute(_CHOSEN, {"ids": ids})}
    if len(by_id) < len(ids):
        return None
    named = await material_names(session, ids)
    stock = merged(leftovers)
    return [
        Suggestion(
            card=by_id[choice.recipe_id],
            used=choice.used,
            missing=tuple(missing(choice, named[choice.recipe_id], stock)),
            material_count=by_id[choice.recipe_id].material_count,
        )
        for choice in choices
    ]


def missing(choice: Choice, names: Sequence[str], stock: Sequence[Leftover]) -> list[str]:
    """Return which of the recipe's ingredients are not there when its turn comes."""
    which = places(stock)
    used = {each.material_name for each in choice.used}
    there = {each.name for each in stock} - choice.gone | used
    return [name for name in names if name not in which or stock[which[name]].name not in there]
