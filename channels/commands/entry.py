"""Saying who one is, and saying it again in time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from channels import codes
from channels.commands.listening import enter
from channels.credentials import ANONYMOUS, Credentials, Grant, TokenExpired, TokenInvalid
from channels.live import VERSION
from channels.protocol import (
    Command,
    ConnectRequest,
    ConnectResult,
    RefreshRequest,
    RefreshResult,
    Refused,
    SubscribeRequest,
    SubscribeResult,
    Violation,
)
from channels.subscription import Subscription

if TYPE_CHECKING:
    from channels.connection import Connection

Opened = dict[str, tuple[Subscription, SubscribeResult]]

log = structlog.get_logger(__name__)


async def connect(connection: "Connection", command: Command) -> None:
    """Say who you are. A refusal here is the connection's end."""
    request = command.request
    assert isinstance(request, ConnectRequest)
    live = connection.live
    since = live.hub.orders_given
    try:
        credentials = await _authenticate(connection, request.token)
        ttl = connection.identify(credentials, since=since)
        opened = await _open_subscriptions(connection, request)
    except Refused:
        connection.dead = True
        raise
    connection.client = live.parts.ids()
    result = ConnectResult(
        client=connection.client,
        version=VERSION,
        data=live.welcome(connection.user_id),
        ping=max(1, round(live.parts.limits.ping_seconds)),
        pong=connection.answers_pings,
        ttl=ttl,
        subs={channel: sub for channel, (_, sub) in opened.items()},
        session=connection.session,
        node=live.parts.broker.node if connection.session else "",
    )
    connection.begin()
    try:
        connection.answer(command, result)
    except Exception:  # what was missed cannot be said in JSON
        for subscription, _ in opened.values():
            live.streams.leave(subscription)
        raise
    for channel, (subscription, _) in opened.items():
        enter(connection, subscription, credentials.subs.get(channel))


async def refresh(connection: "Connection", command: Command) -> RefreshResult:
    """Replace the token by a fresh one of the same person."""
    request = command.request
    assert isinstance(request, RefreshRequest)
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


async def _open_subscriptions(connection: "Connection", request: ConnectRequest) -> Opened:
    """Subscribe the client to what its token, or the house, says. Raises Refused, Violation."""
    wanted = granted(connection)
    if len(wanted) > connection.live.parts.limits.channels:
        raise Violation(codes.CHANNEL_LIMIT)
    opened: Opened = {}
    try:
        for channel, grant in wanted.items():
            fields = request.subs[channel].model_dump() if channel in request.subs else {}
            asked = SubscribeRequest(channel=channel, **fields)
            try:
                joined = await connection.live.streams.join(connection, asked, grant)
            except Refused as refused:
                if refused.refusal.temporary:
                    raise
                log.info("subscription by token refused", channel=channel)
                continue
            opened[channel] = joined
            joined[0].by_server = True
    except BaseException:
        for subscription, _ in opened.values():
            connection.live.streams.leave(subscription)
        raise
    return opened


def granted(connection: "Connection") -> Mapping[str, Grant]:
    """Return what the server subscribes the client to."""
    topics, user_id = connection.live.parts.topics, connection.user_id
    if topics.personal is None or user_id is None:
        return connection.credentials.subs
    return {f"#{user_id}": Grant()} | dict(connection.credentials.subs)


async def _authenticate(connection: "Connection", token: str) -> Credentials:
    try:
        return await connection.live.parts.authenticator.connection(token) or ANONYMOUS
    except TokenExpired:
        raise Refused(codes.TOKEN_EXPIRED) from None
    except TokenInvalid:
        raise Violation(codes.INVALID_TOKEN) from None
    except Exception:  # whatever the deny-list rests on is out; a token is never waved through
        log.exception("token could not be checked")
        raise Refused(codes.INTERNAL) from None
