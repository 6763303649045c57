"""Beginning to listen, ending it, and looking at what a channel remembers and who is there."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from channels import codes, looking
from channels.credentials import Grant, TokenExpired, TokenInvalid, TokenMismatched
from channels.protocol import (
    ChannelRequest,
    Command,
    EmptyResult,
    HistoryRequest,
    HistoryResult,
    PresenceResult,
    PresenceStatsResult,
    Refused,
    SubRefreshRequest,
    SubRefreshResult,
    SubscribeRequest,
    Violation,
)
from channels.rules import Rules
from channels.subscription import Subscription
from channels.topics import UnknownTopic

if TYPE_CHECKING:
    from channels.connection import Connection

log = structlog.get_logger(__name__)


async def subscribe(connection: "Connection", command: Command) -> None:
    """Listen to a channel: the answer first, then what was published meanwhile."""
    request = command.request
    assert isinstance(request, SubscribeRequest)
    live = connection.live
    if request.channel in connection.subscriptions:
        raise Refused(codes.ALREADY_SUBSCRIBED)
    if len(connection.subscriptions) >= live.parts.limits.channels:
        raise Refused(codes.LIMIT_EXCEEDED)
    topic = live.streams.topic(request)
    grant = None
    if request.token:
        grant = await _grant(connection, request.channel, request.token)
    elif topic.rules.token:
        raise Refused(codes.PERMISSION_DENIED)
    subscription, result = await live.streams.join(connection, request, grant)
    try:
        ttl = None if grant is None else _expire(connection, subscription, grant)
        connection.answer(command, replace(result, ttl=ttl))
    except Exception:  # the token is over by now, or what was missed cannot be said in JSON
        _abandon(connection, subscription)
        raise
    enter(connection, subscription, grant, asks_for_passages=request.join_leave)


def enter(
    connection: "Connection",
    subscription: Subscription,
    grant: Grant | None,
    *,
    asks_for_passages: bool = False,
) -> None:
    """Let the subscription hear, once the client was told of it; and let others know."""
    live = connection.live
    if connection.over:
        _abandon(connection, subscription)
        return
    rules = live.parts.topics.of(subscription.channel).rules
    subscription.rules = rules if grant is None else rules.overridden(grant)
    subscription.hears_passages = subscription.rules.everyone_hears_passages or (
        asks_for_passages and subscription.rules.join_leave
    )
    connection.subscriptions[subscription.channel] = subscription
    live.streams.admit(subscription)
    if subscription.listening and subscription.rules.counts_members:
        subscription.member = connection.member(grant)
        live.attendance.enter(subscription)


def _abandon(connection: "Connection", subscription: Subscription) -> None:
    if subscription.deadline is not None:
        subscription.deadline.cancel()
    connection.live.streams.leave(subscription)


async def unsubscribe(connection: "Connection", command: Command) -> EmptyResult:
    """Stop listening; asking twice is fine."""
    assert isinstance(command.request, ChannelRequest)
    connection.drop(command.request.channel)
    return EmptyResult()


async def sub_refresh(connection: "Connection", command: Command) -> SubRefreshResult:
    """Replace a subscription's token by a fresh one."""
    request = command.request
    assert isinstance(request, SubRefreshRequest)
    subscription = connection.subscriptions.get(request.channel)
    if subscription is None:
        raise Refused(codes.PERMISSION_DENIED)
    if not request.token:
        raise Refused(codes.BAD_REQUEST)
    try:
        grant = await _grant(connection, request.channel, request.token)
        return SubRefreshResult(_expire(connection, subscription, grant))
    except Refused as refused:
        if refused.refusal == codes.TOKEN_EXPIRED:
            raise Violation(codes.TOKEN_OF_SUBSCRIPTION_EXPIRED) from refused
        if refused.refusal == codes.PERMISSION_DENIED:
            raise Violation(codes.INVALID_TOKEN) from refused
        raise


async def history(connection: "Connection", command: Command) -> HistoryResult:
    """Read what a channel remembers."""
    request = command.request
    assert isinstance(request, HistoryRequest)
    if not rules_for(connection, request.channel).history:
        raise Refused(codes.NOT_AVAILABLE)
    return await looking.history(connection.live, request)


async def presence(connection: "Connection", command: Command) -> PresenceResult:
    """See who listens to a channel, on all workers."""
    return await looking.presence(connection.live, _visible(connection, command))


async def presence_stats(connection: "Connection", command: Command) -> PresenceStatsResult:
    """See how many listen to a channel, on all workers."""
    return await looking.presence_stats(connection.live, _visible(connection, command))


def _visible(connection: "Connection", command: Command) -> str:
    assert isinstance(command.request, ChannelRequest)
    if not rules_for(connection, command.request.channel).presence:
        raise Refused(codes.NOT_AVAILABLE)
    return command.request.channel


def rules_for(connection: "Connection", channel: str) -> Rules:
    """Return what the client may do on a channel. Raises Refused, mostly unless it listens."""
    subscription = connection.subscriptions.get(channel)
    if subscription is not None:
        return subscription.rules
    try:
        rules = connection.live.parts.topics.of(channel).rules
    except UnknownTopic:
        raise Refused(codes.UNKNOWN_CHANNEL) from None
    if rules.listeners_only:
        raise Refused(codes.PERMISSION_DENIED)
    return rules


async def _grant(connection: "Connection", channel: str, token: str) -> Grant:
    try:
        return await connection.live.parts.authenticator.subscription(
            token, channel=channel, user_id=connection.user_id
        )
    except TokenExpired:
        raise Refused(codes.TOKEN_EXPIRED) from None
    except TokenMismatched:
        raise Violation(codes.INVALID_TOKEN) from None
    except TokenInvalid:
        raise Refused(codes.PERMISSION_DENIED) from None
    except Exception:  # a token is never waved through
        log.exception("subscription token could not be checked", channel=channel)
        raise Refused(codes.INTERNAL) from None


def _expire(connection: "Connection", subscription: Subscription, grant: Grant) -> int | None:
    """End the subscription when its token has expired; return the seconds until then."""
    if subscription.deadline is not None:
        subscription.deadline.cancel()
        subscription.deadline = None
    if grant.expires_at is None:
        return None
    left = (grant.expires_at - connection.live.parts.clock()).total_seconds()
    if left <= 0:
        raise Refused(codes.TOKEN_EXPIRED)
    subscription.deadline = asyncio.get_running_loop().call_later(
        left + connection.live.parts.limits.grace_seconds,
        connection.dismiss,
        subscription,
        codes.SUBSCRIPTION_EXPIRED,
    )
    return max(1, int(left))
