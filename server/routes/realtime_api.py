"""/api/publish and its like: what the house's other servers may do on the live channels.

What is refused is answered 200 with an ``error``, as callers of this API expect; HTTP's own
refusals are for what cannot be read and for whoever has not the key. Without REALTIME_API_KEY
there is nothing here.
"""

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels import api
from server.endpoint import JSON, PRIVATE
from server.errors import Unacceptable
from server.keys import check_key
from server.reading import whole_body
from server.state import State


async def command(request: Request[State]) -> Response:
    """POST /api/<command>"""
    key = request.state["settings"].realtime_api_key
    if not key.get_secret_value():
        raise HTTPException(404)
    check_key(request, key)
    name = request.url.path.rpartition("/")[2]
    said = await api.call(request.state["live"], name, await _object(request))
    return Response(said, headers={"Cache-Control": PRIVATE}, media_type=JSON)


async def _object(request: Request[State]) -> dict[str, Any]:
    try:
        read = orjson.loads(await whole_body(request))
    except orjson.JSONDecodeError:
        raise Unacceptable(400, code="malformed_json") from None
    if not isinstance(read, dict):
        raise Unacceptable(400)
    return read


routes = [Route(f"/api/{name}", command, methods=["POST"]) for name in api.COMMANDS]
