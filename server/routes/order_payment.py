"""/api/orders/.../payment/confirm: whether an order is paid, as the provider says, nobody else."""

from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import Route

from domain import order, payment
from domain.kernel import OrderId
from domain.order import OrderStatus
from server.auth import Caller
from server.endpoint import endpoint
from server.language import say
from server.noting import note
from server.rate_limit import PAYMENT
from server.routes.views import Id
from server.state import State

TAGS = ("payment",)
ERRORS: Final = (400, 404)


class KokConfirmed(BaseModel):
    message: str
    kok_order_id: int


class OrderConfirmed(BaseModel):
    message: str
    order_id: int


class HomeshoppingConfirmed(BaseModel):
    homeshopping_order_id: int
    previous_status: str
    current_status: str
    message: str


@endpoint(errors=ERRORS, auth="required", tags=TAGS, limit=PAYMENT)
async def confirm_kok(request: Request[State], *, kok_order_id: Id, caller: Caller) -> KokConfirmed:
    """Say that one of the caller's kok products is paid, if the provider says so."""
    async with request.state["db"].reads() as session:
        line = await order.find_line(session, kok_order_id, kind="kok", by=caller.user_id)
    if line is None:
        raise order.KokOrderNotFound
    await payment.confirm(request.state["till"], OrderId(line.order_id), status=line.status)
    note(request, "kok_payment_confirm", {"kok_order_id": kok_order_id}, user_id=caller.user_id)
    message = say(request, "결제가 완료되어 상태가 변경되었습니다.")
    return KokConfirmed(message=message, kok_order_id=kok_order_id)


@endpoint(errors=ERRORS, auth="required", tags=TAGS, limit=PAYMENT)
async def confirm_order(request: Request[State], *, order_id: Id, caller: Caller) -> OrderConfirmed:
    """Say that one of the caller's kok orders is paid, if the provider says so."""
    async with request.state["db"].reads() as session:
        bought = await order.find(session, OrderId(order_id), by=caller.user_id)
    if bought is None:
        raise order.OrderNotFound("해당 주문을 찾을 수 없습니다.")
    if bought.kind != "kok":
        raise order.OrderNotFound("해당 주문의 콕 주문 항목이 없습니다.")
    await payment.confirm(request.state["till"], OrderId(order_id), status=bought.status)
    seen = {"order_id": order_id, "kok_order_count": len(bought.lines)}
    note(request, "kok_payment_confirm_order", seen, user_id=caller.user_id)
    message = say(request, "결제가 완료되어 모든 KokOrder 상태가 변경되었습니다.")
    return OrderConfirmed(message=message, order_id=order_id)


@endpoint(errors=ERRORS, auth="required", tags=TAGS, limit=PAYMENT)
async def confirm_homeshopping(
    request: Request[State], *, homeshopping_order_id: Id, caller: Caller
) -> HomeshoppingConfirmed:
    """Say that one of the caller's home-shopping orders is paid, if the provider says so."""
    mine = homeshopping_order_id
    async with request.state["db"].reads() as session:
        line = await order.find_line(session, mine, kind="homeshopping", by=caller.user_id)
    if line is None:
        raise order.HomeshoppingOrderNotFound
    await payment.confirm(request.state["till"], OrderId(line.order_id), status=line.status)
    step = {
        "previous_status": OrderStatus.PAYMENT_REQUESTED.label,
        "current_status": OrderStatus.PAYMENT_COMPLETED.label,
    }
    seen = {"homeshopping_order_id": mine, **step}
    note(request, "homeshopping_payment_confirm", seen, user_id=caller.user_id)
    message = say(request, "결제가 확인되었습니다")
    return HomeshoppingConfirmed(homeshopping_order_id=mine, **step, message=message)


routes = [
    Route("/api/orders/kok/{kok_order_id}/payment/confirm", confirm_kok, methods=["POST"]),
    Route("/api/orders/kok/order-unit/{order_id}/payment/confirm", confirm_order, methods=["POST"]),
    Route(
        "/api/orders/homeshopping/{homeshopping_order_id}/payment/confirm",
        confirm_homeshopping,
        methods=["POST"],
    ),
]
