"""The whole document, and what is served beside it."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Final

from starlette.routing import BaseRoute

from server.openapi import problems, prose
from server.openapi.examples import Examples
from server.openapi.operations import Draughtsman
from server.openapi.schemas import Schema, draw, referred
from server.openapi.served import Served, served

# Doors that are no operations of the REST API, by their path, and what they are.
UNDESCRIBED: Final = {
    "/": "the live page, for people",
    "/static": "the files of the pages",
    "/api/media/{name}": "pictures, whose addresses the answers give",
    "/connection/websocket": "the live channels, described in docs/protocol.md",
    "/connection/uni_sse": "the live channels for those who cannot speak WebSocket",
    "/openapi.json": "this document",
    "/docs": "this document to try out, for people",
    "/redoc": "this document to read, for people",
}


def describe(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the routes that are operations."""
    operations = [*served(routes)]
    schemas, components = draw(wanted for one in operations for wanted in one.wanted())
    draughtsman = Draughtsman(schemas, components, Examples(components))
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method] = draughtsman.describe(one)
    components |= {"Problem": problems.PROBLEM, "Flaw": problems.FLAW}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "UHOK Live",
            "version": version("uhok-live"),
            "summary": "The REST API of a Korean live-commerce service.",
            "description": prose.DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "Where you read this."}],
        "tags": [*_tags(operations)],
        "paths": paths,
        "components": {
            "schemas": _reachable(components, [paths, problems.COMMON_RESPONSES]),
            "responses": problems.COMMON_RESPONSES,
            "parameters": prose.PARAMETERS,
            "headers": problems.HEADER_COMPONENTS,
            "securitySchemes": prose.SECURITY,
        },
    }


def _tags(operations: Iterable[Served]) -> list[dict[str, str]]:
    used = {tag for one in operations for tag in one.op.tags}
    assert used <= prose.TAGS.keys(), f"tags without a description: {used - prose.TAGS.keys()}"
    return [{"name": tag, "description": prose.TAGS[tag]} for tag in prose.TAGS if tag in used]


def _reachable(components: dict[str, Schema], first: list[Any]) -> dict[str, Schema]:
    """Return the components that are referred to; queries were taken apart into parameters."""
    found: set[str] = set()
    waiting = set(referred(first))
    while waiting:
        found |= waiting
        waiting = set(referred([components[name] for name in waiting])) - found
    return {name: components[name] for name in sorted(found)}
