"""/api/kok/carts: what a recipe lacks, all at once."""

from typing import Annotated, Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import recommendation
from domain.kernel import IdempotencyKey
from server.auth import Caller
from server.endpoint import endpoint, once
from server.noting import note
from server.routes.kok import TAGS
from server.routes.pantry import Name
from server.routes.views import Body, Id
from server.state import State

INGREDIENTS_MAX: Final = 30


class IngredientsBody(Body):
    recipe_id: Id
    ingredients: Annotated[list[Name], Field(min_length=1, max_length=INGREDIENTS_MAX)]


class TakenProduct(BaseModel):
    """What was put into the cart for an ingredient; ``kok_quantity`` is how many are there now."""

    ingredient: str
    kok_cart_id: int
    kok_product_id: int
    kok_product_name: str
    kok_thumbnail: str
    kok_store_name: str
    kok_product_price: int
    kok_discount_rate: int
    kok_discounted_price: int
    kok_quantity: int


class IngredientsTaken(BaseModel):
    recipe_id: int
    taken: list[TakenProduct]
    not_found: list[str]


@endpoint(status=201, errors=(404,), auth="required", idempotent=True, tags=TAGS)
async def add_ingredients(
    request: Request[State], *, body: IngredientsBody, caller: Caller, key: IdempotencyKey | None
) -> IngredientsTaken:
    """Put the best product for each ingredient into the caller's cart.

    Of what is sold out or not sold at all, `not_found` tells the names.
    """
    async with request.state["db"].reads() as session:
        matches = await recommendation.products_for(session, body.ingredients)
    async with once(request, key) as work:
        taken = await recommendation.put_into_cart(
            work.session,
            matches,
            recipe_id=body.recipe_id,
            by=caller.user_id,
            now=request.state["clock"](),
        )
        out = work.answer(
            IngredientsTaken(
                recipe_id=body.recipe_id,
                taken=[_taken(each) for each in taken],
                not_found=[each.ingredient for each in matches if each.product is None],
            )
        )
    done = {
        "recipe_id": body.recipe_id,
        "kok_cart_ids": [each.cart_id for each in taken],
        "not_found": out.not_found,
    }
    note(request, "kok_cart_add_ingredients", done, user_id=caller.user_id)
    return out


def _taken(each: recommendation.Taken) -> TakenProduct:
    return TakenProduct(
        ingredient=each.ingredient,
        kok_cart_id=each.cart_id,
        kok_product_id=each.product.kok_product_id,
        kok_product_name=each.product.name,
        kok_thumbnail=each.product.image,
        kok_store_name=each.product.store_name,
        kok_product_price=each.product.price,
        kok_discount_rate=each.product.discount_rate,
        kok_discounted_price=each.product.discounted_price or each.product.price,
        kok_quantity=each.quantity,
    )


routes = [Route("/api/kok/carts/ingredients", add_ingredients, methods=["POST"])]
