"""/openapi.json, /docs and /redoc: the REST API described, to programs and to people."""

import asyncio
import json
from functools import lru_cache
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from server.openapi import describe
from server.pages import FRESH, PAGES
from server.public import Packed, fresh
from server.state import State

KEPT_SECONDS: Final = 60


async def openapi(request: Request[State]) -> Response:
    """GET /openapi.json"""
    packed = await asyncio.to_thread(_packed, request.app)  # the first one takes a moment
    return fresh(request, packed, seconds=KEPT_SECONDS)


async def docs(request: Request[State]) -> Response:
    """GET /docs"""
    return FileResponse(PAGES / "docs.html", headers=FRESH)


async def reference(request: Request[State]) -> Response:
    """GET /redoc"""
    return FileResponse(PAGES / "reference.html", headers=FRESH)


@lru_cache(maxsize=1)
def _packed(app: Starlette) -> Packed:
    """Return the document, which is the same for as long as the process lives."""
    said = json.dumps(describe(app.routes), ensure_ascii=False, separators=(",", ":"))
    return Packed.of(said.encode(), keep=True)


routes = [
    Route("/openapi.json", openapi),
    Route("/docs", docs),
    Route("/redoc", reference),
]
