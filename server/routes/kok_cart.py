"""/api/kok/carts: what somebody means to buy."""

from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import kok
from domain.kernel import IdempotencyKey
from server.auth import Caller
from server.endpoint import endpoint, once
from server.language import say
from server.noting import note
from server.routes.kok import TAGS
from server.routes.views import Body, Id, Quantity, Said
from server.state import State

# The web client sends 0 for "none".
OptionalId = Annotated[int, Field(ge=0, le=2**62)]


class AddBody(Body):
    kok_product_id: Id
    kok_quantity: Quantity = 1
    recipe_id: OptionalId | None = None
    kok_price_id: OptionalId | None = None


class Added(BaseModel):
    kok_cart_id: int
    message: str


class CartQuery(BaseModel):
    limit: int = Field(50, ge=1, le=200)


class CartRow(BaseModel):
    """A row of the cart; the web client cannot do without a price."""

    kok_cart_id: int
    kok_product_id: int
    kok_price_id: int
    recipe_id: int | None
    kok_product_name: str | None
    kok_thumbnail: str | None
    kok_product_price: int
    kok_discount_rate: int
    kok_discounted_price: int
    kok_store_name: str | None
    kok_quantity: int


class Cart(BaseModel):
    cart_items: list[CartRow]


class QuantityBody(Body):
    kok_quantity: Quantity


class QuantityChanged(BaseModel):
    kok_cart_id: int
    kok_quantity: int
    message: str


@endpoint(status=201, errors=(404,), auth="required", idempotent=True, tags=TAGS)
async def add_to_cart(
    request: Request[State], *, body: AddBody, caller: Caller, key: IdempotencyKey | None
) -> Added:
    """Put a product into the caller's cart, or more of it."""
    async with once(request, key) as work:
        cart_id, quantity = await kok.add_to_cart(
            work.session,
            body.kok_product_id,
            by=caller.user_id,
            quantity=body.kok_quantity,
            recipe_id=body.recipe_id or None,
            now=request.state["clock"](),
        )
        if quantity == body.kok_quantity:  # a row that was there had at least one
            said = say(request, "장바구니에 상품이 추가되었습니다.")
        else:
            said = say(request, "장바구니 수량이 {n}개로 업데이트되었습니다.", n=quantity)
        out = work.answer(Added(kok_cart_id=cart_id, message=said))
    done = {
        "kok_product_id": body.kok_product_id,
        "kok_quantity": body.kok_quantity,
        "kok_cart_id": cart_id,
        "recipe_id": body.recipe_id,
    }
    note(request, "kok_cart_add", done, user_id=caller.user_id)
    return out


@endpoint(auth="required", tags=TAGS)
async def cart(request: Request[State], *, query: CartQuery, caller: Caller) -> Cart:
    """Return the caller's cart at the prices it was filled at, newest first."""
    async with request.state["db"].reads() as session:
        items = await kok.cart(session, by=caller.user_id, limit=query.limit)
    seen = {"limit": query.limit, "item_count": len(items)}
    note(request, "kok_cart_items_view", seen, user_id=caller.user_id)
    return Cart(
        cart_items=[
            CartRow(
                kok_cart_id=item.cart_id,
                kok_product_id=item.kok_product_id,
                kok_price_id=item.price_id,
                recipe_id=item.recipe_id,
                kok_product_name=item.product.name,
                kok_thumbnail=item.product.image,
                kok_product_price=item.product.price,
                kok_discount_rate=item.discount_rate,
                kok_discounted_price=item.unit_price,
                kok_store_name=item.product.store_name,
                kok_quantity=item.quantity,
            )
            for item in items
        ]
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def change_quantity(
    request: Request[State], *, kok_cart_id: Id, body: QuantityBody, caller: Caller
) -> QuantityChanged:
    """Want another quantity of a row of the cart."""
    quantity = body.kok_quantity
    async with request.state["db"].sessions.begin() as session:
        await kok.change_quantity(session, kok_cart_id, by=caller.user_id, quantity=quantity)
    done = {"kok_cart_id": kok_cart_id, "quantity": quantity}
    note(request, "kok_cart_update", done, user_id=caller.user_id)
    return QuantityChanged(
        kok_cart_id=kok_cart_id,
        kok_quantity=quantity,
        message=say(request, "수량이 {n}개로 변경되었습니다.", n=quantity),
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def remove_from_cart(request: Request[State], *, kok_cart_id: Id, caller: Caller) -> Said:
    """Take a row out of the caller's cart."""
    async with request.state["db"].sessions.begin() as session:
        await kok.remove_from_cart(session, kok_cart_id, by=caller.user_id)
    note(request, "kok_cart_delete", {"kok_cart_id": kok_cart_id}, user_id=caller.user_id)
    return Said(message=say(request, "장바구니에서 상품이 삭제되었습니다."))


routes = [
    Route("/api/kok/carts", add_to_cart, methods=["POST"]),
    Route("/api/kok/carts", cart),
    Route("/api/kok/carts/{kok_cart_id}", change_quantity, methods=["PATCH"]),
    Route("/api/kok/carts/{kok_cart_id}", remove_from_cart, methods=["DELETE"]),
]
