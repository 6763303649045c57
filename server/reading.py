"""Read what a request says as what a handler expects, or say exactly what is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request

from domain.kernel import IdempotencyKey
from server.errors import Errors, Unacceptable
from server.state import State

FORM: Final = "application/x-www-form-urlencoded"
KEY_LENGTH_MAX: Final = 255
FIELDS_MAX: Final = 100
INT64: Final = range(-(2**63), 2**63)
MANY: Final = (list, tuple, set, frozenset)

Place = tuple[str | int, ...]


class Reader:
    """The parameters of one handler, each with what reads it."""

    def __init__(self, hints: Mapping[str, Any], *, form: bool) -> None:
        hints = dict(hints)
        query = hints.pop("query", None)
        body = hints.pop("body", None)
        self.form = form
        self.query = None if query is None else TypeAdapter[Any](query)
        self.body = None if body is None else TypeAdapter[Any](body)
        self.body_required = type(None) not in get_args(body)
        self.path = {name: TypeAdapter[Any](kind) for name, kind in hints.items()}
        self._many = frozenset(_many(query)) if query else frozenset()

    async def read(self, request: Request[State]) -> dict[str, Any]:
        """Return the handler's arguments. Raises Unacceptable."""
        given = {
            name: _checked(adapter, request.path_params[name], ("path", name))
            for name, adapter in self.path.items()
        }
        if self.query is not None:
            raw = request.query_params
            asked = {n: raw.getlist(n) if n in self._many else raw[n] for n in raw}
            given["query"] = _checked(self.query, asked, ("query",))
        if self.body is not None:
            given["body"] = await self._read_body(request, self.body)
        return given

    async def key(self, request: Request[State], *, who: str) -> IdempotencyKey | None:
        """Return the request's idempotency key, if it has one. Raises Unacceptable."""
        key = request.headers.get("idempotency-key")
        if key is None:
            return None
        if not 0 < len(key) <= KEY_LENGTH_MAX or not (key.isascii() and key.isprintable()):
            raise Unacceptable(
                422, code="idempotency_key_invalid", text="Idempotency-Key가 올바르지 않습니다."
            )
        route = getattr(request.scope.get("route"), "path", request.url.path)
        asked = f"{request.url.path}?{request.url.query}\n".encode(errors="replace")
        return IdempotencyKey(
            scope=f"{who}:{request.method}:{route}", key=key, body=asked + await request.body()
        )

    async def _read_body(self, request: Request[State], adapter: TypeAdapter[Any]) -> Any:  # noqa: ANN401 (the handler's own type)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.form and kind == FORM:
            async with request.form(max_fields=FIELDS_MAX, max_files=0) as fields:
                return _checked(adapter, dict(fields), ("body",))
        raw = await whole_body(request)
        if not raw.strip():
            if self.body_required:
                what = {"type": "missing", "loc": ["body"], "msg": "Field required"}
                raise Unacceptable(422, text="요청 본문이 필요합니다.", errors=[what])
            return None
        if kind != "application/json" and not kind.endswith("+json"):
            raise Unacceptable(415)
        return _checked(adapter, raw, ("body",), as_json=True)


async def whole_body(request: Request[State]) -> bytes:
    """Return the body as it came. Raises Unacceptable."""
    try:
        return await request.body()
    except ClientDisconnect as gone:
        raise Unacceptable(400, code="body_incomplete") from gone


def _checked(adapter: TypeAdapter[Any], raw: Any, place: Place, *, as_json: bool = False) -> Any:  # noqa: ANN401 (the handler's own type)
    try:
        value = adapter.validate_json(raw) if as_json else adapter.validate_python(raw)
    except ValidationError as error:
        # What was sent is not sent back: it may be a password.
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise _refusal([{**one, "loc": [*place, *one["loc"]]} for one in found]) from error
    if flaws := list(_flaws(value, place)):
        raise _refusal(flaws)
    return value


def _refusal(errors: Errors) -> Unacceptable:
    for one in errors:
        if one["type"] == "json_invalid" and not _is_half_a_character(one["msg"]):
            return Unacceptable(
                400,
                code="malformed_json",
                text="JSON 형식이 올바르지 않습니다. ({what})",
                what=one["msg"],
            )
    return Unacceptable.fields(errors)


def _is_half_a_character(message: str) -> bool:
    # "\ud800" alone is well-formed JSON by its grammar, and no text by Unicode's.
    return "surrogate" in message or "hex escape" in message


def _flaws(value: object, place: Place) -> Iterator[dict[str, Any]]:
    """Find what is valid to pydantic and poison to a database."""
    match value:
        case bool() | float() | None:
            return
        case str():
            if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                yield {"type": "string_unstorable", "loc": list(place), "msg": "No NUL, please"}
        case int():
            if value not in INT64:
                yield {"type": "int_too_large", "loc": list(place), "msg": "Beyond 64 bits"}
        case BaseModel():
            yield from _flaws_within(value, place)
        case Mapping():
            yield from _flaws_within(value.items(), place)
        case list() | tuple():
            yield from _flaws_within(enumerate(value), place)


def _flaws_within(parts: Iterable[tuple[Any, Any]], place: Place) -> Iterator[dict[str, Any]]:
    for name, part in parts:
        yield from _flaws(part, (*place, name))


def _many(model: type[BaseModel]) -> Iterator[str]:
    """Name the fields that take every value of a repeated query parameter."""
    for name, field in model.model_fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        if any((get_origin(kind) or kind) in MANY for kind in kinds):
            yield field.alias or name
