"""/api/recipes: what of a recipe somebody has, and where to get the rest."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel
from starlette.requests import Request
from starlette.routing import Route

from domain import kok, recommendation
from domain.kernel import naive_kst
from domain.recommendation import Item
from server.auth import Caller
from server.endpoint import endpoint
from server.language import Language, speaking
from server.noting import note
from server.routes.pantry import Name, holdings
from server.routes.recipe import TAGS
from server.routes.recommendation_reasons import Reason
from server.routes.views import Id
from server.state import State


class OrderInfo(BaseModel):
    """The order it was bought with; ``purchase_date`` is ``order_date`` again."""

    order_id: int
    order_date: datetime
    purchase_date: datetime
    order_type: str
    product_name: str
    quantity: int


class CartInfo(BaseModel):
    cart_id: int
    cart_type: str
    product_name: str
    quantity: int


class EnteredInfo(BaseModel):
    """What the caller said they have: so much of a unit that may be unknown ("")."""

    ingredient: str
    amount: float
    unit: str
    entered_at: AwareDatetime


class Ingredient(BaseModel):
    """``source`` says by what it is owned or in the cart, and which of the infos is there."""

    material_name: str
    status: recommendation.Held
    source: recommendation.HoldingSource | None
    order_info: OrderInfo | None
    entered_info: EnteredInfo | None
    cart_info: CartInfo | None


class Summary(BaseModel):
    total_ingredients: int
    owned_count: int
    cart_count: int
    not_owned_count: int


class Status(BaseModel):
    recipe_id: int
    user_id: int
    ingredients: list[Ingredient]
    summary: Summary


class Good(BaseModel):
    """A product of either shop; the other shop's fields are null."""

    source: str
    name: str
    live_id: int | None = None
    kok_product_id: int | None = None
    thumb_img_url: str | None = None
    image_url: str | None = None
    brand_name: str | None = None
    price: int | None = None
    homeshopping_id: int | None = None
    kok_discount_rate: int | None = None
    kok_review_cnt: int | None = None
    kok_review_score: float | None = None
    dc_rate: int | None = None
    reason: Reason


class Goods(BaseModel):
    ingredient: str
    recommendations: list[Good]
    total_count: int


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def status(request: Request[State], *, recipe_id: Id, caller: Caller) -> Status:
    """Return which ingredients of a recipe the caller has, has in the cart, or lacks.

    They have what they bought in the last seven days, or named in
    `GET /api/recipes/by-ingredients`.
    """
    async with request.state["db"].reads() as session:
        mine = await holdings(session, by=caller.user_id, now=request.state["clock"]())
        found = await recommendation.ingredient_status(session, recipe_id, holdings=mine)
    summary = Summary(
        total_ingredients=len(found.ingredients),
        owned_count=found.count("owned"),
        cart_count=found.count("cart"),
        not_owned_count=found.count("not_owned"),
    )
    seen = {"recipe_id": recipe_id, **summary.model_dump()}
    note(request, "recipe_ingredients_status_view", seen, user_id=caller.user_id)
    return Status(
        recipe_id=recipe_id,
        user_id=caller.user_id,
        ingredients=[_ingredient(each) for each in found.ingredients],
        summary=summary,
    )


@endpoint(auth="required", tags=TAGS)
async def goods(request: Request[State], *, ingredient: Name, caller: Caller) -> Goods:
    """Return up to five products of both shops that are the ingredient, or stand in for it."""
    async with request.state["db"].reads() as session:
        found = await recommendation.goods_for(session, ingredient)
    if not found.shown and not found.kok:
        found = await _standing_in(request.state, ingredient) or found
    language = speaking(request)
    told = [_of_broadcasts(each, language) for each in found.shown]
    told += [
        _of_kok(each, Reason.of(found.reasons[Item("kok", each.kok_product_id)], language))
        for each in found.kok
    ]
    seen = {"ingredient": ingredient, "recommendation_count": len(told)}
    note(request, "ingredient_product_recommend", seen, user_id=caller.user_id)
    return Goods(ingredient=ingredient, recommendations=told, total_count=len(told))


async def _standing_in(state: State, ingredient: str) -> recommendation.Goods | None:
    """Return what means about the same; None without a model. No session is held meanwhile."""
    try:
        meaning = await recommendation.meaning_of(ingredient, state["embedder"])
    except recommendation.EmbedderUnavailable:
        return None
    near = await recommendation.near_vector(
        state["analytics"], meaning, kinds=("kok", "homeshopping")
    )
    async with state["db"].reads() as session:
        return await recommendation.goods_for(session, ingredient, near=near)


def _ingredient(held: recommendation.IngredientHeld) -> Ingredient:
    holding = held.holding
    return Ingredient(
        material_name=held.material_name,
        status=held.status,
        source=holding.source if holding else None,
        order_info=_order_info(holding) if holding and holding.source == "order" else None,
        entered_info=_entered_info(holding) if holding and holding.source == "entered" else None,
        cart_info=_cart_info(holding) if holding and holding.source == "cart" else None,
    )


def _order_info(holding: recommendation.Holding) -> OrderInfo:
    assert holding.order_id is not None, "an order has a number"
    assert holding.order_time is not None, "an order has a time"
    bought_at = naive_kst(holding.order_time)
    return OrderInfo(
        order_id=holding.order_id,
        order_date=bought_at,
        purchase_date=bought_at,
        order_type=holding.order_type or "kok",
        product_name=holding.product_name,
        quantity=holding.quantity,
    )


def _entered_info(holding: recommendation.Holding) -> EnteredInfo:
    assert holding.amount is not None, "what was entered has an amount"
    assert holding.entered_at is not None, "it was entered some time"
    return EnteredInfo(
        ingredient=holding.product_name,
        amount=holding.amount,
        unit=holding.unit or "",
        entered_at=holding.entered_at,
    )


def _cart_info(holding: recommendation.Holding) -> CartInfo:
    assert holding.cart_id is not None, "a row of a cart has a number"
    return CartInfo(
        cart_id=holding.cart_id,
        cart_type="kok",
        product_name=holding.product_name,
        quantity=holding.quantity,
    )


def _of_broadcasts(shown: recommendation.Shown, language: Language) -> Good:
    return Good(
        source="homeshopping",
        name=shown.goods.name,
        live_id=shown.showing.live_id if shown.showing else None,
        homeshopping_id=shown.showing.homeshopping_id if shown.showing else None,
        thumb_img_url=shown.goods.image,
        brand_name=shown.goods.store_name,
        price=shown.goods.sale_price,
        dc_rate=shown.goods.dc_rate,
        reason=Reason.of(shown.reason, language),
    )


def _of_kok(card: kok.Card, reason: Reason) -> Good:
    return Good(
        source="kok",
        name=card.name,
        kok_product_id=card.kok_product_id,
        image_url=card.image,
        brand_name=card.store_name,
        price=card.price,
        kok_discount_rate=card.discount_rate,
        kok_review_cnt=card.review_cnt,
        kok_review_score=card.review_score,
        reason=reason,
    )


routes = [
    Route("/api/recipes/{recipe_id}/status", status),
    Route("/api/recipes/{ingredient}/product-recommend", goods),
]
