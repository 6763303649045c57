"""/api/orders: placing, reading and cancelling orders."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import order, payment
from domain.kernel import KST, IdempotencyKey, OrderId
from domain.order import LineView, OrderStatus, OrderView
from server.auth import Caller
from server.endpoint import endpoint, once
from server.routes.views import Body, Id, Quantity, local
from server.state import State

TAGS = ("order",)
WEEKDAYS: Final = "월화수목금토일"


class HomeshoppingOrder(Body):
    product_id: Id
    quantity: Quantity = 1


class HomeshoppingPlaced(BaseModel):
    order_id: int
    homeshopping_order_id: int
    product_id: int
    product_name: str
    quantity: int
    dc_price: int
    order_price: int
    order_time: datetime | None
    message: str = "주문이 성공적으로 생성되었습니다."


class Selected(Body):
    kok_cart_id: Id
    quantity: Quantity


class CartOrder(Body):
    selected_items: list[Selected] = Field(max_length=200)


class OrderedLine(BaseModel):
    kok_order_id: int
    kok_product_id: int
    kok_product_name: str
    quantity: int
    unit_price: int
    total_price: int


class CartPlaced(BaseModel):
    order_id: int
    total_amount: int
    order_count: int
    order_details: list[OrderedLine]
    message: str
    order_time: datetime | None


class ListQuery(BaseModel):
    limit: int = Field(30, ge=1, le=100)


class OrderItem(BaseModel):
    product_name: str
    product_image: str | None
    price: int
    quantity: int
    delivery_status: str
    delivery_date: str
    recipe_related: bool
    recipe_title: str | None = None
    recipe_rating: float | None = None
    recipe_scrap_count: int | None = None
    recipe_description: str | None = None
    ingredients_owned: int | None = None
    total_ingredients: int | None = None


class OrderGroup(BaseModel):
    order_id: int
    order_number: str
    order_date: str
    total_amount: int
    item_count: int
    items: list[OrderItem]
    order: OrderView


class Orders(BaseModel):
    limit: int
    total_count: int
    order_groups: list[OrderGroup]


class KokLine(BaseModel):
    kok_order_id: int
    kok_price_id: int
    kok_product_id: int
    quantity: int
    order_price: int | None
    recipe_id: int | None


class HomeshoppingLine(BaseModel):
    homeshopping_order_id: int
    product_id: int
    dc_price: int
    quantity: int
    order_price: int | None


class OrderOut(BaseModel):
    order_id: int
    user_id: int
    order_time: datetime | None
    cancel_time: datetime | None
    kok_orders: list[KokLine]
    homeshopping_orders: list[HomeshoppingLine]
    order: OrderView


@endpoint(errors=(400, 409), auth="required", idempotent=True, tags=TAGS)
async def place_homeshopping(
    request: Request[State], *, body: HomeshoppingOrder, caller: Caller, key: IdempotencyKey | None
) -> HomeshoppingPlaced:
    """Order a product shown in a broadcast."""
    async with once(request, key) as work:
        placed = await order.place_homeshopping(
            work.session,
            body.product_id,
            quantity=body.quantity,
            buyer=caller.user_id,
            now=request.state["clock"](),
            pay_within=_pay_within(request),
        )
        line = placed.lines[0]
        out = HomeshoppingPlaced(
            order_id=placed.order_id,
            homeshopping_order_id=line.line_id,
            product_id=line.product_id,
            product_name=line.product_name,
            quantity=line.quantity,
            dc_price=line.unit_price,
            order_price=line.line_total,
            order_time=local(placed.order_time),
        )
        return work.answer(out)


@endpoint(status=201, errors=(400, 409), auth="required", idempotent=True, tags=TAGS)
async def place_from_cart(
    request: Request[State], *, body: CartOrder, caller: Caller, key: IdempotencyKey | None
) -> CartPlaced:
    """Order rows of the caller's cart, which leave it."""
    picks = [order.Pick(cart_id=s.kok_cart_id, quantity=s.quantity) for s in body.selected_items]
    async with once(request, key) as work:
        placed = await order.place_from_cart(
            work.session,
            picks,
            buyer=caller.user_id,
            now=request.state["clock"](),
            pay_within=_pay_within(request),
        )
        details = [
            OrderedLine(
                kok_order_id=line.line_id,
                kok_product_id=line.product_id,
                kok_product_name=line.product_name,
                quantity=line.quantity,
                unit_price=line.unit_price,
                total_price=line.line_total,
            )
            for line in placed.lines
        ]
        out = CartPlaced(
            order_id=placed.order_id,
            total_amount=placed.total_amount,
            order_count=len(details),
            order_details=details,
            message=f"{len(details)}개의 상품이 주문되었습니다.",
            order_time=local(placed.order_time),
        )
        return work.answer(out)


