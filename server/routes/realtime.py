"""/api/realtime: tokens and tickets with which a browser opens its live connections."""

from datetime import datetime
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route

from channels.credentials import Credentials, Grant
from channels.topics import PERSONAL, UnknownTopic
from server.auth import Caller
from server.endpoint import endpoint
from server.rate_limit import REALTIME
from server.state import State

TAGS: Final = ("realtime",)
CHANNEL_LENGTH_MAX: Final = 255


class TokenWish(BaseModel):
    """``personal``: to be subscribed to one's own ``user:<id>`` by the server."""

    personal: bool = False


class ChannelWish(BaseModel):
    channel: str = Field(min_length=1, max_length=CHANNEL_LENGTH_MAX, pattern=r"^[!-~]+$")


class TokenOut(BaseModel):
    """``ttl`` is how many seconds are left until ``expires_at``."""

    token: str
    expires_at: AwareDatetime
    ttl: int


class TicketOut(BaseModel):
    ticket: str
    expires_at: AwareDatetime
    ttl: int


@endpoint(auth="required", tags=TAGS, limit=REALTIME)
async def fetch_token(request: Request[State], *, query: TokenWish, caller: Caller) -> TokenOut:
    """Return a token for connections of the caller, for clients that fetch theirs by GET."""
    return _token(request.state, query, caller)


@endpoint(auth="required", tags=TAGS, limit=REALTIME)
async def mint_token(
    request: Request[State], *, body: TokenWish | None, caller: Caller
) -> TokenOut:
    """Return a token for connections of the caller; they end with this login.

    A client SDK asks for the next one by its ``getToken``. Whoever is not signed in needs none.
    """
    return _token(request.state, body or TokenWish(), caller)


@endpoint(errors=(403, 404), auth="required", tags=TAGS, limit=REALTIME)
async def mint_subscription_token(
    request: Request[State], *, body: ChannelWish, caller: Caller
) -> TokenOut:
    """Return a token for a channel that the caller may listen to; whose else does not exist."""
    state, channel = request.state, body.channel
    if channel.startswith(PERSONAL) and channel != f"{PERSONAL}{caller.user_id}":
        raise UnknownTopic
    async with state["db"].reads() as session:
        await state["live"].parts.topics.join(session, channel, caller.user_id)
    now = state["clock"]()
    issued = state["realtime"].issue_subscription(channel, caller.user_id, now=now)
    return TokenOut(token=issued.token, **_until(issued.expires_at, now))


@endpoint(status=201, errors=(503,), auth="required", tags=TAGS, limit=REALTIME)
async def issue_ticket(request: Request[State], *, caller: Caller) -> TicketOut:
    """Return a ticket for one connection, as ``?ticket=`` in the address of an EventSource.

    It can be used once, within a minute; the connection lasts as long as the access token.
    """
    state = request.state
    who = Credentials(caller.user_id, caller.session_id, caller.expires_at)
    issued = await state["tickets"].issue(who)
    return TicketOut(ticket=issued.ticket, **_until(issued.expires_at, state["clock"]()))


def _token(state: State, wish: TokenWish, caller: Caller) -> TokenOut:
    subs = {f"user:{caller.user_id}": Grant()} if wish.personal else {}
    who, now = Credentials(caller.user_id, caller.session_id, subs=subs), state["clock"]()
    issued = state["realtime"].issue_connection(who, now=now)
    return TokenOut(token=issued.token, **_until(issued.expires_at, now))


def _until(expires_at: datetime, now: datetime) -> dict[str, Any]:
    return {"expires_at": expires_at, "ttl": int((expires_at - now).total_seconds())}


routes = [
    Route("/api/realtime/token", fetch_token),
    Route("/api/realtime/token", mint_token, methods=["POST"]),
    Route("/api/realtime/subscription-token", mint_subscription_token, methods=["POST"]),
    Route("/api/realtime/ticket", issue_ticket, methods=["POST"]),
]
