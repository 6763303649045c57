"""JSON schemas of what is read and answered, with the shapes they share as components."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

Schema = dict[str, Any]
Key = tuple[str, ...]
Mode = Literal["validation", "serialization"]
Wanted = tuple[Key, Mode, TypeAdapter[Any]]

PLACE: Final = "#/components/schemas/"
# A view of a route tells times as the earlier API did, which is no RFC 3339.
OLD_TIMES: Final = "server.routes"
WALL: Final[Schema] = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?$",
    "description": "Seoul wall time, without a zone.",
    "examples": ["2026-11-21T12:00:00"],
}
WALL_TIME: Final[Schema] = {
    "type": "string",
    "pattern": r"^\d\d:\d\d:\d\d(\.\d{1,6})?$",
    "description": "Time of the day in Seoul.",
    "examples": ["20:00:00"],
}


class Drawing(GenerateJsonSchema):
    """Pydantic's drawing without the titles it derives from names, and with true times."""

    _home = ""  # the module of the model being drawn

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 (pydantic's own union)
        """Tell that the name is title enough."""
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        """Draw a model, knowing whose it is."""
        outside, self._home = self._home, schema["cls"].__module__
        try:
            drawn = super().model_schema(schema)
        finally:
            self._home = outside
        del drawn["title"]
        if "description" in drawn:
            drawn["description"] = drawn["description"].replace("``", "`")
        return drawn

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> Schema:
        """Draw a moment; in a route's own answer it is Seoul wall time, unless it has its zone."""
        old = self._home.startswith(OLD_TIMES) and schema.get("tz_constraint") != "aware"
        if self.mode == "serialization" and old:
            return dict(WALL)
        return super().datetime_schema(schema)

    def time_schema(self, schema: core_schema.TimeSchema) -> Schema:
        """Draw a time of the day, which has no zone here."""
        return dict(WALL_TIME) if self.mode == "serialization" else super().time_schema(schema)


def draw(wanted: Iterable[Wanted]) -> tuple[dict[Key, Schema], dict[str, Schema]]:
    """Return the schema of each key, and the components that they refer to."""
    found, held = TypeAdapter.json_schemas(
        wanted, ref_template=PLACE + "{model}", schema_generator=Drawing
    )
    components: dict[str, Schema] = held.get("$defs", {})
    names = dict(_short_names(components))
    return (
        {key: _renamed(schema, names) for (key, _), schema in found.items()},
        {names[name]: _renamed(schema, names) for name, schema in components.items()},
    )


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """Return the schema itself where there is only a reference to it."""
    while (ref := schema.get("$ref")) is not None:
        schema = components[ref.removeprefix(PLACE)]
    return schema


def without_null(schema: Schema) -> Schema:
    """Return the schema without null, which neither an address nor a form can say."""
    if schema.get("default", ...) is None:
        schema = {name: value for name, value in schema.items() if name != "default"}
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    match kinds:
        case []:
            return schema
        case [only]:
            return {**only, **rest}
        case _:
            return {"anyOf": kinds, **rest}


def referred(node: Any) -> Iterator[str]:  # noqa: ANN401 (any JSON value)
    """Yield the name of each component that is referred to, again and again."""
    match node:
        case dict():
            for value in node.values():
                yield from referred(value)
        case list():
            for value in node:
                yield from referred(value)
        case str() if node.startswith(PLACE):
            yield node.removeprefix(PLACE)


def reachable(components: Mapping[str, Schema], first: Any) -> dict[str, Schema]:  # noqa: ANN401 (any JSON value)
    """Return the components that are referred to, by name."""
    found: set[str] = set()
    waiting = set(referred(first))
    while waiting:
        found |= waiting
        waiting = set(referred([components[name] for name in waiting])) - found
    return {name: components[name] for name in sorted(found)}


def _short_names(components: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name ``server__routes__kok__Cards`` KokCards; only names that two modules share are long."""
    for name in components:
        *_, module, short = ["", *re.split(r"__(?=[A-Za-z])", name)]
        yield name, module.title().replace("_", "") + short


def _renamed(node: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 (any JSON value)
    match node:
        case dict():
            return {key: _renamed(value, names) for key, value in node.items()}
        case list():
            return [_renamed(value, names) for value in node]
        case str() if node.startswith(PLACE):
            return PLACE + names[node.removeprefix(PLACE)]
        case _:
            return node
