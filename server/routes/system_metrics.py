"""/metrics: the numbers of all workers, for Prometheus.

In production they are shown to whoever has METRICS_TOKEN, and without that setting to nobody.
"""

import asyncio
from typing import Final

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels import gauging
from server.endpoint import PRIVATE
from server.keys import check_key
from server.metrics import exposition
from server.state import State

HEADERS: Final = {"Cache-Control": PRIVATE}


async def metrics(request: Request[State]) -> Response:
    """GET /metrics"""
    state = request.state
    token = state["settings"].metrics_token
    if token.get_secret_value():
        check_key(request, token)
    elif state["settings"].in_production:
        raise HTTPException(404)
    live, numbers = state["live"], state["metrics"]
    gauging.look(live.hub, live.parts.broker, live.parts.metrics)
    numbers.look(state["db"], state["analytics"])
    await numbers.look_at_outbox(state["db"], state["clock"])
    said = await asyncio.to_thread(exposition, numbers.registry)
    return Response(said, headers=HEADERS, media_type=CONTENT_TYPE_PLAIN_0_0_4)


routes = [Route("/metrics", metrics)]
