"""Make the means that the bundled model's vectors are centred on: `python -m scripts.centre`.

They are of what is looked for and found in this shop: names of the lexicon, and the demo's recipes
and products. The labelled set that search is measured on has no part in them.
"""

from typing import Final

import numpy as np

from demo.catalogue import load_catalogue
from domain.recommendation.text import Source, passage
from domain.recommendation.vocabulary import vocabulary
from server.embedders.bundled import MEANS, load_engine

DECIMALS: Final = 6  # what two machines agree on


def queries() -> list[str]:
    """Return what people look for: ingredients, dishes, and whole titles."""
    shop = load_catalogue()
    return sorted(
        {each.name for each in vocabulary().ingredients.values()}
        | {dish.cooking_name for dish in shop.recipes}
        | {dish.recipe_title for dish in shop.recipes}
        | {product.name for product in shop.kok_products}
        | {product.product_name for product in shop.hs_products}
    )


def passages() -> list[str]:
    """Return the texts of the demo's recipes and products as they are embedded."""
    shop = load_catalogue()
    dishes = (
        Source(
            title=dish.recipe_title,
            names=(dish.cooking_name, *(each.material_name for each in dish.materials)),
            words=(dish.cooking_category_name, dish.cooking_case_name, dish.cooking_introduction),
            quality=0,
        )
        for dish in shop.recipes
    )
    kok = (Source(item.name, (), (item.store_name,), 0) for item in shop.kok_products)
    shown = (Source(item.product_name, (), (item.store_name,), 0) for item in shop.hs_products)
    return sorted({passage(source) for source in (*dishes, *kok, *shown)})


def main() -> None:
    """Write the file, and say of how many texts it is made."""
    engine, asked, told = load_engine(), queries(), passages()
    means = [engine.query(asked).mean(axis=0), engine.passage(told).mean(axis=0)]
    np.save(MEANS, np.array(means, np.float32).round(DECIMALS))
    print(f"{MEANS.name}: {len(asked)} queries, {len(told)} passages")


if __name__ == "__main__":
    main()
