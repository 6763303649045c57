"""The one place where a refusal, or a failure, becomes an HTTP answer."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from domain import homeshopping, kernel, order, payment, recipe, recommendation, user
from domain import log as event_log
from server.cookies import forget_cookies
from server.language import HEADERS, Language, language_of, translated, worded
from server.rate_limit import STANDING

RETRY_AFTER_SECONDS: Final = 2
NOT_FOUND_PAGE: Final = Path(__file__).parent.parent / "static" / "pages" / "404.html"

STATUS: Final[Mapping[type[kernel.DomainError], int]] = {
    kernel.Invalid: 422,
    kernel.Unauthenticated: 401,
    kernel.Forbidden: 403,
    kernel.NotFound: 404,
    kernel.Conflict: 409,
    kernel.Throttled: 429,
    kernel.Busy: 503,
}
# Refusals that the earlier API answered with another status than their family's.
EARLIER_STATUS: Final[Mapping[type[kernel.DomainError], int]] = {
    homeshopping.ProductNotFound: 400,
    event_log.AuthorInvalid: 400,
    event_log.EventTypeMissing: 400,
    order.NotPaid: 400,
    order.NothingSelected: 400,
    order.SelectionGone: 400,
    order.StatusUnknown: 400,
    payment.BadWebhook: 400,
    payment.ForgedWebhook: 400,
    payment.NotPayable: 400,
    payment.NotRequested: 400,
    payment.PaymentFailed: 400,
    payment.PaymentLapsed: 400,
    payment.PaymentRefused: 400,
    payment.PaymentTimedOut: 408,
    payment.PaymentUndecided: 400,
    payment.ProviderFailed: 400,
    payment.ProviderUnclear: 502,
    recipe.LeftoversUnclear: 400,
    recommendation.NothingToRecommend: 400,
}

# What people read when the framework refuses, by status; in English, see server/words.
TEXTS: Final[Mapping[int, str]] = {
    400: "요청을 이해할 수 없습니다.",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "요청 본문이 너무 큽니다.",
    415: "지원하지 않는 형식입니다. application/json으로 보내주세요.",
    422: "입력값이 올바르지 않습니다.",
    500: "서버 오류가 발생했습니다. 잠시 후 다시 시도해주세요.",
    503: "데이터베이스 연결에 문제가 발생했습니다. 잠시 후 다시 시도해주세요.",
}
FIELDS: Final = "입력값이 올바르지 않습니다. ({fields})"
CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    404: "route_not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    500: "internal_error",
}

Errors = Sequence[Mapping[str, Any]]

log = structlog.get_logger()


class Unacceptable(HTTPException):
    """A request that broke the contract before any rule was asked: 400, 413, 415 or 422.

    ``values`` fill the braces of ``text``, in whatever language it is read.
    """

    def __init__(
        self,
        status: int,
        *,
        code: str | None = None,
        text: str | None = None,
        errors: Errors | None = None,
        **values: object,
    ) -> None:
        self.pattern, self.values = text or TEXTS[status], values
        super().__init__(status, self.pattern.format(**values))
        self.code = code or CODES[status]
        self.errors = errors

    @classmethod
    def fields(cls, errors: Errors) -> Self:
        """Return the refusal of fields that break their rules; ``loc`` begins with their place."""
        names = dict.fromkeys(".".join(map(str, one["loc"][1:])) for one in errors)
        named = ", ".join(name for name in names if name)
        return cls(422, text=FIELDS if named else None, fields=named, errors=errors)

    def worded(self, language: Language) -> str:
        """Return what it says, in that language."""
        return translated(self.pattern, language).format(**self.values)


def problem(  # noqa: PLR0913 (each is one member of the answer)
    scope: Scope,
    status: int,
    *,
    code: str,
    detail: str,
    errors: Errors | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error answer: RFC 9457's members, and the words earlier clients look for.

    ``detail`` is in the caller's language already.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "message": detail,
        "error": detail,
        "instance": scope["path"],
        "request_id": scope.get("request_id", ""),
    }
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        body["errors"] = errors or [{"type": code, "loc": [], "msg": detail}]
    # Caches would keep a 404, for one, as long as they like.
    headers = {"Cache-Control": "no-store", **(headers or {})}
    answer = Response(_json(body), status, headers=headers, media_type="application/json")
    answer.raw_headers.extend((*HEADERS[language_of(scope)], *scope.get(STANDING, ())))
    return answer


def prefers_html(accept: str) -> bool:
    """Tell whether HTML is named before JSON; a browser's address bar does so, scripts do not."""
    kinds = [part.partition(";")[0].strip() for part in accept.split(",")]
    html = kinds.index("text/html") if "text/html" in kinds else len(kinds)
    return html < (kinds.index("application/json") if "application/json" in kinds else len(kinds))


def status_of(kind: type[kernel.DomainError]) -> int:
    """Return the HTTP status of a refusal."""
    for ancestor in kind.__mro__:
        if (status := EARLIER_STATUS.get(ancestor) or STATUS.get(ancestor)) is not None:
            return status
    raise AssertionError(f"{kind.__name__} belongs to no family")


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a domain refusal with its code and its words."""
    assert isinstance(error, kernel.DomainError)
    headers: dict[str, str] = {}
    if isinstance(error, kernel.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, kernel.Throttled):
        headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, kernel.Busy):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    status = status_of(type(error))
    detail = worded(error, language_of(request.scope))
    answer = problem(request.scope, status, code=error.code, detail=detail, headers=headers)
    # A cookie that was refused would be sent, and refused, again and again.
    return forget_cookies(answer) if isinstance(error, user.RefreshRefused) else answer


async def reject(request: Request, error: Exception) -> Response:
    """Answer what the framework, or the endpoint layer, refused."""
    assert isinstance(error, HTTPException)
    if isinstance(error, Unacceptable):
        return reject_unacceptable(request.scope, error)
    status = error.status_code
    if status == HTTPStatus.NOT_FOUND and prefers_html(request.headers.get("accept", "")):
        return FileResponse(NOT_FOUND_PAGE, status)
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    code = CODES.get(status, HTTPStatus(status).phrase.lower().replace(" ", "_"))
    detail = translated(TEXTS.get(status, error.detail), language_of(request.scope))
    return problem(request.scope, status, code=code, detail=detail, headers=headers)


def reject_unacceptable(scope: Scope, error: Unacceptable) -> Response:
    """Answer a request that broke the contract."""
    detail = error.worded(language_of(scope))
    return problem(scope, error.status_code, code=error.code, detail=detail, errors=error.errors)


def failure(scope: Scope, error: Exception) -> Response:
    """Answer what nobody expected: a database that is gone, or a bug; the log has the rest."""
    if kernel.is_unavailable(error):
        log.warning("database_unavailable", path=scope["path"], error=type(error).__name__)
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        detail = translated(TEXTS[503], language_of(scope))
        return problem(scope, 503, code="database_unavailable", detail=detail, headers=headers)
    log.error("request_failed", path=scope["path"], exc_info=error)
    detail = translated(TEXTS[500], language_of(scope))
    return problem(scope, 500, code=CODES[500], detail=detail)


def _allowed(request: Request) -> list[str]:
    # Two Routes may share a path, and each knows only its own methods.
    found: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)


def _json(body: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # a path may hold half a character; nothing else can
        return orjson.dumps(
            {**body, "instance": body["instance"].encode(errors="replace").decode()}
        )


EXCEPTION_HANDLERS: Final = {HTTPException: reject, kernel.DomainError: refuse}
