"""/checkout: the window in which a person decides."""

from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from demo.payment_simulator.acquirer import CLOSED_BY_PERSON
from demo.payment_simulator.errors import AlreadyDecided, PaymentUnknown
from demo.payment_simulator.payments import Payment
from demo.payment_simulator.scenarios import DECLINED
from demo.payment_simulator.state import State
from demo.payment_simulator.window import ASSETS

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ASSET_HEADERS: Final = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


async def show(request: Request[State]) -> Response:
    """GET /checkout/{payment_id}"""
    window = request.state["window"]
    try:
        payment = request.state["register"].get(request.path_params["payment_id"])
    except PaymentUnknown:
        return _page(window.unknown(), status=404)
    return _page(window.show(payment))


async def approve(request: Request[State]) -> Response:
    """POST /checkout/{payment_id}/approve"""
    return _decided(request, request.state["acquirer"].approve)


async def decline(request: Request[State]) -> Response:
    """POST /checkout/{payment_id}/decline"""
    return _decided(request, partial(request.state["acquirer"].decline, reason=DECLINED))


async def close(request: Request[State]) -> Response:
    """POST /checkout/{payment_id}/close"""
    return _decided(request, partial(request.state["acquirer"].cancel, reason=CLOSED_BY_PERSON))


async def asset(request: Request[State]) -> Response:
    """GET /checkout-window.css, .js, .svg"""
    body, media_type = request.state["window"].assets[request.url.path.removeprefix("/")]
    return Response(body, media_type=media_type, headers=ASSET_HEADERS)


def _decided(request: Request[State], decide: Callable[[str], Payment]) -> Response:
    """Decide, then send the browser to the page that shows what came of it."""
    payment_id = request.path_params["payment_id"]
    try:
        decide(payment_id)
    except AlreadyDecided:
        pass  # a second click, or the merchant was quicker: the page shows how it stands
    except PaymentUnknown:
        return _page(request.state["window"].unknown(), status=404)
    return RedirectResponse(f"/checkout/{payment_id}", 303, headers=HEADERS)


def _page(html: str, *, status: int = 200) -> Response:
    return Response(html, status, media_type="text/html; charset=utf-8", headers=HEADERS)


routes = [
    *(Route(f"/{name}", asset, methods=["GET"]) for name in ASSETS),
    Route("/checkout/{payment_id}", show, methods=["GET"]),
    Route("/checkout/{payment_id}/approve", approve, methods=["POST"]),
    Route("/checkout/{payment_id}/decline", decline, methods=["POST"]),
    Route("/checkout/{payment_id}/close", close, methods=["POST"]),
]
