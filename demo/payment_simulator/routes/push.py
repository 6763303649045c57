"""/api/v2: a merchant opens a payment and is told by webhook how it went."""

from typing import Literal

from pydantic import AnyHttpUrl, BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.payment_simulator.acquirer import CANCELLED_BY_MERCHANT
from demo.payment_simulator.errors import Malformed
from demo.payment_simulator.payments import Intent, Status, Truth
from demo.payment_simulator.state import State
from demo.payment_simulator.wire import read, reply


class OpenPayment(Intent):
    version: Literal["v2"]
    user_id: int
    callback_url: AnyHttpUrl


class Opened(BaseModel):
    payment_id: str
    tx_id: str
    status: Status
    checkout_url: str | None


class RefundPayment(BaseModel):
    idempotency_key: str = Field(min_length=1, max_length=200)
    reason: str = Field(max_length=200)


async def open_payment(request: Request[State]) -> Response:
    """POST /api/v2/payments"""
    payment = await request.state["acquirer"].open(await read(request, OpenPayment))
    public_url = request.state["settings"].public_url.rstrip("/")
    window = f"{public_url}/checkout/{payment.payment_id}" if payment.intent.checkout else None
    return reply(
        Opened(
            payment_id=payment.payment_id,
            tx_id=payment.tx_id,
            status=payment.status,
            checkout_url=window,
        )
    )


async def get_payment(request: Request[State]) -> Response:
    """GET /api/v2/payments/{payment_id}"""
    payment = request.state["register"].get(request.path_params["payment_id"])
    return reply(Truth.model_validate(payment))


async def find_payment(request: Request[State]) -> Response:
    """GET /api/v2/payments?tx_id="""
    tx_id = request.query_params.get("tx_id")
    if not tx_id:
        raise Malformed(f"{Malformed.text} (tx_id)")
    return reply(Truth.model_validate(request.state["register"].by_tx(tx_id)))


async def refund_payment(request: Request[State]) -> Response:
    """POST /api/v2/payments/{payment_id}/refund"""
    asked = await read(request, RefundPayment)
    payment = request.state["acquirer"].refund(
        request.path_params["payment_id"], asked.idempotency_key
    )
    return reply(Truth.model_validate(payment))


async def cancel_payment(request: Request[State]) -> Response:
    """POST /api/v2/payments/{payment_id}/cancel"""
    payment = request.state["acquirer"].cancel(
        request.path_params["payment_id"], CANCELLED_BY_MERCHANT
    )
    return reply(Truth.model_validate(payment))


routes = [
    Route("/payments", open_payment, methods=["POST"]),
    Route("/payments", find_payment, methods=["GET"]),
    Route("/payments/{payment_id}", get_payment, methods=["GET"]),
    Route("/payments/{payment_id}/refund", refund_payment, methods=["POST"]),
    Route("/payments/{payment_id}/cancel", cancel_payment, methods=["POST"]),
]
