"""Where an item's text is read: through the front doors of the contexts, many at a time."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from math import log2
from typing import Final, NamedTuple

from domain import homeshopping, kok, recipe
from domain.kernel import Session
from domain.recommendation.index.documents import RANK_MAX, Indexed
from domain.recommendation.kinds import Item, Kind
from domain.recommendation.text import Source

# Kept by a million, or reviewed by so many, is as good as it gets.
FULL_MARKS: Final = log2(1_000_000)
# What the broadcasts show is neither kept nor reviewed.
UNRANKED: Final = 64


class Found(NamedTuple):
    """What was read of some items; those that are ``gone`` are in no shop and no book any more."""

    docs: Sequence[Indexed]
    gone: Sequence[Item]
    recipes: Sequence[recipe.RecipeText]


async def read(session: Session, items: Collection[Item]) -> Found:
    """Read the items' texts from the service database: four statements at most."""
    ids: dict[Kind, list[int]] = defaultdict(list)
    for kind, item_id in items:
        ids[kind].append(item_id)
    recipes = await recipe.recipe_texts(session, ids["recipe"]) if ids["recipe"] else ()
    koks = await kok.product_texts(session, ids["kok"]) if ids["kok"] else ()
    shown = ids["homeshopping"]
    shows = await homeshopping.product_texts(session, shown) if shown else ()
    docs = [
        *(
            # Amounts are not looked for, but the larder keeps them.
            Indexed(Item("recipe", text.recipe_id), of_recipe(text), [*map(list, text.ingredients)])
            for text in recipes
        ),
        *(Indexed(Item("kok", text.kok_product_id), of_kok(text)) for text in koks),
        *(Indexed(Item("homeshopping", text.product_id), of_shown(text)) for text in shows),
    ]
    there = {doc.item for doc in docs}
    return Found(docs, [item for item in items if item not in there], recipes)


async def ids_after(session: Session, kind: Kind, last: int, *, limit: int) -> Sequence[int]:
    """Return the next ids of the kind after that one, in order."""
    after = {
        "recipe": recipe.recipe_ids_after,
        "kok": kok.product_ids_after,
        "homeshopping": homeshopping.product_ids_after,
    }
    return await after[kind](session, last, limit=limit)


def of_recipe(text: recipe.RecipeText) -> Source:
    """Return what a recipe is found by."""
    names = (text.cooking_name, *(each.material_name for each in text.ingredients))
    words = (text.cooking_category_name, text.cooking_case_name, text.cooking_introduction)
    return Source(
        title=text.recipe_title or text.cooking_name,
        names=tuple(dict.fromkeys(filter(None, names))),
        words=tuple(filter(None, words)),
        quality=rank(text.scrap_count),
    )


def of_kok(text: kok.KokText) -> Source:
    """Return what a product of the always-open shop is found by."""
    # A score of many says more than the same of few.
    marks = rank(text.review_cnt) * text.review_score / 5
    return Source(title=text.name, names=(), words=(text.store_name,), quality=round(marks))


def of_shown(text: homeshopping.ProductText) -> Source:
    """Return what a product of the broadcasts is found by."""
    return Source(title=text.name, names=(), words=(text.store_name,), quality=UNRANKED)


def rank(count: int) -> int:
    """Return how much so many people's interest is worth, 0 to 255; each doubling the same."""
    return min(RANK_MAX, round(RANK_MAX * log2(1 + max(count, 0)) / FULL_MARKS))
