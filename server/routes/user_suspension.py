"""/api/user/{user_id}/suspension: shutting somebody out, and letting them in again."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import user
from domain.kernel import UserId
from server.auth import Caller
from server.endpoint import endpoint
from server.routes.views import Id
from server.sessions import close_sessions
from server.state import State

TAGS: Final = ("user",)


@endpoint(status=204, errors=(403, 404), auth="required", role=user.Role.ADMIN, tags=TAGS)
async def suspend(request: Request[State], *, user_id: Id, caller: Caller) -> Response:
    """Shut an account: its sessions and live connections end now, and nobody logs in to it."""
    state, whom = request.state, UserId(user_id)
    async with state["db"].sessions.begin() as session:
        ended = await user.suspend(session, whom, by=caller.user_id, now=state["clock"]())
    await close_sessions(state, ended)
    # Tokens that another backend signed may name no session of ours.
    await state["live"].disconnect(user_id=whom)
    return Response(status_code=204)


@endpoint(status=204, errors=(404,), auth="required", role=user.Role.ADMIN, tags=TAGS)
async def reinstate(request: Request[State], *, user_id: Id) -> Response:
    """Open a suspended account again; its owner has to log in anew."""
    state = request.state
    async with state["db"].sessions.begin() as session:
        await user.reinstate(session, UserId(user_id), now=state["clock"]())
    return Response(status_code=204)


routes = [
    Route("/api/user/{user_id}/suspension", suspend, methods=["POST"]),
    Route("/api/user/{user_id}/suspension", reinstate, methods=["DELETE"]),
]
