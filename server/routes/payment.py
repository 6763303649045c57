"""/api/orders/payment: beginning to pay, waiting for the provider, asking how it stands."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import repeat
from typing import Any, Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from channels.watch import watch
from domain import order, payment
from domain.kernel import Busy, OrderId, UserId
from domain.order import OrderStatus
from domain.payment import PaymentStatus, PaymentView
from server.auth import Caller
from server.endpoint import endpoint
from server.noting import note
from server.rate_limit import PAYMENT
from server.routes.views import Body, Id, local
from server.state import State

TAGS = ("payment",)

# Looked at again this often even if nobody wakes us, because Redis may be gone.
LOOK_SECONDS: Final = 5.0
# A provider that tells nobody is asked soon at first, then as often as the earlier API did.
ASK_SECONDS: Final = 0.25
EXTERNAL_API: Final = "EXTERNAL_API"

Look = Callable[[], Awaitable[PaymentView]]


class Confirmed(BaseModel):
    """What the earlier API told of a payment."""

    payment_id: str | None
    order_id: int
    kok_order_ids: list[int]
    hs_order_id: int | None
    status: str
    payment_amount: int
    method: str
    confirmed_at: datetime | None
    order_id_internal: int
    tx_id: str


class PaymentState(BaseModel):
    """How an order and its payment stand; ``payment`` is null before it was begun."""

    order_id: int
    order_status: OrderStatus
    payment: PaymentView | None


class PollingBody(Body):
    """``timeout_sec`` was never heeded; how long is waited is the server's setting."""

    method: payment.Method | None = EXTERNAL_API
    timeout_sec: int | None = Field(25, ge=0)


class CheckoutBody(Body):
    return_url: str | None = Field(None, max_length=500, pattern=r"^https?://[^\s]+$")


@endpoint(errors=(400, 404, 408, 502, 503), auth="required", tags=TAGS, limit=PAYMENT)
async def confirm_v1(
    request: Request[State], *, order_id: Id, body: PollingBody | None, caller: Caller
) -> Confirmed:
    """Pay an order by the provider's first API, asking it until it has decided.

    When it has not within a minute (by default) the order is cancelled and the answer is 408;
    money that is collected after all goes back. Nothing is held while waiting but this connection.
    """
    till, mine = request.state["till"], OrderId(order_id)
    method = (body and body.method) or EXTERNAL_API
    begun = await payment.begin(till, mine, by=caller.user_id, method=method)
    paid, stopping = await _followed(
        request, order_id, partial(payment.ask, till, mine), pauses=_growing()
    )
    if paid.status in payment.IN_FLIGHT and stopping:
        raise Busy  # another worker goes on from here
    if paid.status in payment.IN_FLIGHT:
        async with till.db.sessions.begin() as session:
            await payment.abandon(session, mine, now=till.clock())
        paid = await _payment(request, mine, caller.user_id)
    if paid.status in payment.IN_FLIGHT:
        raise payment.PaymentTimedOut
    done = await _confirmed(request, paid, caller.user_id)
    seen = {"order_id": order_id, "payment_method": begun.method}
    note(request, "payment_confirm_v1", seen, user_id=caller.user_id)
    return done


@endpoint(errors=(400, 404, 503), auth="required", tags=TAGS, limit=PAYMENT)
async def confirm_v2(request: Request[State], *, order_id: Id, caller: Caller) -> Confirmed:
    """Pay an order and wait for the provider's word, up to a minute by default.

    The answer is PAYMENT_COMPLETED, or PENDING when the provider takes longer; asking again waits
    for the same payment. Nothing is held while waiting but this connection.
    """
    mine = OrderId(order_id)
    await payment.begin(request.state["till"], mine, by=caller.user_id)
    look = partial(_payment, request, mine, caller.user_id)
    paid, _ = await _followed(request, order_id, look, pauses=repeat(LOOK_SECONDS))
    done = await _confirmed(request, paid, caller.user_id)
    seen = {"order_id": order_id, "result_status": done.status}
    note(request, "payment_confirm_v2", seen, user_id=caller.user_id)
    return done


