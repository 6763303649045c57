"""/api/kok: product cards, product info and the cart."""

from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import kok, stock
from domain.kernel import IdempotencyKey
from server.auth import Caller
from server.endpoint import endpoint, once
from server.noting import note
from server.routes.views import Body, Id, Quantity, Said
from server.state import State

TAGS = ("kok",)

# The web client sends 0 for "none".
OptionalId = Annotated[int, Field(ge=0, le=2**62)]


class CardsQuery(BaseModel):
    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(20, ge=1, le=100)
    use_cache: bool = True


class Card(BaseModel):
    kok_product_id: int
    kok_thumbnail: str | None
    kok_discount_rate: int | None
    kok_discounted_price: int | None
    kok_product_name: str | None
    kok_store_name: str | None
    kok_review_cnt: int | None
    kok_review_score: float | None


class Cards(BaseModel):
    products: list[Card]


class ProductInfo(BaseModel):
    kok_product_id: int
    kok_product_name: str
    kok_store_name: str
    kok_thumbnail: str
    kok_product_price: int
    kok_discount_rate: int
    kok_discounted_price: int
    kok_review_cnt: int
    is_liked: bool
    stock: stock.ProductView


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


@endpoint(tags=TAGS)
async def discounted(request: Request[State], *, query: CardsQuery) -> Cards:
    """Return discounted products, the deepest discount first."""
    async with request.state["db"].reads() as session:
        found = await kok.discounted(session, page=query.page, size=query.size)
    return Cards(
        products=[
            Card(
                kok_product_id=each.kok_product_id,
                kok_thumbnail=each.image,
                kok_discount_rate=each.discount_rate,
                kok_discounted_price=each.discounted_price,
                kok_product_name=each.name,
                kok_store_name=each.store_name,
                kok_review_cnt=each.review_cnt,
                kok_review_score=each.review_score,
            )
            for each in found
        ]
    )


@endpoint(errors=(404,), tags=TAGS)
async def product_info(request: Request[State], *, kok_product_id: Id) -> ProductInfo:
    """Return a product with its present price and stock."""
    async with request.state["db"].reads() as session:
        found = await kok.get_product(session, kok_product_id)
        left = await kok.product_view(session, kok_product_id)
    return ProductInfo(
        kok_product_id=found.kok_product_id,
        kok_product_name=found.name,
        kok_store_name=found.store_name,
        kok_thumbnail=found.image,
        kok_product_price=found.price,
        kok_discount_rate=found.discount_rate,
        kok_discounted_price=found.discounted_price or found.price,
        kok_review_cnt=found.review_cnt,
        is_liked=False,
        stock=left,
    )


@endpoint(status=201, errors=(404,), auth="required", idempotent=True, tags=TAGS)
async def add_to_cart(
    request: Request[State], *, body: AddBody, caller: Caller, key: IdempotencyKey | None
) -> Added:
    """Put a product into the caller's cart, or more of it."""
    async with once(request, key) as work:
        item, fresh = await kok.add_to_cart(
            work.session,
            body.kok_product_id,
            by=caller.user_id,
            quantity=body.kok_quantity,
            recipe_id=body.recipe_id or None,
            now=request.state["clock"](),
        )
        said = (
            "장바구니에 상품이 추가되었습니다."
            if fresh
            else f"장바구니 수량이 {item.quantity}개로 업데이트되었습니다."
        )
        out = work.answer(Added(kok_cart_id=item.cart_id, message=said))
    done = {
        "kok_product_id": body.kok_product_id,
        "kok_quantity": body.kok_quantity,
        "kok_cart_id": out.kok_cart_id,
        "recipe_id": body.recipe_id,
    }
    note(request, "kok_cart_add", done, user_id=caller.user_id)
    return out


@endpoint(auth="required", tags=TAGS)
async def cart(request: Request[State], *, query: CartQuery, caller: Caller) -> Cart:
    """Return the caller's cart at the prices it was filled at, newest first."""
    async with request.state["db"].reads() as session:
        items = await kok.cart(session, by=caller.user_id, limit=query.limit)
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
                kok_discount_rate=item.price.discount_rate,
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
    async with request.state["db"].sessions.begin() as session:
        item = await kok.change_quantity(
            session, kok_cart_id, by=caller.user_id, quantity=body.kok_quantity
        )
    done = {"kok_cart_id": kok_cart_id, "quantity": item.quantity}
    note(request, "kok_cart_update", done, user_id=caller.user_id)
    return QuantityChanged(
        kok_cart_id=item.cart_id,
        kok_quantity=item.quantity,
        message=f"수량이 {item.quantity}개로 변경되었습니다.",
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def remove_from_cart(request: Request[State], *, kok_cart_id: Id, caller: Caller) -> Said:
    """Take a row out of the caller's cart."""
    async with request.state["db"].sessions.begin() as session:
        await kok.remove_from_cart(session, kok_cart_id, by=caller.user_id)
    note(request, "kok_cart_delete", {"kok_cart_id": kok_cart_id}, user_id=caller.user_id)
    return Said(message="장바구니에서 상품이 삭제되었습니다.")


routes = [
    Route("/api/kok/discounted", discounted),
    Route("/api/kok/product/{kok_product_id}/info", product_info),
    Route("/api/kok/carts", add_to_cart, methods=["POST"]),
    Route("/api/kok/carts", cart),
    Route("/api/kok/carts/{kok_cart_id}", change_quantity, methods=["PATCH"]),
    Route("/api/kok/carts/{kok_cart_id}", remove_from_cart, methods=["DELETE"]),
]
