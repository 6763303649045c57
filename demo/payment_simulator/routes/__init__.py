"""The provider's doors, one module per caller: merchants (two generations), people, operators."""

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from demo.payment_simulator.routes import checkout, control, polling, push
from demo.payment_simulator.state import State
from demo.payment_simulator.wire import Guard, check_merchant, check_operator


async def alive(request: Request[State]) -> Response:
    """GET /healthz"""
    return JSONResponse({"status": "ok"})


routes = [
    Route("/healthz", alive),
    Mount("/api/v2", routes=push.routes, middleware=[Middleware(Guard, check=check_merchant)]),
    Mount("/_sim", routes=control.routes, middleware=[Middleware(Guard, check=check_operator)]),
    *checkout.routes,
    *polling.routes,
]
