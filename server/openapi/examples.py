"""Examples that fit their schemas: by the name of a field where it is known, else by its type."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from server.openapi.schemas import Schema, resolved
from server.openapi.words import WORDS

DEPTH_MAX: Final = 8
KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
FORMATS: Final[Mapping[str, str]] = {
    "date": "2026-11-21",
    "date-time": "2026-11-21T03:00:00Z",
    "time": "20:00:00",
    "uuid": "0198a3d5-8c1e-7b60-9d0f-3a6f2d0c9e11",
    "email": "jimin@example.com",
    "uri": "http://shop.example/paid",
}


class Examples:
    """What is said and answered, for instance."""

    def __init__(self, components: Mapping[str, Schema], words: Mapping[str, Any] = WORDS) -> None:
        self._components, self._words = components, words

    def of(self, schema: Schema, name: str = "", depth: int = 0) -> Any:  # noqa: ANN401 (any JSON value)
        """Return an example of the schema, which is that of a field of this name."""
        word = self._words.get(name)
        if word is None and name in self._words and _may_be_null(schema):
            return None
        schema = self._plain(schema, depth)
        if known := schema.get("examples") or schema.get("enum") or [*_constant(schema)]:
            return word if word in known else known[0]
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            return self._object(schema, name, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if word is not None and fits(word, schema):
            return word
        return _plainest(schema) if schema.get("default") is None else schema["default"]

    def _plain(self, schema: Schema, depth: int) -> Schema:
        schema = resolved(schema, self._components)
        while kinds := schema.get("anyOf") or schema.get("oneOf"):
            told = [kind for kind in kinds if kind.get("type") != "null"]
            # What refers to itself ends somewhere.
            schema = told[0] if told and depth < DEPTH_MAX else kinds[-1]
            schema = resolved(schema, self._components)
        return schema

    def _object(self, schema: Schema, name: str, depth: int) -> Any:  # noqa: ANN401 (any JSON value)
        fields = schema.get("properties")
        if fields:
            return {field: self.of(kind, field, depth + 1) for field, kind in fields.items()}
        if isinstance(known := self._words.get(name), dict):
            return known
        more = schema.get("additionalProperties")
        if not isinstance(more, dict):
            return {}
        return {self._words.get(f"{name}{{}}", "name"): self.of(more, name, depth + 1)}

    def _array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        items = resolved(schema.get("items", {}), self._components)
        least = schema.get("minItems", 0)
        known = self._words.get(name)
        if isinstance(known, list) and len(known) >= least:
            most = known[: schema.get("maxItems")]
            if all(fits(each, items) for each in most):
                return most
        if depth >= DEPTH_MAX and not least:
            return []
        return [self.of(items, name.removesuffix("s"), depth + 1)] * max(1, least)


def fits(value: Any, schema: Schema) -> bool:  # noqa: ANN401 (any JSON value)
    """Tell whether a plain value is of the schema, as far as ours go."""
    kinds = KINDS.get(schema.get("type", ""))
    if kinds and (not isinstance(value, kinds) or (bool in kinds) != isinstance(value, bool)):
        return False
    if isinstance(value, str):
        long_enough = schema.get("minLength", 0) <= len(value)
        short_enough = len(value) <= schema.get("maxLength", len(value))
        formed = re.search(schema.get("pattern", ""), value) is not None
        return long_enough and short_enough and formed and schema.get("format") in (None, "email")
    if isinstance(value, int | float):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def _may_be_null(schema: Schema) -> bool:
    return any(kind.get("type") == "null" for kind in schema.get("anyOf", ()))


def _constant(schema: Schema) -> Iterator[Any]:
    if "const" in schema:
        yield schema["const"]


def _plainest(schema: Schema) -> Any:  # noqa: ANN401 (any JSON value)
    match schema.get("type"):
        case "string":
            text = FORMATS.get(schema.get("format", ""), "text")
            return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "text"
