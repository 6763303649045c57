"""Recipes and groceries for tests, each in one line."""

from datetime import datetime

from domain import homeshopping, kok, recipe
from domain.homeshopping import NewProduct
from domain.kernel import Session
from domain.kok import NewKokProduct
from domain.recipe import NewMaterial, NewRecipe
from tests.shop import NOON


def material(written: str) -> NewMaterial:
    """Read "감자 2 개": a name, an amount and a unit, of which the last two may be missing."""
    name, amount, unit = (*written.split(" "), None, None)[:3]
    return NewMaterial(material_name=str(name), measure_amount=amount, measure_unit=unit)


async def a_recipe(
    session: Session,
    recipe_id: int,
    dish: str,
    *materials: str,
    scraps: int = 0,
    title: str | None = None,
    now: datetime = NOON,
) -> None:
    """Take a recipe into the book."""
    new = NewRecipe(
        recipe_id=recipe_id,
        recipe_title=dish if title is None else title,
        cooking_name=dish,
        scrap_count=scraps,
        cooking_case_name="일상",
        cooking_category_name="찌개",
        cooking_introduction=f"{dish} 만드는 법",
        number_of_serving="2인분",
        thumbnail_url=f"/api/media/recipe-{recipe_id}",
        materials=tuple(map(material, materials)),
    )
    await recipe.add_recipe(session, new, now=now)


async def kok_grocery(
    session: Session,
    kok_product_id: int,
    name: str,
    *,
    is_ingredient: bool = True,
    reviews: int = 0,
    now: datetime = NOON,
) -> None:
    """Take a product of that name into the always-open shop; it costs 8,000 won."""
    new = NewKokProduct(
        kok_product_id=kok_product_id,
        name=name,
        store_name="햇살농장",
        image=f"/api/media/kok-{kok_product_id}",
        price=10_000,
        discount_rate=20,
        discounted_price=8_000,
        stock=10,
        is_ingredient=is_ingredient,
        stats=kok.ReviewStats(review_cnt=reviews, review_score=4.5 if reviews else 0.0),
    )
    await kok.add_product(session, new, now=now)


async def hs_grocery(
    session: Session,
    product_id: int,
    name: str,
    *,
    is_ingredient: bool = True,
    is_food: bool = True,
    price: int = 20_000,
    now: datetime = NOON,
) -> None:
    """Take a product of that name into the broadcasts' shop."""
    new = NewProduct(
        product_id=product_id,
        name=name,
        store_name="바다상회",
        image=f"/api/media/hs-{product_id}",
        sale_price=price,
        dc_rate=10,
        dc_price=price * 9 // 10,
        stock=10,
        is_food=is_food,
        is_ingredient=is_ingredient,
    )
    await homeshopping.add_product(session, new, now=now)
