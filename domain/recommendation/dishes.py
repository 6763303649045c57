"""Which dishes a product goes into."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain import homeshopping, kok, recipe
from domain.kernel import Session, Slice, Window
from domain.recommendation.errors import NoUsableProduct, ProductUnknown
from domain.recommendation.ingredients import ingredient_keyword, spellings
from domain.recommendation.kinds import Item
from domain.recommendation.reasons import Reason

# With as many there is enough to choose from.
DISHES_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Dish:
    """A recipe, what it is made from, and why it is recommended."""

    card: recipe.RecipeCard
    ingredients: Sequence[str]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Dishes:
    """A part of the dishes for these ingredients, and how many there are in all.

    ``lacking`` are the products whose neighbours would do, too, when there are too few.
    """

    keywords: Sequence[str]
    total: int
    part: Slice[Dish]
    lacking: Sequence[Item]


@dataclass(frozen=True, slots=True)
class ForProduct:
    """The dishes that a product of the broadcasts goes into."""

    product_name: str
    is_ingredient: bool
    dishes: Dishes

    @property
    def lacking(self) -> Sequence[Item]:
        """Return the product if its neighbours would do, too."""
        return self.dishes.lacking


async def dishes_for_shown(
    session: Session, product_id: int, *, near: Sequence[int] = ()
) -> ForProduct:
    """Return the most scrapped dishes with a product of the broadcasts, if it is an ingredient.

    Recipes that are ``near`` come after, when there are too few. Raises ProductUnknown.
    """
    known = await homeshopping.called(session, [product_id])
    if not known:
        raise ProductUnknown
    ingredients = {Item("homeshopping", each.product_id): each.name for each in known[:1]}
    if not known[0].is_ingredient:
        ingredients = {}
    asked = _Asked(ingredients, tuple(ingredients.values()), near)
    dishes = await _dishes(session, asked, window=Window(DISHES_MAX))
    return ForProduct(known[0].name, known[0].is_ingredient, dishes)


async def dishes_for_products(
    session: Session,
    product_ids: Collection[int],
    *,
    window: Window,
    near: Sequence[int] = (),
) -> Dishes:
    """Return a part of the dishes with these products of either shop, most of them first.

    Only ingredients count, unless there are none among them; then whatever a name may tell. When
    there are too few, recipes that are ``near`` fill the last page. Raises NoUsableProduct,
    CursorInvalid.
    """
    if not product_ids:
        raise NoUsableProduct
    in_kok = await kok.called(session, product_ids)
    shown = await homeshopping.called(session, product_ids)
    ingredients = {Item("kok", e.kok_product_id): e.name for e in in_kok if e.is_ingredient}
    ingredients |= {Item("homeshopping", e.product_id): e.name for e in shown if e.is_ingredient}
    names = [*ingredients.values()] or [*(e.name for e in in_kok), *(e.name for e in shown)]
    return await _dishes(session, _Asked(ingredients, names, near), window=window)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The ingredients among the products, the names to go by, and what is near."""

    ingredients: Mapping[Item, str]
    names: Sequence[str]
    near: Sequence[int]


async def _dishes(session: Session, asked: _Asked, *, window: Window) -> Dishes:
    keywords = sorted({keyword for keyword in map(ingredient_keyword, asked.names) if keyword})
    groups = {each: frozenset(spellings(each)) for each in keywords}
    found = await recipe.search_by_materials(
        session, list(groups.values()), at_least=1, window=window
    )
    few = found.total < DISHES_MAX and bool(asked.ingredients)
    others = await _others(session, asked.near, groups) if few and asked.near else {}
    # Only so many that they fit on the last page: the others' places and cursors stay.
    room = -found.total % window.size if found.total else window.size
    others = dict(list(others.items())[: min(room, DISHES_MAX - found.total)] if few else ())
    cards = [*found.part.rows]
    if _is_last(found, window):
        cards += others.values()
    made_of = await recipe.material_names(session, [c.recipe_id for c in cards]) if cards else {}
    dishes = [
        Dish(card, made_of[card.recipe_id], _why(made_of[card.recipe_id], groups)) for card in cards
    ]
    part = Slice(dishes, found.part.next_cursor)
    lacking = list(asked.ingredients) if few else ()
    return Dishes(keywords, found.total + len(others), part, lacking)


def _is_last(found: recipe.Found, window: Window) -> bool:
    if found.total:
        return bool(found.part.rows) and found.part.next_cursor is None
    return window.cursor is None and window.page == 1


async def _others(
    session: Session, near: Sequence[int], groups: Mapping[str, frozenset[str]]
) -> dict[int, recipe.RecipeCard]:
    """Return the recipes that are near and have none of the ingredients, the nearest first."""
    known = {name for group in groups.values() for name in group}
    made_of = await recipe.material_names(session, near)
    others = [n for n in near if n in made_of and known.isdisjoint(made_of[n])]
    cards = await recipe.cards(session, others) if others else {}
    return {number: cards[number] for number in others if number in cards}


def _why(materials: Collection[str], groups: Mapping[str, frozenset[str]]) -> Reason:
    used = [name for name, group in groups.items() if not group.isdisjoint(materials)]
    if not used:
        return Reason(code="similar_meaning")
    return Reason(code="uses_products", what=", ".join(used), count=len(used))
