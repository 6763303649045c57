"""/api/orders: placing an order, reading it, and cancelling it."""

from datetime import datetime, timedelta

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import order, payment
from domain.kernel import IdempotencyKey, OrderId
from domain.order import OrderView
from server.auth import Caller
from server.endpoint import endpoint, once
from server.language import say
from server.noting import note
from server.routes.views import Body, Id, Quantity, local
from server.state import State

TAGS = ("order",)


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
    message: str


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


class KokLine(BaseModel):
    kok_order_id: int
    kok_price_id: int
    kok_product_id: int
    quantity: int
    order_price: int | None
    recipe_id: int | None

    @classmethod
    def of(cls, line: order.Line | order.LineView, *, price_id: int | None) -> "KokLine":
        """Return the line under the earlier names."""
        return cls(
            kok_order_id=line.line_id,
            kok_price_id=price_id or 0,
            kok_product_id=line.product_id,
            quantity=line.quantity,
            order_price=line.line_total,
            recipe_id=line.recipe_id,
        )


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
            message=say(request, "주문이 성공적으로 생성되었습니다."),
        )
        work.answer(out)
    done = {name: getattr(out, name) for name in ("order_id", "product_id", "quantity")}
    note(request, "homeshopping_order_create", done, user_id=caller.user_id)
    return out


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
            message=say(request, "{n}개의 상품이 주문되었습니다.", n=len(details)),
            order_time=local(placed.order_time),
        )
        work.answer(out)
    done = out.model_dump(mode="json", include={"order_id", "total_amount", "order_count"})
    note(request, "kok_cart_order_create", done, user_id=caller.user_id, status=201)
    return out


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def get_order(request: Request[State], *, order_id: Id, caller: Caller) -> OrderOut:
    """Return one of the caller's orders."""
    async with request.state["db"].reads() as session:
        found = await order.detail(session, OrderId(order_id), by=caller.user_id)
    view = found.order
    note(request, "order_order_detail_view", {"order_id": order_id}, user_id=caller.user_id)
    return OrderOut(
        order_id=view.order_id,
        user_id=view.user_id,
        order_time=local(view.order_time),
        cancel_time=local(view.cancel_time),
        kok_orders=[
            KokLine.of(line, price_id=found.price_ids[line.line_id])
            for line in view.lines
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
            for line in view.lines
            if line.kind == "homeshopping"
        ],
        order=view,
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


routes = [
    Route("/api/orders/homeshopping/order", place_homeshopping, methods=["POST"]),
    Route("/api/orders/kok/carts/order", place_from_cart, methods=["POST"]),
    Route("/api/orders/{order_id}", get_order),
    Route("/api/orders/{order_id}/cancellation", cancel, methods=["POST"]),
]
