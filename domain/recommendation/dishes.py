"""Which dishes a product goes into."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from domain import homeshopping, kok, recipe
from domain.kernel import Session, Slice, Window
from domain.recommendation.errors import NoUsableProduct, ProductUnknown
from domain.recommendation.ingredients import ingredient_keyword, spellings

DISHES_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Dish:
    """A recipe and what it is made from."""

    card: recipe.RecipeCard
    ingredients: Sequence[str]


@dataclass(frozen=True, slots=True)
class Dishes:
    """A part of the dishes for these ingredients, and how many there are in all."""

    keywords: Sequence[str]
    total: int
    part: Slice[Dish]


@dataclass(frozen=True, slots=True)
class ForProduct:
    """The dishes that a product of the broadcasts goes into."""

    product_name: str
    is_ingredient: bool
    dishes: Dishes


async def dishes_for_shown(session: Session, product_id: int) -> ForProduct:
    """Return the most scrapped dishes with a product of the broadcasts, if it is an ingredient.

    Raises ProductUnknown.
    """
    known = await homeshopping.called(session, [product_id])
    if not known:
        raise ProductUnknown
    names = [known[0].name] if known[0].is_ingredient else []
    dishes = await _dishes(session, names, window=Window(DISHES_MAX))
    return ForProduct(known[0].name, known[0].is_ingredient, dishes)


async def dishes_for_products(
    session: Session, product_ids: Collection[int], *, window: Window
) -> Dishes:
    """Return a part of the dishes with these products of either shop, most of them first.

    Only ingredients count, unless there are none among them; then whatever a name may tell.
    Raises NoUsableProduct, CursorInvalid.
    """
    if not product_ids:
        raise NoUsableProduct
    known: list[kok.Called | homeshopping.Called] = [
        *await kok.called(session, product_ids),
        *await homeshopping.called(session, product_ids),
    ]
    names = [each.name for each in known if each.is_ingredient]
    return await _dishes(session, names or [each.name for each in known], window=window)


async def _dishes(session: Session, names: Collection[str], *, window: Window) -> Dishes:
    keywords = sorted({keyword for keyword in map(ingredient_keyword, names) if keyword})
    found = await recipe.search_by_materials(
        session, [spellings(each) for each in keywords], at_least=1, window=window
    )
    cards = found.part.rows
    made_of = await recipe.material_names(session, [c.recipe_id for c in cards]) if cards else {}
    dishes = [Dish(card, made_of[card.recipe_id]) for card in cards]
    return Dishes(keywords, found.total, Slice(dishes, found.part.next_cursor))
