"""/pay and /payment-status: the first generation, where the merchant asks until it is decided."""

from typing import Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.payment_simulator.payments import Intent, Status
from demo.payment_simulator.state import State
from demo.payment_simulator.wire import read

# The old API has three words: a cancelled payment took no money, a refunded one once had it.
THREE_WORDS: Final = {Status.CANCELLED: Status.FAILED, Status.REFUNDED: Status.COMPLETED}


class Pay(BaseModel):
    order_id: int = Field(ge=1)
    payment_amount: int = Field(gt=0, le=10**12)
    idempotency_key: str = Field(min_length=1, max_length=180)
    method: str | None = Field(default=None, max_length=50)


async def pay(request: Request[State]) -> Response:
    """POST /pay"""
    asked = await read(request, Pay)
    intent = Intent(
        tx_id=f"v1:{asked.idempotency_key}",  # the two generations number on their own
        order_id=asked.order_id,
        amount=asked.payment_amount,
        method=asked.method,
    )
    payment = await request.state["acquirer"].open(intent)
    return JSONResponse({"payment_id": payment.payment_id, "method": payment.intent.method})


async def payment_status(request: Request[State]) -> Response:
    """GET /payment-status/{payment_id}"""
    status = request.state["register"].get(request.path_params["payment_id"]).status
    return JSONResponse({"status": THREE_WORDS.get(status, status)})


routes = [
    Route("/pay", pay, methods=["POST"]),
    Route("/payment-status/{payment_id}", payment_status, methods=["GET"]),
]