@endpoint(status=201, errors=(400, 404, 503), auth="required", tags=TAGS, limit=PAYMENT)
async def checkout(
    request: Request[State], *, order_id: Id, body: CheckoutBody | None, caller: Caller
) -> PaymentView:
    """Begin to pay an order in the provider's window, ``checkout_url``; the result is pushed."""
    return await payment.begin(
        request.state["till"],
        OrderId(order_id),
        by=caller.user_id,
        method=payment.CHECKOUT,
        return_url=body.return_url if body else None,
    )


@endpoint(errors=(400, 404), auth="required", tags=TAGS)
async def acknowledge(request: Request[State], *, order_id: Id, caller: Caller) -> PaymentView:
    """Note that the buyer has seen how the payment ended; again is harmless."""
    async with request.state["db"].sessions.begin() as session:
        return await payment.acknowledge(
            session, OrderId(order_id), by=caller.user_id, now=request.state["clock"]()
        )


@endpoint(errors=(404,), auth="required", tags=TAGS)
async def state(request: Request[State], *, order_id: Id, caller: Caller) -> PaymentState:
    """Tell how one of the caller's orders and its payment stand."""
    async with request.state["db"].reads() as session:
        status = await order.status_of(session, OrderId(order_id), by=caller.user_id)
        paid = await payment.state_of(session, OrderId(order_id), by=caller.user_id)
    return PaymentState(order_id=order_id, order_status=status, payment=paid)


async def _followed(
    request: Request[State], order_id: int, look: Look, *, pauses: Iterator[float]
) -> tuple[PaymentView, bool]:
    """Look until the payment is decided or patience ends; tell whether the server is stopping.

    Each look is taken when the order's channel speaks, and after a pause at the latest.
    """
    live = request.state["live"]
    now = asyncio.get_running_loop().time  # how long a caller waits is no business time
    deadline = now() + request.state["settings"].payment_wait_seconds
    async with watch(live.hub, live.parts.broker, f"order:{order_id}") as news:
        paid = await look()
        while paid.status in payment.IN_FLIGHT and not news.stopping:
            left = deadline - now()
            if left <= 0:
                break
            await news.news(within_seconds=min(left, next(pauses)))
            paid = await look()
        return paid, news.stopping


def _growing() -> Iterator[float]:
    pause = ASK_SECONDS
    while True:
        yield pause
        pause = min(2 * pause, LOOK_SECONDS)


async def _payment(request: Request[State], order_id: OrderId, by: UserId) -> PaymentView:
    async with request.state["db"].reads() as session:
        paid = await payment.state_of(session, order_id, by=by)
    assert paid is not None, "it was begun"
    return paid


async def _confirmed(request: Request[State], paid: PaymentView, by: UserId) -> Confirmed:
    if paid.status is not PaymentStatus.COMPLETED and paid.status not in payment.IN_FLIGHT:
        raise payment.PaymentFailed(paid.reason)
    async with request.state["db"].reads() as session:
        bought = await order.get(session, OrderId(paid.order_id), by=by)
    done = paid.status is PaymentStatus.COMPLETED
    return Confirmed(
        payment_id=paid.payment_id,
        order_id=paid.order_id,
        status="PAYMENT_COMPLETED" if done else "PENDING",
        payment_amount=paid.amount,
        method=paid.method,
        confirmed_at=local(paid.decided_at),
        order_id_internal=paid.order_id,
        tx_id=paid.tx_id,
        **line_ids(bought),
    )


def line_ids(bought: order.Order) -> dict[str, Any]:
    """Return an order's lines under the names that payments told them by."""
    by_kind = {
        kind: [line.line_id for line in bought.lines if line.kind == kind]
        for kind in ("kok", "homeshopping")
    }
    shown = by_kind["homeshopping"]
    return {"kok_order_ids": by_kind["kok"], "hs_order_id": shown[0] if shown else None}


routes = [
    Route("/api/orders/payment/{order_id}/confirm/v1", confirm_v1, methods=["POST"]),
    Route("/api/orders/payment/{order_id}/confirm/v2", confirm_v2, methods=["POST"]),
    Route("/api/orders/payment/{order_id}/checkout", checkout, methods=["POST"]),
    Route("/api/orders/payment/{order_id}/acknowledgement", acknowledge, methods=["POST"]),
    Route("/api/orders/payment/{order_id}", state),
]
