"""The whole document, and what is served beside it."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Final

from starlette.routing import BaseRoute

from channels.api import COMMANDS
from server.openapi import problems, prose
from server.openapi.examples import Examples
from server.openapi.operations import Draughtsman
from server.openapi.schemas import draw, reachable
from server.openapi.served import Served, served

# Doors that are no operations of the REST API, by their path, and what they are.
UNDESCRIBED: Final = {
    "/": "the live page, for people",
    "/search": "the same page, at what was found",
    "/kitchen": "the same page, at what to cook",
    "/recipe/{recipe_id}": "the same page, at a recipe",
    "/static": "the files of the pages",
    "/api/media/{name}": "pictures, whose addresses the answers give",
    "/connection/websocket": "the live channels, described in /asyncapi.json",
    "/connection/http_stream": "the same for those who cannot speak WebSocket",
    "/connection/sse": "the same as an event stream",
    "/emulation": "what clients of these two say",
    "/connection/uni_websocket": "the live channels for those who only listen",
    "/connection/uni_http_stream": "the same as lines of JSON",
    "/connection/uni_sse": "the same as an event stream, for browsers",
    "/metrics": "numbers for Prometheus, described in docs/operations.md",
    "/openapi.json": "this document",
    "/asyncapi.json": "the live channels described",
    "/asyncapi": "the live channels described, for people",
    **{
        f"/api/{name}": "for the house's own servers, described in docs/api.md" for name in COMMANDS
    },
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
            # Not all: queries were taken apart into parameters.
            "schemas": reachable(components, [paths, problems.COMMON_RESPONSES]),
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
