"""Dishes for what is left in the kitchen, whatever spelling it goes by there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from domain import recipe
from domain.recommendation import larder
from domain.recommendation.index import Shelves
from domain.recommendation.ingredients import spellings
from domain.recommendation.nearby import in_time

# So many rows are weighed in less time than it takes to hand them to a thread.
ROWS_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class UsedUp:
    """The dishes in the order of serving; ``optimal`` is None where nobody claims it."""

    dishes: Sequence[recipe.Suggestion]
    optimal: bool | None


async def use_up(
    shelves: Shelves, leftovers: Sequence[recipe.Leftover], wish: recipe.Wish
) -> UsedUp:
    """Return dishes that use the leftovers up, as ``recipe.plan`` chooses them.

    Who needs what is read from the larder; while it is not whole, or cannot be reached, from the
    book. No connection is held while the other database is asked, or while dishes are chosen.
    """
    stock = [_known(each) for each in leftovers]
    names = list(recipe.places(recipe.merged(stock)))
    look = partial(larder.needs, names=names)
    needs = await in_time(shelves.analytics, look, otherwise=None)
    if needs is not None:
        found = await _chosen(shelves, needs, stock=stock, wish=wish)
        if found is not None:
            return found
    async with shelves.db.reads() as session:
        needs = await recipe.needs_from_book(session, names, counted=wish.method == "cover")
    return await _chosen(shelves, needs, stock=stock, wish=wish) or UsedUp((), None)


async def _chosen(
    shelves: Shelves,
    needs: Mapping[str, recipe.Needs],
    *,
    stock: Sequence[recipe.Leftover],
    wish: recipe.Wish,
) -> UsedUp | None:
    """Return the dishes; None if one of them is not in the book any more."""
    if sum(len(each.rows.recipe_ids) for each in needs.values()) > ROWS_AT_ONCE:
        plan = await asyncio.to_thread(recipe.plan, needs, stock, wish)
    else:
        plan = recipe.plan(needs, stock, wish)
    async with shelves.db.reads() as session:
        dishes = await recipe.suggestions(session, plan.choices, stock)
    return None if dishes is None else UsedUp(dishes, plan.optimal)


def _known(leftover: recipe.Leftover) -> recipe.Leftover:
    others = tuple(map(recipe.plain_name, spellings(leftover.name)))
    return replace(leftover, spellings=others)
