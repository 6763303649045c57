"""/api/orders/{kok,homeshopping}: single lines of orders, how they stand and what moves them on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from domain import order, payment, user
from domain.kernel import UserId
from domain.order import STATUS_IDS, Kind, OrderStatus, Step
from server.auth import Caller
from server.endpoint import endpoint
from server.language import say
from server.noting import note
from server.routes.order import KokLine
from server.routes.views import Body, Id, local
from server.state import State

TAGS = ("order",)
STARTED: Final = "주문 {line_id}의 자동 상태 업데이트가 시작되었습니다. (현재 상태: {status})"


class StatusOut(BaseModel):
    """A status by number, code and name; the number is the earlier API's, the code is meant."""

    status_id: int
    status_code: OrderStatus
    status_name: str

    @classmethod
    def of(cls, status: OrderStatus) -> "StatusOut":
        """Return the status as the earlier API told it."""
        return cls(status_id=STATUS_IDS[status], status_code=status, status_name=status.label)


class KokStep(BaseModel):
    history_id: int
    kok_order_id: int
    status: StatusOut
    changed_at: datetime | None
    changed_by: int | None


class KokStatus(BaseModel):
    kok_order_id: int
    current_status: StatusOut
    status_history: list[KokStep]


class KokWithStatus(BaseModel):
    kok_order: KokLine
    current_status: StatusOut


class HomeshoppingStep(BaseModel):
    history_id: int
    homeshopping_order_id: int
    status: StatusOut
    created_at: datetime | None


class HomeshoppingStatus(BaseModel):
    homeshopping_order_id: int
    current_status: StatusOut
    status_history: list[HomeshoppingStep]


class HomeshoppingWithStatus(BaseModel):
    order_id: int
    homeshopping_order_id: int
    product_id: int
    product_name: str
    quantity: int
    dc_price: int
    order_price: int
    order_time: datetime | None
    current_status: StatusOut


class NewStatus(Body):
    """``changed_by`` is not heeded: who changed it is whoever asks."""

    new_status_code: str = Field(max_length=30)
    changed_by: int | None = None


class KokGoesOn(BaseModel):
    kok_order_id: int
    message: str
    auto_update_started: bool = True


class HomeshoppingGoesOn(BaseModel):
    homeshopping_order_id: int
    message: str
    auto_update_started: bool = True


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def kok_status(request: Request[State], *, kok_order_id: Id, caller: Caller) -> KokStatus:
    """Return the steps of one of the caller's kok products, the present one first."""
    async with request.state["db"].reads() as session:
        steps = await order.steps_of(session, kok_order_id, kind="kok", by=caller.user_id)
    seen = {"kok_order_id": kok_order_id, "current_status": steps[0].status}
    note(request, "kok_order_status_view", seen, user_id=caller.user_id)
    return _kok_status(kok_order_id, steps)


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def kok_with_status(
    request: Request[State], *, kok_order_id: Id, caller: Caller
) -> KokWithStatus:
    """Return one of the caller's kok products and how it stands."""
    async with request.state["db"].reads() as session:
        line = await order.find_line(session, kok_order_id, kind="kok", by=caller.user_id)
    if line is None:
        raise order.KokOrderNotFound
    seen = {"kok_order_id": kok_order_id, "current_status": line.status}
    note(request, "kok_order_with_status_view", seen, user_id=caller.user_id)
    shown = KokLine.of(line, price_id=line.price_id)
    return KokWithStatus(kok_order=shown, current_status=StatusOut.of(line.status))


@endpoint(errors=(400, 403, 404, 409), auth="required", role=user.Role.OPERATOR, tags=TAGS)
async def change_kok_status(
    request: Request[State], *, kok_order_id: Id, body: NewStatus, caller: Caller
) -> KokStatus:
    """Move one kok product on, as an operator; only along the drawn ways.

    What only money decides cannot be said by anybody: PAYMENT_REQUESTED, PAYMENT_COMPLETED and
    REFUND_COMPLETED are refused. A paid product that is cancelled, or whose refund is requested,
    is refunded by the provider; one that was paid together with others cannot be alone.
    """
    try:
        to = OrderStatus(body.new_status_code)
    except ValueError as error:
        raise order.StatusUnknown(body.new_status_code) from error
    till = request.state["till"]
    async with till.db.sessions.begin() as session:
        await payment.move_kok_line(
            session, kok_order_id, to, by=caller.user_id, now=till.clock(), delays=till.delays
        )
        await session.flush()
        steps = await order.steps_of(session, kok_order_id, kind="kok", by=None)
    seen = {"kok_order_id": kok_order_id, "new_status": to, "changed_by": caller.user_id}
    note(request, "kok_order_status_update", seen, user_id=caller.user_id)
    return _kok_status(kok_order_id, steps)


