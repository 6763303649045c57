"""Bytes to words and back: request bodies, answers, refusals, and who may come in."""

import hmac
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.payment_simulator.errors import ControlPlaneClosed, Malformed, Refusal, Unauthenticated
from demo.payment_simulator.state import State

Body = TypeVar("Body", bound=BaseModel)


async def read(request: Request[State], form: type[Body]) -> Body:
    """Return the JSON body; none at all counts as an empty object. Raises Malformed."""
    try:
        return form.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Malformed(f"{Malformed.text} ({where or 'body'}: {first['msg']})") from error


def reply(view: BaseModel, *, status: int = 200) -> Response:
    """Return the view as JSON."""
    return Response(view.model_dump_json(), status, media_type="application/json")


def reply_all(views: list[BaseModel]) -> Response:
    """Return the views as a JSON array."""
    return JSONResponse([view.model_dump(mode="json") for view in views])


class Guard:
    """Middleware that lets a check refuse before any route of a mount is reached."""

    def __init__(self, app: ASGIApp, check: Callable[[Request[State]], None]) -> None:
        self.app = app
        self.check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.check(Request(scope))
        await self.app(scope, receive, send)


def check_merchant(request: Request[State]) -> None:
    """Expect the service token, when there is one. Raises Unauthenticated."""
    token = request.state["settings"].service_token
    if token and not _same(request.headers.get("authorization", ""), f"Bearer {token}"):
        raise Unauthenticated


def check_operator(request: Request[State]) -> None:
    """Expect the control token. Raises ControlPlaneClosed, Unauthenticated."""
    settings = request.state["settings"]
    if not settings.control_plane_open:
        raise ControlPlaneClosed
    if not _same(request.headers.get("x-sim-token", ""), settings.sim_token):
        raise Unauthenticated


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a refusal with its status and code."""
    assert isinstance(error, Refusal)
    return JSONResponse({"code": error.code, "detail": str(error)}, status_code=error.status)


async def refuse_http(request: Request, error: Exception) -> Response:
    """Answer an unknown path, a wrong method or a body too large in the same shape."""
    assert isinstance(error, HTTPException)
    body = {"code": f"http_{error.status_code}", "detail": error.detail}
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


async def cut(request: Request, error: Exception) -> Response:
    """Break off where the answer should have been."""
    return CutResponse()


class CutResponse(Response):
    """Promises a body and sends none: the server then closes the socket, the caller gets nothing.

    ASGI knows no way to close a connection unanswered; a head without its body is as near as any
    server allows, and every HTTP client treats it as a lost connection.
    """

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        headers = [(b"content-length", b"512"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
