"""/api/user/sessions and /api/user/admin/blacklist: logins that go on, and those that are over."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import user
from scheduler import drain
from server.auth import Caller
from server.cookies import forget_cookies
from server.endpoint import endpoint
from server.language import say
from server.routes.views import Page, local
from server.sessions import close_sessions
from server.state import State

TAGS: Final = ("user",)
# Longer than the clocks of two machines differ, and than the deny list remembers.
MARGIN: Final = timedelta(minutes=2)

SessionId = Annotated[str, Field(max_length=100)]


class SessionOut(BaseModel):
    session_id: str
    created_at: datetime | None
    last_seen_at: datetime | None
    expires_at: datetime | None
    user_agent: str
    address: str
    current: bool


class SessionsOut(BaseModel):
    sessions: list[SessionOut]
    next_cursor: str | None


class BlacklistStats(BaseModel):
    """Sessions that are over: all, those whose tokens only the deny list stops, and the rest."""

    total_tokens: int
    active_tokens: int
    expired_tokens: int


class Cleaned(BaseModel):
    message: str
    cleaned_count: int


@endpoint(auth="required", tags=TAGS)
async def list_sessions(request: Request[State], *, query: Page, caller: Caller) -> SessionsOut:
    """List where the caller is logged in, the last used first."""
    async with request.state["db"].reads() as session:
        part = await user.open_sessions(
            session, of=caller.user_id, now=request.state["clock"](), window=query.window()
        )
    return SessionsOut(
        sessions=[_out(view, caller) for view in part.rows], next_cursor=part.next_cursor
    )


@endpoint(status=204, errors=(404,), auth="required", tags=TAGS)
async def end_session(
    request: Request[State], *, session_id: SessionId, caller: Caller
) -> Response:
    """End one of the caller's sessions: its tokens, and its live connections."""
    async with request.state["db"].sessions.begin() as session:
        await user.end_own_session(
            session, session_id, by=caller.user_id, now=request.state["clock"]()
        )
    await close_sessions(request.state, [session_id])
    answer = Response(status_code=204)
    return forget_cookies(answer) if session_id == caller.session_id else answer


@endpoint(auth="required", role=user.Role.ADMIN, tags=TAGS)
async def blacklist_stats(request: Request[State], *, caller: Caller) -> BlacklistStats:
    """Count the sessions that are over and still on record."""
    state = request.state
    async with state["db"].reads() as session:
        counted = await user.count_ended(session, now=state["clock"](), before=_expired(state))
    return BlacklistStats(
        total_tokens=counted.total,
        active_tokens=counted.still_valid,
        expired_tokens=counted.expired,
    )


@endpoint(auth="required", role=user.Role.ADMIN, tags=TAGS)
async def blacklist_cleanup(request: Request[State], *, caller: Caller) -> Cleaned:
    """Forget the sessions that were over so long ago that none of their tokens can be valid."""
    state = request.state
    count = await drain(state["db"], partial(user.forget_sessions, before=_expired(state)))
    return Cleaned(message=say(request, "만료된 토큰이 정리되었습니다."), cleaned_count=count)


def _expired(state: State) -> datetime:
    return state["clock"]() - state["tokens"].lifetime - MARGIN


def _out(view: user.SessionView, caller: Caller) -> SessionOut:
    return SessionOut(
        session_id=view.session_id,
        created_at=local(view.created_at),
        last_seen_at=local(view.last_seen_at),
        expires_at=local(view.expires_at),
        user_agent=view.user_agent,
        address=view.address,
        current=view.session_id == caller.session_id,
    )


routes = [
    Route("/api/user/sessions", list_sessions),
    Route("/api/user/sessions/{session_id}", end_session, methods=["DELETE"]),
    Route("/api/user/admin/blacklist/stats", blacklist_stats),
    Route("/api/user/admin/blacklist/cleanup", blacklist_cleanup, methods=["POST"]),
]
