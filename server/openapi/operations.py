"""One operation described: what it takes, what it answers, and every way it refuses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from pydantic import AliasChoices, BaseModel, TypeAdapter

from domain.user import Role
from server.openapi import problems
from server.openapi.curated import AS_HTML, BODIES, SAME_SHAPE, UNRULED
from server.openapi.examples import Examples
from server.openapi.schemas import Key, Schema, resolved, without_null
from server.openapi.served import Served
from server.reading import FORM

JSON: Final = "application/json"
TOKEN: Final[tuple[dict[str, list[str]], ...]] = ({"bearer": []}, {"password": []})
FOR_STAFF: Final = {Role.OPERATOR: "For operators and admins.", Role.ADMIN: "For admins."}


@dataclass(frozen=True, slots=True)
class Draughtsman:
    """Describes operations, given the schemas they need."""

    schemas: Mapping[Key, Schema]
    components: Mapping[str, Schema]
    examples: Examples

    def describe(self, served: Served) -> dict[str, Any]:
        """Return the Operation Object."""
        op = served.op
        described: dict[str, Any] = {
            "operationId": served.operation_id,
            "tags": list(op.tags),
            "summary": _marked_up(op.summary),
        }
        told = (_marked_up(op.description), FOR_STAFF[op.role] if op.role else "")
        if any(told):
            described["description"] = "\n\n".join(filter(None, told))
        if parameters := [*self._parameters(served)]:
            described["parameters"] = parameters
        if served.body is not None:
            described["requestBody"] = self._body(served, served.body)
        described["responses"] = self._responses(served)
        if served.is_signed:
            described["security"] = [{"signature": []}]
        elif op.auth != "none":
            described["security"] = [*([{}] if op.auth == "optional" else []), *TOKEN]
        return described

    def _parameters(self, served: Served) -> Iterator[dict[str, Any]]:
        for part in served.op.reader.path:
            schema = self.schemas[served.key("path", part)]
            yield self._parameter(part, schema, where="path", required=True)
        query = resolved(self.schemas.get(served.key("query"), {}), self.components)
        for field, kind in query.get("properties", {}).items():
            required = field in query.get("required", ())
            yield self._parameter(field, without_null(kind), where="query", required=required)
        if served.op.idempotent:
            yield {"$ref": "#/components/parameters/IdempotencyKey"}
        if served.is_public:
            yield {"$ref": "#/components/parameters/IfNoneMatch"}
        if served.is_signed:
            yield {"$ref": "#/components/parameters/PaymentEvent"}

    def _parameter(
        self, name: str, schema: Schema, *, where: str, required: bool
    ) -> dict[str, Any]:
        about = schema.get("description")
        return {
            "name": name,
            "in": where,
            **({"description": about} if about else {}),
            "required": required,
            "schema": schema,
            # Pages to try things out send it; of what may be left out that is seldom meant.
            **({"example": self.examples.of(schema, name)} if required else {}),
        }

    def _body(self, served: Served, adapter: TypeAdapter[Any]) -> dict[str, Any]:
        op, schema = served.op, self.schemas[served.key("body")]
        bare = without_null(schema)
        example = BODIES.get(op.name) or self.examples.of(bare)
        content = {JSON: {"schema": bare, "example": example}}
        if op.reader.form:
            names = dict(_form_names(adapter))
            content[FORM] = {
                "schema": _as_form(resolved(bare, self.components), names),
                "example": {names.get(name, name): value for name, value in example.items()},
            }
        return {"required": op.reader.body_required or served.is_signed, "content": content}

    def _responses(self, served: Served) -> dict[str, Any]:
        op, may_be = served.op, served.refusals()
        found = {op.status: self._answer(served)}
        if served.is_public:
            found[304] = {"$ref": "#/components/responses/NotModified"}
        for status in served.refused():
            if (op.name, status) in SAME_SHAPE:
                found[status] = self._answer(served) | {"description": SAME_SHAPE[op.name, status]}
                continue
            told = {**problems.told(status, may_be), **UNRULED.get((op.name, status), {})}
            found[status] = problems.response(
                status, told, usual=served.is_usual(status), limited=served.is_limited
            )
        return {str(status): found[status] for status in sorted(found)}

    def _answer(self, served: Served) -> dict[str, Any]:
        op, content = served.op, {}
        if op.answers is not None:
            schema = self.schemas[served.key("answers")]
            content[JSON] = {"schema": schema, "example": self.examples.of(schema)}
        if op.name in AS_HTML:
            content["text/html"] = {"schema": {"type": "string"}, "example": "<!doctype html>"}
        return {
            "description": HTTPStatus(op.status).phrase,
            "headers": problems.headers(*_headers(served)),
            **({"content": content} if content else {}),
        }


def _headers(served: Served) -> Iterator[str]:
    if served.op.idempotent:
        yield "Idempotent-Replayed"
    if served.is_public:
        yield from ("ETag", "Cache-Control")
    if served.is_limited:
        yield from ("RateLimit", "RateLimit-Policy")


def _as_form(schema: Schema, names: Mapping[str, str]) -> Schema:
    fields = schema["properties"].items()
    return {
        "type": "object",
        "properties": {names.get(name, name): without_null(kind) for name, kind in fields},
        "required": [names.get(name, name) for name in schema.get("required", ())],
    }


def _form_names(adapter: TypeAdapter[Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields that a form calls by another name than JSON: the last of their names."""
    model = adapter._type  # noqa: SLF001 (an adapter tells its type in no other way)
    if isinstance(model, type) and issubclass(model, BaseModel):
        for field in model.model_fields.values():
            if isinstance(field.validation_alias, AliasChoices):
                first, *_, last = field.validation_alias.choices
                yield str(first), str(last)


def _marked_up(text: str) -> str:
    return text.replace("``", "`")
