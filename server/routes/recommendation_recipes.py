"""What goes with what: recipes for products of either shop."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import recommendation
from domain.kernel import Session
from server.auth import Caller
from server.endpoint import endpoint
from server.language import Language, speaking
from server.noting import note
from server.routes.recipe import address
from server.routes.recommendation import TAGS
from server.routes.recommendation_reasons import Reason, filled_up
from server.routes.views import Id, Page
from server.state import State

IDS_MAX: Final = 200
ID_MAX: Final = 2**62


class Dish(BaseModel):
    recipe_id: int
    recipe_name: str
    scrap_count: int | None
    ingredients: list[str]
    description: str
    recipe_image_url: str | None
    number_of_serving: str | None
    reason: Reason


class Dishes(BaseModel):
    recipes: list[Dish]
    is_ingredient: bool
    extracted_keywords: list[str]


class CartQuery(Page):
    """Ids of either shop, separated by commas; what is no number is passed over."""

    product_ids: Annotated[str, Field(max_length=4_000)]
    size: int = Field(10, ge=1, le=100)


class CartDish(BaseModel):
    recipe_id: int
    recipe_title: str | None
    cooking_name: str | None
    description: str | None
    scrap_count: int
    recipe_url: str
    number_of_serving: str | None
    ingredients: list[str]
    reason: Reason


class CartDishes(BaseModel):
    recipes: list[CartDish]
    total_count: int
    page: int
    size: int
    total_pages: int
    keyword_extraction: list[str]
    next_cursor: str | None


@endpoint(errors=(404,), auth="optional", tags=TAGS)
async def recipe_recommend(
    request: Request[State], *, product_id: Id, caller: Caller | None
) -> Dishes:
    """Return up to ten recipes with a product of the broadcasts, if it is an ingredient."""

    async def find(session: Session, near: Sequence[int]) -> recommendation.ForProduct:
        return await recommendation.dishes_for_shown(session, product_id, near=near)

    found = await filled_up(request.state, find, kind="recipe")
    dishes, language = found.dishes, speaking(request)
    if caller is not None:
        seen = {
            "product_id": product_id,
            "homeshopping_product_name": found.product_name,
            "extracted_keywords": list(dishes.keywords),
            "recipe_count": len(dishes.part.rows),
            "is_ingredient": found.is_ingredient,
        }
        note(request, "homeshopping_recipe_recommendation", seen, user_id=caller.user_id)
    return Dishes(
        recipes=[dish_of(each, language) for each in dishes.part.rows],
        is_ingredient=found.is_ingredient,
        extracted_keywords=list(dishes.keywords),
    )


@endpoint(errors=(400,), auth="required", tags=TAGS)
async def cart_recipes(request: Request[State], *, query: CartQuery, caller: Caller) -> CartDishes:
    """Return recipes with these products of either shop, those with most of them first."""
    ids = list(dict.fromkeys(_numbers(query.product_ids)))[:IDS_MAX]

    async def find(session: Session, near: Sequence[int]) -> recommendation.Dishes:
        return await recommendation.dishes_for_products(
            session, ids, window=query.window(), near=near
        )

    found = await filled_up(request.state, find, kind="recipe")
    language = speaking(request)
    seen = {
        "product_ids": ids,
        "extracted_ingredients": list(found.keywords),
        "recommended_recipes_count": len(found.part.rows),
        "page": query.page,
        "size": query.size,
    }
    note(request, "kok_cart_recipe_recommend", seen, user_id=caller.user_id)
    return CartDishes(
        recipes=[_cart_dish(each, language) for each in found.part.rows],
        total_count=found.total,
        page=query.page,
        size=query.size,
        total_pages=-(-found.total // query.size),
        keyword_extraction=list(found.keywords),
        next_cursor=found.part.next_cursor,
    )


def _numbers(text: str) -> list[int]:
    parts = (part.strip() for part in text.split(","))
    # Digits of any script are digits to Python; ids are plain, and fit a database.
    numbers = (int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 20)
    return [number for number in numbers if 0 < number <= ID_MAX]


def dish_of(dish: recommendation.Dish, language: Language) -> Dish:
    """Return the earlier API's recipe, and why it is there."""
    return Dish(
        recipe_id=dish.card.recipe_id,
        recipe_name=dish.card.cooking_name or dish.card.recipe_title,
        scrap_count=dish.card.scrap_count,
        ingredients=list(dish.ingredients),
        description=dish.card.cooking_introduction,
        recipe_image_url=dish.card.thumbnail_url,
        number_of_serving=dish.card.number_of_serving,
        reason=Reason.of(dish.reason, language),
    )


def _cart_dish(dish: recommendation.Dish, language: Language) -> CartDish:
    return CartDish(
        recipe_id=dish.card.recipe_id,
        recipe_title=dish.card.recipe_title,
        cooking_name=dish.card.cooking_name,
        description=dish.card.cooking_introduction,
        scrap_count=dish.card.scrap_count,
        recipe_url=address(dish.card.recipe_id),
        number_of_serving=dish.card.number_of_serving,
        ingredients=list(dish.ingredients),
        reason=Reason.of(dish.reason, language),
    )


routes = [
    Route("/api/homeshopping/product/{product_id}/recipe-recommend", recipe_recommend),
    Route("/api/kok/carts/recipe-recommend", cart_recipes),
]
