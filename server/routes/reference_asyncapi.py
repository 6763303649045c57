"""/asyncapi.json and /asyncapi: the live channels described, to programs and to people."""

import asyncio
import json
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from channels.topics import Topics
from server.asyncapi import describe
from server.pages import FRESH, PAGES
from server.public import Packed, fresh
from server.routes.reference import KEPT_SECONDS
from server.state import State


async def asyncapi(request: Request[State]) -> Response:
    """GET /asyncapi.json"""
    topics = request.state["live"].parts.topics
    packed = await asyncio.to_thread(_packed, topics)  # the first one takes a moment
    return fresh(request, packed, seconds=KEPT_SECONDS)


async def channels(request: Request[State]) -> Response:
    """GET /asyncapi"""
    return FileResponse(PAGES / "asyncapi.html", headers=FRESH)


@lru_cache(maxsize=1)
def _packed(topics: Topics) -> Packed:
    """Return the document, which is the same for as long as the process lives."""
    said = json.dumps(describe(topics), ensure_ascii=False, separators=(",", ":"))
    return Packed.of(said.encode(), keep=True)


routes = [Route("/asyncapi.json", asyncapi), Route("/asyncapi", channels)]
