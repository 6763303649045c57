"""Putting into the cart what a recipe lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain import kok, recipe
from domain.kernel import Session, UserId
from domain.recommendation.goods import goods_for
from domain.recommendation.holdings import ingredient_key


@dataclass(frozen=True, slots=True)
class Match:
    """An ingredient, and the kok product that it is bought as; None when there is none."""

    ingredient: str
    product: kok.Card | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A product that is in the cart now, and how many of it."""

    ingredient: str
    product: kok.Card
    cart_id: int
    quantity: int


async def products_for(session: Session, ingredients: Sequence[str]) -> list[Match]:
    """Return for each ingredient, named once, the best kok product that is not sold out."""
    distinct = {ingredient_key(name): recipe.plain_name(name) for name in reversed(ingredients)}
    matches = []
    for name in reversed(distinct.values()):
        found = (await goods_for(session, name)).kok
        matches.append(Match(name, found[0] if found else None))
    return matches


async def put_into_cart(
    session: Session, matches: Sequence[Match], *, recipe_id: int, by: UserId, now: datetime
) -> list[Taken]:
    """Put one of each product that was found into the cart, for that recipe.

    One product that is several of the ingredients is put there once. Raises
    recipe.RecipeNotFound, kok.KokProductNotFound, kok.TooManyInCart.
    """
    await recipe.check_recipe(session, recipe_id)
    rows: dict[int, tuple[int, int]] = {}
    wanted = {each.product.kok_product_id for each in matches if each.product is not None}
    # In the order of their numbers, so that two requests do not wait for each other in turn.
    for number in sorted(wanted):
        rows[number] = await kok.add_to_cart(
            session, number, by=by, quantity=1, recipe_id=recipe_id, now=now
        )
    return [
        Taken(each.ingredient, each.product, *rows[each.product.kok_product_id])
        for each in matches
        if each.product is not None
    ]
