"""Whether a web page may talk to us in its visitor's name."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from channels.live import Live

DAY_SECONDS: Final = 86_400


def admitted(headers: Headers, origins: Collection[str]) -> bool:
    """Admit our own pages, those on the list, and clients that are no web page at all."""
    origin = headers.get("origin")
    if origin is None or "*" in origins or origin in origins:
        return True
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def cross_origin(headers: Headers, origins: Collection[str]) -> dict[str, str]:
    """Return what lets an admitted page read the answer, by the Fetch standard's CORS protocol.

    The origin is named: "*" would not let the page send its visitor's cookie.
    """
    origin = headers.get("origin")
    if origin is None or not admitted(headers, origins):
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


async def permit(request: Request) -> Response:
    """OPTIONS of a door that takes POST: whether a page may knock"""
    live: Live = request.scope["state"]["live"]
    headers = cross_origin(request.headers, live.parts.origins)
    if "Access-Control-Allow-Origin" in headers:
        wanted = request.headers.get("access-control-request-headers", "content-type")
        headers |= {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": wanted,
            "Access-Control-Max-Age": str(DAY_SECONDS),
        }
    return Response(status_code=204, headers=headers)
