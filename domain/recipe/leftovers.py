"""Recipes for what is left in the kitchen, read from the book."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from domain.kernel import Session
from domain.recipe.errors import AmountsMiscounted, LeftoversUnclear, UnitsMiscounted
from domain.recipe.queries import CARD, MATERIALS, OF_THESE, RECIPES, M, R, named
from domain.recipe.schemas import RecipeCard
from domain.recipe.service import plain_name
from domain.recipe.using_up import (
    COMBINATIONS,
    Candidate,
    Leftover,
    Used,
    agree,
    amount_of,
    combination,
    merged,
)

_WANTED: Final = (
    select(M.recipe_id, R.scrap_count, M.id, M.material_name, M.measure_amount, M.measure_unit)
    .join_from(MATERIALS, RECIPES, R.recipe_id == M.recipe_id)
    .where(M.material_name.in_(named("names")))
)
_MATERIAL_COUNT: Final = (
    select(func.count()).select_from(MATERIALS).where(M.recipe_id == R.recipe_id).scalar_subquery()
)
_CHOSEN: Final = select(*CARD, _MATERIAL_COUNT.label("material_count")).where(
    R.recipe_id.in_(OF_THESE)
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A recipe, what it uses of the leftovers, and how many ingredients it has in all."""

    card: RecipeCard
    used: tuple[Used, ...]
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


async def suggest(
    session: Session, leftovers: Sequence[Leftover], *, number: int, size: int, taste: int
) -> list[Suggestion]:
    """Return the recipes of combination ``number`` that use the leftovers up, in that order.

    There are three combinations; see ``using_up.combination``.
    """
    if number > COMBINATIONS:
        return []
    stock = merged(leftovers)
    candidates = await _candidates(session, stock)
    chosen = combination(number, candidates, leftovers=stock, size=size, taste=taste)
    if not chosen:
        return []
    found = await session.execute(_CHOSEN, {"ids": [choice.recipe_id for choice in chosen]})
    by_id = {row.recipe_id: row for row in found}
    return [
        Suggestion(card, choice.used, card.material_count)
        for choice, card in ((choice, by_id[choice.recipe_id]) for choice in chosen)
    ]


async def _candidates(session: Session, stock: Sequence[Leftover]) -> list[Candidate]:
    places = {each.name: n for n, each in enumerate(stock)}
    units = [each.unit for each in stock]
    found: dict[int, Candidate] = {}
    rows = await session.execute(_WANTED, {"names": list(places)})
    for recipe_id, scraps, number, name, amount, unit in rows.all():
        which = places.get(name)
        if which is None:
            continue  # the database thought of another letter case
        candidate = found.get(recipe_id)
        if candidate is None:
            candidate = found[recipe_id] = Candidate(recipe_id, scraps)
        candidate.names.add(name)
        required = amount_of(amount)
        if required and agree(units[which], unit):
            candidate.parts.append((number, (which, required), unit))
    useful = [candidate for candidate in found.values() if candidate.parts]
    for candidate in useful:
        candidate.parts.sort()
    return useful
