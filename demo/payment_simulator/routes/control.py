"""/_sim: choose how payments go, act on them, and see what was sent."""

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.payment_simulator.payments import Truth, ledger
from demo.payment_simulator.scenarios import DECLINED, Assignment
from demo.payment_simulator.state import State
from demo.payment_simulator.webhooks import DeliveryView
from demo.payment_simulator.wire import read, reply, reply_all


class Decline(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default=DECLINED, min_length=1, max_length=200)


async def list_scenarios(request: Request[State]) -> Response:
    """GET /_sim/scenarios"""
    return reply_all([*request.state["playbook"].waiting()])


async def add_scenario(request: Request[State]) -> Response:
    """POST /_sim/scenarios"""
    assignment = await read(request, Assignment)
    request.state["playbook"].add(assignment)
    return reply(assignment, status=201)


async def clear_scenarios(request: Request[State]) -> Response:
    """DELETE /_sim/scenarios"""
    request.state["playbook"].clear()
    return Response(status_code=204)


async def list_payments(request: Request[State]) -> Response:
    """GET /_sim/payments"""
    return reply_all([Truth.model_validate(each) for each in request.state["register"].all()])


async def approve(request: Request[State]) -> Response:
    """POST /_sim/payments/{payment_id}/approve"""
    payment = request.state["acquirer"].approve(request.path_params["payment_id"])
    return reply(Truth.model_validate(payment))


async def decline(request: Request[State]) -> Response:
    """POST /_sim/payments/{payment_id}/decline"""
    asked = await read(request, Decline)
    payment = request.state["acquirer"].decline(request.path_params["payment_id"], asked.reason)
    return reply(Truth.model_validate(payment))


async def list_deliveries(request: Request[State]) -> Response:
    """GET /_sim/deliveries?payment_id="""
    deliveries = request.state["deliveries"].of(request.query_params.get("payment_id"))
    return reply_all([DeliveryView.model_validate(each) for each in deliveries])


async def resend(request: Request[State]) -> Response:
    """POST /_sim/deliveries/{delivery_id}/resend"""
    delivery = request.state["deliveries"].get(request.path_params["delivery_id"])
    await request.state["courier"].resend(delivery)
    return reply(DeliveryView.model_validate(delivery))


async def show_ledger(request: Request[State]) -> Response:
    """GET /_sim/ledger"""
    return reply_all([*ledger(request.state["register"].all())])


routes = [
    Route("/scenarios", list_scenarios, methods=["GET"]),
    Route("/scenarios", add_scenario, methods=["POST"]),
    Route("/scenarios", clear_scenarios, methods=["DELETE"]),
    Route("/payments", list_payments, methods=["GET"]),
    Route("/payments/{payment_id}/approve", approve, methods=["POST"]),
    Route("/payments/{payment_id}/decline", decline, methods=["POST"]),
    Route("/deliveries", list_deliveries, methods=["GET"]),
    Route("/deliveries/{delivery_id}/resend", resend, methods=["POST"]),
    Route("/ledger", show_ledger, methods=["GET"]),
]
