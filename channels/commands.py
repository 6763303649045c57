"""What a client may ask on a connection, one function a command."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import structlog

from channels import codes
from channels.broker import BrokerUnavailable
from channels.credentials import ANONYMOUS, Credentials, TokenExpired, TokenInvalid
from channels.live import VERSION
from channels.protocol import (
    ChannelRequest,
    Command,
    ConnectRequest,
    ConnectResult,
    HistoryRequest,
    HistoryResult,
    RefreshResult,
    Refused,
    Result,
    SubscribeRequest,
    TokenRequest,
    UnsubscribeResult,
    Violation,
)

if TYPE_CHECKING:
    from channels.connection import Connection

log = structlog.get_logger(__name__)


async def serve(connection: "Connection", command: Command) -> Result | None:
    """Do what the command asks and return the answer, if it is not yet given.

    Raises Refused, Violation.
    """
    if (command.name == "connect") == bool(connection.client) or connection.dead:
        raise Violation(codes.MALFORMED)
    request = command.request
    if isinstance(request, ChannelRequest | HistoryRequest) and not request.channel:
        raise Violation(codes.MALFORMED)
    handler = HANDLERS.get(command.name)
    if handler is None:
        raise Refused(codes.NOT_AVAILABLE)
    return await handler(connection, command)


async def connect(connection: "Connection", command: Command) -> ConnectResult:
    """Say who you are. A refusal here is the connection's end."""
    request = command.request
    assert isinstance(request, ConnectRequest)
    live = connection.live
    since = live.hub.orders_given
    try:
        credentials = await _authenticate(connection, request.token)
        ttl = connection.identify(credentials, since=since)
    except Refused:
        connection.dead = True
        raise
    connection.client = live.parts.ids()
    connection.begin_pulse()
    return ConnectResult(
        client=connection.client,
        version=VERSION,
        data=live.welcome(connection.user_id),
        ping=max(1, round(live.parts.limits.ping_seconds)),
        pong=True,
        ttl=ttl,
    )


async def subscribe(connection: "Connection", command: Command) -> None:
    """Listen to a channel: the answer first, then what was published meanwhile."""
    request = command.request
    assert isinstance(request, SubscribeRequest)
    if request.channel in connection.subscriptions:
        raise Refused(codes.ALREADY_SUBSCRIBED)
    if len(connection.subscriptions) >= connection.live.parts.limits.channels:
        raise Refused(codes.LIMIT_EXCEEDED)
    subscription, result = await connection.live.streams.join(connection, request)
    connection.subscriptions[request.channel] = subscription
    connection.send(connection.codec.reply(command, result))
    subscription.release()


async def unsubscribe(connection: "Connection", command: Command) -> UnsubscribeResult:
    """Stop listening; asking twice is fine."""
    assert isinstance(command.request, ChannelRequest)
    connection.drop(command.request.channel)
    return UnsubscribeResult()


async def history(connection: "Connection", command: Command) -> HistoryResult:
    """Read what a channel remembers; only for those who listen to it."""
    request = command.request
    assert isinstance(request, HistoryRequest)
    since, cap = request.since, connection.live.parts.limits.recovery
    if request.channel not in connection.subscriptions:
        raise Refused(codes.PERMISSION_DENIED)
    if request.reverse and since is not None and since.offset == 0:
        raise Refused(codes.BAD_REQUEST)
    try:
        found = await connection.live.parts.broker.history(
            request.channel,
            since=None if since is None else since.offset,
            limit=cap if request.limit < 0 else min(request.limit, cap),
            reverse=request.reverse,
        )
    except BrokerUnavailable:
        raise Refused(codes.INTERNAL) from None
    if since is not None and since.epoch not in {"", found.top.epoch}:
        raise Refused(codes.UNRECOVERABLE)
    return HistoryResult(found.top, found.publications)


async def refresh(connection: "Connection", command: Command) -> RefreshResult:
    """Replace the token by a fresh one of the same person."""
    request = command.request
    assert isinstance(request, TokenRequest)
    if not request.token:
        raise Violation(codes.MALFORMED)
    since = connection.live.hub.orders_given
    try:
        credentials = await _authenticate(connection, request.token)
        if credentials.user_id != connection.user_id:
            raise Violation(codes.INVALID_TOKEN)
        ttl = connection.identify(credentials, since=since)
    except Refused as refused:
        if refused.refusal == codes.TOKEN_EXPIRED:
            raise Violation(codes.EXPIRED) from refused
        raise
    return RefreshResult(client=connection.client, version=VERSION, ttl=ttl)


async def sub_refresh(connection: "Connection", command: Command) -> None:
    """Subscriptions carry no tokens here, so there is nothing to refresh."""
    assert isinstance(command.request, ChannelRequest)
    if command.request.channel not in connection.subscriptions:
        raise Refused(codes.PERMISSION_DENIED)
    raise Refused(codes.NOT_AVAILABLE)


async def send(connection: "Connection", command: Command) -> None:
    """Messages without an answer are not taken."""
    raise Violation(codes.UNSUPPORTED)


async def ping(connection: "Connection", command: Command) -> None:
    """Only the server pings."""
    raise Refused(codes.BAD_REQUEST)


Handler = Callable[["Connection", Command], Awaitable[Result | None]]

HANDLERS: Final[dict[str, Handler]] = {
    "connect": connect,
    "subscribe": subscribe,
    "unsubscribe": unsubscribe,
    "history": history,
    "refresh": refresh,
    "sub_refresh": sub_refresh,
    "send": send,
    "ping": ping,
}


async def _authenticate(connection: "Connection", token: str) -> Credentials:
    try:
        return await connection.live.parts.authenticate(token or None) or ANONYMOUS
    except TokenExpired:
        raise Refused(codes.TOKEN_EXPIRED) from None
    except TokenInvalid:
        raise Violation(codes.INVALID_TOKEN) from None
    except Exception:  # whatever the deny-list rests on is out; a token is never waved through
        log.exception("token could not be checked")
        raise Refused(codes.INTERNAL) from None