@endpoint(errors=(400, 404), auth="required", tags=TAGS)
async def kok_auto_update(
    request: Request[State], *, kok_order_id: Id, caller: Caller
) -> KokGoesOn:
    """See to it that a paid kok order goes on by itself, as it does anyway; repeats are harmless.

    Operators may ask for anybody's.
    """
    message = await _go_on(request, kok_order_id, kind="kok", caller=caller)
    return KokGoesOn(kok_order_id=kok_order_id, message=message)


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def homeshopping_status(
    request: Request[State], *, homeshopping_order_id: Id, caller: Caller
) -> HomeshoppingStatus:
    """Return the steps of one of the caller's home-shopping orders, the present one first."""
    mine = homeshopping_order_id
    async with request.state["db"].reads() as session:
        steps = await order.steps_of(session, mine, kind="homeshopping", by=caller.user_id)
    seen = {"homeshopping_order_id": mine, "current_status": steps[0].status}
    note(request, "homeshopping_order_status_view", seen, user_id=caller.user_id)
    return HomeshoppingStatus(
        homeshopping_order_id=mine,
        current_status=StatusOut.of(steps[0].status),
        status_history=[
            HomeshoppingStep(
                history_id=step.history_id,
                homeshopping_order_id=mine,
                status=StatusOut.of(step.status),
                created_at=local(step.at),
            )
            for step in steps
        ],
    )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def homeshopping_with_status(
    request: Request[State], *, homeshopping_order_id: Id, caller: Caller
) -> HomeshoppingWithStatus:
    """Return one of the caller's home-shopping orders and how it stands."""
    mine = homeshopping_order_id
    async with request.state["db"].reads() as session:
        line = await order.find_line(session, mine, kind="homeshopping", by=caller.user_id)
    if line is None:
        raise order.OrderNotFound("주문을 찾을 수 없습니다.")
    seen = {"homeshopping_order_id": mine, "current_status": line.status}
    note(request, "homeshopping_order_with_status_view", seen, user_id=caller.user_id)
    return HomeshoppingWithStatus(
        order_id=line.order_id,
        homeshopping_order_id=mine,
        product_id=line.product_id,
        product_name=line.product_name,
        quantity=line.quantity,
        dc_price=line.unit_price,
        order_price=line.line_total,
        order_time=local(line.order_time),
        current_status=StatusOut.of(line.status),
    )


@endpoint(errors=(400, 404), auth="required", tags=TAGS)
async def homeshopping_auto_update(
    request: Request[State], *, homeshopping_order_id: Id, caller: Caller
) -> HomeshoppingGoesOn:
    """See to it that a paid home-shopping order goes on by itself; repeats are harmless.

    Operators may ask for anybody's.
    """
    message = await _go_on(request, homeshopping_order_id, kind="homeshopping", caller=caller)
    return HomeshoppingGoesOn(homeshopping_order_id=homeshopping_order_id, message=message)


async def _go_on(request: Request[State], line_id: int, *, kind: Kind, caller: Caller) -> str:
    anyones: UserId | None = None if caller.role.is_staff else caller.user_id
    till = request.state["till"]
    async with till.db.sessions.begin() as session:
        status = await order.resume_line(
            session, line_id, kind=kind, by=anyones, now=till.clock(), delays=till.delays
        )
    return say(request, STARTED, line_id=line_id, status=status.label)


def _kok_status(kok_order_id: int, steps: Sequence[Step]) -> KokStatus:
    return KokStatus(
        kok_order_id=kok_order_id,
        current_status=StatusOut.of(steps[0].status),
        status_history=[
            KokStep(
                history_id=step.history_id,
                kok_order_id=kok_order_id,
                status=StatusOut.of(step.status),
                changed_at=local(step.at),
                changed_by=step.by,
            )
            for step in steps
        ],
    )


KOK: Final = "/api/orders/kok/{kok_order_id}"
HOMESHOPPING: Final = "/api/orders/homeshopping/{homeshopping_order_id}"

routes = [
    Route(f"{KOK}/status", kok_status),
    Route(f"{KOK}/status", change_kok_status, methods=["PATCH"]),
    Route(f"{KOK}/with-status", kok_with_status),
    Route(f"{KOK}/auto-update", kok_auto_update, methods=["POST"]),
    Route(f"{HOMESHOPPING}/status", homeshopping_status),
    Route(f"{HOMESHOPPING}/with-status", homeshopping_with_status),
    Route(f"{HOMESHOPPING}/auto-update", homeshopping_auto_update, methods=["POST"]),
]
