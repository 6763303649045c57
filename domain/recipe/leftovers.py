"""Recipes for what is left in the kitchen, read from the book."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from domain.kernel import Session
from domain.recipe.errors import AmountsMiscounted, LeftoversUnclear, UnitsMiscounted
from domain.recipe.models import Material, Recipe
from domain.recipe.queries import M, R, cards
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
    recipe_ids = [choice.recipe_id for choice in chosen]
    by_id = {card.recipe_id: card for card in await cards(session, recipe_ids)}
    counted = select(M.recipe_id, func.count()).where(M.recipe_id.in_(recipe_ids))
    rows = await session.execute(counted.group_by(M.recipe_id))
    counts = {recipe_id: count for recipe_id, count in rows}  # noqa: C416 (rows are not plain pairs)
    return [
        Suggestion(by_id[choice.recipe_id], choice.used, counts[choice.recipe_id])
        for choice in chosen
    ]


async def _candidates(session: Session, stock: Sequence[Leftover]) -> list[Candidate]:
    places = {each.name: n for n, each in enumerate(stock)}
    wanted = (
        select(M.recipe_id, R.scrap_count, M.id, M.material_name, M.measure_amount, M.measure_unit)
        .join_from(Material, Recipe, R.recipe_id == M.recipe_id)
        .where(M.material_name.in_(places))
    )
    found: dict[int, Candidate] = {}
    for recipe_id, scraps, number, name, amount, unit in await session.execute(wanted):
        which = places.get(name)
        if which is None:
            continue  # the database thought of another letter case
        candidate = found.get(recipe_id)
        if candidate is None:
            candidate = found[recipe_id] = Candidate(recipe_id, scraps)
        candidate.names.add(name)
        required = amount_of(amount)
        if required and agree(stock[which].unit, unit):
            candidate.parts.append((number, which, required, unit))
    for candidate in found.values():
        candidate.parts.sort()
    return [candidate for candidate in found.values() if candidate.parts]