@endpoint(auth="required", tags=TAGS)
async def list_orders(request: Request[State], *, query: ListQuery, caller: Caller) -> Orders:
    """Return the caller's orders, newest first."""
    async with request.state["db"].reads() as session:
        found = await order.newest(session, by=caller.user_id, limit=query.limit)
        total = await order.count(session, by=caller.user_id)
    return Orders(
        limit=query.limit, total_count=total, order_groups=[_group(each) for each in found]
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def get_order(request: Request[State], *, order_id: Id, caller: Caller) -> OrderOut:
    """Return one of the caller's orders."""
    async with request.state["db"].reads() as session:
        found = await order.get(session, OrderId(order_id), by=caller.user_id)
    return OrderOut(
        order_id=found.order_id,
        user_id=found.user_id,
        order_time=local(found.order_time),
        cancel_time=local(found.cancel_time),
        kok_orders=[
            KokLine(
                kok_order_id=line.line_id,
                kok_price_id=line.price_id or 0,
                kok_product_id=line.product_id,
                quantity=line.quantity,
                order_price=line.line_total,
                recipe_id=line.recipe_id,
            )
            for line in found.lines
            if line.kind == "kok"
        ],
        homeshopping_orders=[
            HomeshoppingLine(
                homeshopping_order_id=line.line_id,
                product_id=line.product_id,
                dc_price=line.unit_price,
                quantity=line.quantity,
                order_price=line.line_total,
            )
            for line in found.lines
            if line.kind == "homeshopping"
        ],
        order=found.view(),
    )


@endpoint(errors=(404, 409), auth="required", tags=TAGS)
async def cancel(request: Request[State], *, order_id: Id, caller: Caller) -> OrderView:
    """Cancel one of the caller's orders; what was paid is given back."""
    async with request.state["db"].sessions.begin() as session:
        cancelled = await payment.cancel_order(
            session, OrderId(order_id), by=caller.user_id, now=request.state["clock"]()
        )
        return cancelled.view()


def _pay_within(request: Request[State]) -> timedelta:
    return timedelta(minutes=request.state["settings"].order_unpaid_minutes)


def _group(view: OrderView) -> OrderGroup:
    day = view.order_time.astimezone(KST)
    return OrderGroup(
        order_id=view.order_id,
        order_number=str(view.order_id),
        order_date=f"{day.year}. {day.month}. {day.day}",
        total_amount=view.total_amount,
        item_count=sum(line.quantity for line in view.lines),
        items=[_item(line) for line in view.lines],
        order=view,
    )


def _item(line: LineView) -> OrderItem:
    from_recipe = line.kind == "kok"
    return OrderItem(
        product_name=line.product_name,
        product_image=line.image,
        price=line.line_total,
        quantity=line.quantity,
        delivery_status=line.status_name,
        delivery_date=_delivery_date(line),
        recipe_related=from_recipe,
        recipe_rating=0.0 if from_recipe else None,
        recipe_scrap_count=0 if from_recipe else None,
        ingredients_owned=0 if from_recipe else None,
        total_ingredients=0 if from_recipe else None,
    )


def _delivery_date(line: LineView) -> str:
    if line.status is not OrderStatus.DELIVERED:
        return "배송 정보 없음"
    day = line.history[-1].at.astimezone(KST)
    return f"{day.month}/{day.day}({WEEKDAYS[day.weekday()]}) 도착"


routes = [
    Route("/api/orders/homeshopping/order", place_homeshopping, methods=["POST"]),
    Route("/api/orders/kok/carts/order", place_from_cart, methods=["POST"]),
    Route("/api/orders", list_orders),
    Route("/api/orders/{order_id}", get_order),
    Route("/api/orders/{order_id}/cancellation", cancel, methods=["POST"]),
]
