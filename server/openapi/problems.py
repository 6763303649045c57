"""Every error in its one shape: the Problem, the common refusals, and the texts of all others."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from domain import user
from server.auth import NotAuthenticated
from server.errors import CODES, RETRY_AFTER_SECONDS, STATUS, TEXTS, status_of
from server.openapi import prose
from server.openapi.refusals import Refusal
from server.openapi.schemas import PLACE, Schema

JSON: Final = "application/json"
REQUEST_ID: Final = "0198a3d58c1e7b609d0f3a6f2d0c9e11"

FLAW: Final[Schema] = {
    "type": "object",
    "description": "One thing that is wrong with the request, as pydantic tells it.",
    "properties": {
        "type": {"type": "string", "examples": ["missing"]},
        "loc": {
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "examples": [["body", "email"]],
        },
        "msg": {"type": "string", "examples": ["Field required"]},
    },
    "required": ["type", "loc", "msg"],
}
PROBLEM: Final[Schema] = {
    "type": "object",
    "description": (
        "Every error: the members of RFC 9457, a stable `code` for programs, and one sentence for "
        "people, which `detail`, `message` and `error` all say. `errors` is there with 422 only."
    ),
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What to tell the person."},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "message": {"type": "string"},
        "error": {"type": "string"},
        "instance": {"type": "string", "description": "The path that was asked for."},
        "request_id": {"type": "string", "description": "As in the header X-Request-Id."},
        "errors": {"type": "array", "items": {"$ref": PLACE + "Flaw"}, "minItems": 1},
    },
    "required": [
        *("type", "title", "status", "detail", "code"),
        *("message", "error", "instance", "request_id"),
    ],
}

# What an operation of a kind may answer whatever it does, by status.
COMMON: Final[Mapping[int, tuple[str, str]]] = {
    400: ("MalformedRequest", "The body is not what it says it is."),
    401: ("Unauthenticated", "No access token, or one that no longer holds."),
    405: ("MethodNotAllowed", "The path is there, but not for this method; `Allow` names those."),
    413: ("BodyTooLarge", "The body is larger than we are willing to read."),
    415: ("UnsupportedMediaType", "The body is not JSON."),
    422: ("Unprocessable", "The request breaks the contract; `errors` says where."),
    429: ("TooManyRequests", "Too many requests; `Retry-After` says when to come back."),
    500: ("InternalError", "Our mistake; `request_id` finds it in our log."),
    503: ("Unavailable", "A database or a provider is away; try again after `Retry-After`."),
}
HEADERS: Final[Mapping[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
FLAWS: Final = [{"type": "missing", "loc": ["body", "email"], "msg": "Field required"}]
UNKNOWN_CALLERS: Final = (
    NotAuthenticated,
    user.TokenExpired,
    user.TokenMalformed,
    user.SessionEnded,
)
LIMITS: Final = ("RateLimit", "RateLimit-Policy")
ALWAYS_SENT: Final = frozenset({"X-Request-Id", "WWW-Authenticate", "Allow", "Retry-After"})
# Values that an error's own sentence may have places for.
VALUES: Final = {"n": 3, "available": 2, "line_id": 42, "reason": "한도 초과", "limit": 99}


def response(
    status: int, own: Mapping[str, str], *, usual: bool, limited: bool = True
) -> dict[str, Any]:
    """Return what an error looks like, with an example of each code that is the operation's own.

    ``usual`` says that it may also come whatever the operation does; if it comes only so, the
    description is shared.
    """
    if usual and not own and status in COMMON:
        return {"$ref": f"#/components/responses/{COMMON[status][0]}"}
    return _drawn(status, {**own, **(_usual(status) if usual else {})}, limited=limited)


def told(status: int, refused: Iterable[Refusal]) -> dict[str, str]:
    """Return the codes and sentences of the refusals that have this status."""
    return {kind.code: said(kind) for kind in refused if status_of(kind) == status}


def headers(*names: str) -> dict[str, Any]:
    """Return references to the headers of an answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def _drawn(status: int, codes: Mapping[str, str], *, limited: bool) -> dict[str, Any]:
    codes = codes or _family(status)
    about = COMMON.get(status, ("", HTTPStatus(status).phrase))[1]
    limits = LIMITS if limited else ()
    return {
        "description": f"{about} {', '.join(f'`{code}`' for code in sorted(codes))}".strip(),
        "headers": headers(*HEADERS.get(status, ()), *limits),
        "content": {
            JSON: {
                "schema": {"$ref": PLACE + "Problem"},
                "examples": {
                    code: {"value": problem(status, code, text)} for code, text in codes.items()
                },
            }
        },
    }


def problem(status: int, code: str, text: str) -> dict[str, Any]:
    """Return an error as it is answered, for instance."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": text,
        "code": code,
        "message": text,
        "error": text,
        "instance": "/api",
        "request_id": REQUEST_ID,
    }
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        usual = code == CODES[422]
        body["errors"] = FLAWS if usual else [{"type": code, "loc": [], "msg": text}]
    return body


def said(kind: Refusal) -> str:
    """Return the sentence of a refusal, with something in its places."""
    return kind.text.format_map({**VALUES, "seconds": RETRY_AFTER_SECONDS})


def _usual(status: int) -> dict[str, str]:
    """Return what any operation may answer with this status: codes with their sentences."""
    match status:
        case 400:
            return {"malformed_json": "JSON 형식이 올바르지 않습니다."}
        case 401:
            return {kind.code: said(kind) for kind in UNKNOWN_CALLERS}
        case 503:
            return {"database_unavailable": TEXTS[503]}
        case 429:
            return _family(status)
        case _:
            return {CODES[status]: TEXTS[status]}


def _family(status: int) -> dict[str, str]:
    family = next((kind for kind, its in STATUS.items() if its == status), None)
    if family is not None:
        return {family.code: said(family)}
    phrase = HTTPStatus(status).phrase
    code = CODES.get(status, phrase.lower().replace(" ", "_"))
    return {code: TEXTS.get(status, phrase)}


HEADER_COMPONENTS: Final = {
    name: {
        "description": about,
        "required": name in ALWAYS_SENT,
        "schema": {"type": kind},
        "example": prose.HEADER_EXAMPLES[name],
    }
    for name, (about, kind) in prose.HEADERS.items()
}
COMMON_RESPONSES: Final = {
    "NotModified": {"description": "You have it already.", "headers": headers("ETag")},
    **{name: _drawn(status, _usual(status), limited=True) for status, (name, _) in COMMON.items()},
}
