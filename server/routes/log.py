"""/api/log: the event log's doors for those whose doings it keeps.

Who did it comes from the token. Without one an event is a stranger's, user 0; nobody but an admin
writes, or reads, under another's name.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import structlog
from pydantic import BaseModel, Field, RootModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain import kernel, log, user
from domain.kernel import CURSOR_LENGTH_MAX, IdempotencyKey, UserId, Window
from server.auth import Caller
from server.endpoint import NO_HEADERS, REPLAYED, endpoint, reply
from server.language import say
from server.routes.log_views import (
    Activity,
    ActivityOut,
    EventIn,
    LogOut,
    Service,
    ServiceHealth,
    author_of,
    event_id_under,
)
from server.state import State

TAGS: Final = ("log",)
PING_SECONDS: Final = 3.0
NO_STORE: Final = {"Cache-Control": "no-store"}

LogOwner = Annotated[int, Field(ge=0, le=2**62)]

logger = structlog.get_logger()


class History(RootModel[list[LogOut]]):
    """A part of somebody's log; the ``Link`` header leads to the next one."""


class HistoryQuery(BaseModel):
    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=CURSOR_LENGTH_MAX)


@endpoint(tags=TAGS)
async def about(request: Request[State]) -> Service:
    """Tell what the event log offers."""
    return Service(
        message=say(request, "로그 서비스가 사용 가능합니다."),
        endpoints={
            "GET /health": say(request, "서비스 상태 확인"),
            "POST /": say(request, "로그 기록"),
            "GET /user/{user_id}": say(request, "사용자별 로그 조회"),
        },
    )


@endpoint(errors=(503,), tags=TAGS, answers=ServiceHealth)
async def health(request: Request[State]) -> Response:
    """Tell whether events can be written: asks the database, and is 503 when that is gone."""
    async with asyncio.timeout(PING_SECONDS):
        await request.state["analytics"].ping()
    message = say(request, "로그 서비스가 정상적으로 작동 중입니다.")
    return reply(ServiceHealth(message=message), headers=NO_STORE)


@endpoint(
    status=201,
    errors=(400, 401, 403, 503),
    auth="optional",
    idempotent=True,
    tags=TAGS,
    answers=LogOut,
)
async def write_event(
    request: Request[State], *, body: EventIn, caller: Caller | None, key: IdempotencyKey | None
) -> Response:
    """Write one event of the caller's, or of a stranger's (user 0)."""
    author = author_of(caller, body.user_id)
    entry = body.entry(author, event_id=event_id_under(key), at=request.state["clock"]())
    view, headers = await _keep(request, entry)
    return reply(LogOut.of(view), status=201, headers=headers)


@endpoint(errors=(404,), auth="required", tags=TAGS, answers=History)
async def read_history(
    request: Request[State], *, user_id: LogOwner, query: HistoryQuery, caller: Caller
) -> Response:
    """List what somebody did, newest first: one's own, or anybody's for an admin."""
    if user_id != caller.user_id and caller.role is not user.Role.ADMIN:
        raise user.UserNotFound
    owner = UserId(user_id) if user_id else None
    window = Window(query.limit, cursor=query.cursor)
    async with request.state["analytics"].reads() as session:
        part = await log.history(session, owner, window=window)
    headers: dict[str, str] = {}
    if part.next_cursor is not None:
        following = urlencode({"limit": query.limit, "cursor": part.next_cursor})
        headers["Link"] = f'<{request.url.path}?{following}>; rel="next"'
    return reply(History([LogOut.of(view) for view in part.rows]), headers=headers)


@endpoint(status=201, auth="required", idempotent=True, tags=TAGS, answers=ActivityOut)
async def write_activity(
    request: Request[State], *, body: Activity, caller: Caller, key: IdempotencyKey | None
) -> Response:
    """Write down what the caller did on a page; a log that is away does not fail the page."""
    now = request.state["clock"]()
    entry = log.Entry(
        event_id=event_id_under(key),
        user_id=caller.user_id,
        event_type=f"user_activity_{body.action}",
        event_data=body.data(timestamp=kernel.iso(now)),
        created_at=now,
    )
    try:
        view, headers = await _keep(request, entry)
    except Exception as error:
        if not isinstance(error, log.Unwritable) and not kernel.is_unavailable(error):
            raise
        logger.warning("activity_not_logged", error=type(error).__name__)
        message = say(request, "활동 로그 기록에 실패했습니다.")
        return reply(ActivityOut.of(body, entry, message=message), status=201)
    message = say(request, "활동 로그가 성공적으로 기록되었습니다.")
    return reply(ActivityOut.of(body, view, message=message), status=201, headers=headers)


async def _keep(request: Request[State], entry: log.Entry) -> tuple[log.LogView, Mapping[str, str]]:
    """Write the entry, or find the one that was written under its id.

    Returns it with the headers of its answer. Raises kernel.KeyReused when the one that was
    written says something else, and log.Unwritable.
    """
    async with request.state["analytics"].sessions.begin() as session:
        fresh = await log.write(session, [entry])
        if fresh:
            return log.LogView(**entry.model_dump(), log_id=fresh[entry.event_id]), NO_HEADERS
        known = await log.written(session, entry.event_id)
    assert known is not None, "an entry is never edited, and what was refused is there"
    if _said(known) != _said(entry):
        raise kernel.KeyReused
    return known, {REPLAYED: "true"}


def _said(entry: log.Entry) -> dict[str, Any]:
    """Return what the client said: not the moments that we filled in ourselves."""
    said = entry.model_dump(exclude={"log_id", "created_at"})
    return said | {"event_data": {**said["event_data"], "timestamp": None}}


routes = [
    Route("/api/log/user/event", about),
    Route("/api/log/user/event", write_event, methods=["POST"]),
    Route("/api/log/user/event/health", health),
    Route("/api/log/user/event/{user_id}", read_history),
    Route("/api/log/user/activity", write_activity, methods=["POST"]),
]
