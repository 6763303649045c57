"""The one way to start listening, whatever the transport: join first, look second."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from channels import codes
from channels.broker import Broker, BrokerUnavailable, History, Position, Publication
from channels.codes import Refusal
from channels.credentials import Grant
from channels.hub import Hub
from channels.limits import Limits
from channels.protocol import (
    FLAG_REJECT_UNRECOVERED,
    Refused,
    SubscribeRequest,
    SubscribeResult,
    Violation,
)
from channels.recovery import Torn, continuation, missed, newest
from channels.snapshots import Snapshots
from channels.subscription import Peer, Subscription
from channels.topics import Topic, UnknownTopic
from domain import kernel

log = structlog.get_logger(__name__)

# The first kind that fits decides.
REFUSALS: Final[dict[type[Exception], Refusal]] = {
    UnknownTopic: codes.UNKNOWN_CHANNEL,
    kernel.Invalid: codes.BAD_REQUEST,
    kernel.NotFound: codes.PERMISSION_DENIED,
    kernel.Forbidden: codes.PERMISSION_DENIED,
    kernel.Unauthenticated: codes.PERMISSION_DENIED,
    kernel.Throttled: codes.TOO_MANY_REQUESTS,
    kernel.Busy: codes.INTERNAL,
    BrokerUnavailable: codes.INTERNAL,
    TimeoutError: codes.INTERNAL,
}


@dataclass(frozen=True, slots=True)
class Streams:
    """Opens and closes subscriptions."""

    hub: Hub
    broker: Broker
    snapshots: Snapshots
    limits: Limits

    async def join(
        self, peer: Peer, request: SubscribeRequest, grant: Grant | None = None
    ) -> tuple[Subscription, SubscribeResult]:
        """Subscribe the peer; what happens meanwhile is held until ``admit``.

        The caller answers with the result and admits, without awaiting in between. The steps
        are those of the Centrifuge protocol's recovery: hold live messages, be heard by the
        broker, read history and position, authorise, and only then look at the state.
        Raises Refused, Violation.
        """
        topic = self.topic(request)
        subscription = Subscription(request.channel, peer)
        self.hub.join(subscription, last_value=topic.last_value)
        try:
            async with asyncio.timeout(self.limits.join_seconds):
                history, data = await self._look(topic, request, peer)
            if grant is not None and grant.data is not None:
                data = grant.data
            result = _open(topic, request, (subscription, history, data))
        except BaseException as error:
            self.leave(subscription)
            if isinstance(error, Exception) and not isinstance(error, Refused | Violation):
                raise _refusal(error, request.channel) from error
            raise
        self.hub.metrics.joined(result)
        return subscription, result

    def admit(self, subscription: Subscription) -> None:
        """Let the subscription hear what follows its position."""
        self.hub.admit(subscription)

    def leave(self, subscription: Subscription) -> None:
        """Stop listening, at once."""
        if self.hub.leave(subscription):
            self.broker.unsubscribe(subscription.channel)

    async def _look(
        self, topic: Topic, request: SubscribeRequest, peer: Peer
    ) -> tuple[History | None, bytes | None]:
        await self.broker.subscribe(request.channel)
        history = await self._history(topic, request)
        # Where nothing was ever said there may be no such channel: then it is looked at first.
        spoken = history is not None and history.top.offset > 0
        if topic.public and spoken and _recoverable(topic, request, history) is not None:
            return history, None  # it needs no snapshot, and there is nobody to turn away
        return history, await self.snapshots.read(request.channel, peer.user_id)

    async def _history(self, topic: Topic, request: SubscribeRequest) -> History | None:
        if topic.retention is None:
            return None
        if not request.recover:
            return await self.broker.history(request.channel)
        if topic.last_value:
            return await self.broker.history(request.channel, limit=1, reverse=True)
        return await self.broker.history(
            request.channel, since=request.offset, limit=self.limits.recovery
        )

    def topic(self, request: SubscribeRequest) -> Topic:
        """Return the topic of the channel that is wanted. Raises Refused, Violation."""
        name = request.channel
        if not name or request.delta not in {"", "fossil"}:
            raise Violation(codes.MALFORMED)
        if request.type:
            raise Refused(codes.NOT_AVAILABLE)
        printable = name.isascii() and name.isprintable()
        if not printable or len(name) > self.limits.channel_name or request.filtered:
            raise Refused(codes.BAD_REQUEST)
        try:
            return self.snapshots.topics.of(name)
        except UnknownTopic:
            raise Refused(codes.UNKNOWN_CHANNEL) from None


def _open(
    topic: Topic,
    request: SubscribeRequest,
    seen: tuple[Subscription, History | None, bytes | None],
) -> SubscribeResult:
    subscription, history, data = seen
    if subscription.torn:
        raise Refused(codes.INTERNAL)  # the broker was away meanwhile; the client tries again
    if history is None:
        return SubscribeResult(position=None, was_recovering=request.recover, data=data)
    following = continuation(history.top, subscription.held or ())
    subscription.epoch, subscription.offset = history.top.epoch, history.top.offset
    found = _recoverable(topic, request, history)
    if found is not None:
        publications = [*found, *following]
        subscription.offset += len(following)
        return SubscribeResult(
            position=Position(history.top.epoch, request.offset),
            publications=publications,
            was_recovering=True,
            recovered=True,
        )
    if request.recover and request.flag & FLAG_REJECT_UNRECOVERED:
        raise Refused(codes.UNRECOVERABLE)
    return SubscribeResult(position=history.top, was_recovering=request.recover, data=data)


def _recoverable(
    topic: Topic, request: SubscribeRequest, history: History | None
) -> Sequence[Publication] | None:
    """Return what the client missed; None when it does not ask, or cannot have all of it."""
    if history is None or not request.recover:
        return None
    return (newest if topic.last_value else missed)(request.position, history)


def _refusal(error: Exception, channel: str) -> Exception:
    """Translate what went wrong into what the client is told."""
    if isinstance(error, Torn):
        return Violation(codes.STATE_LOST)
    for kind, refusal in REFUSALS.items():
        if isinstance(error, kind):
            return Refused(refusal)
    log.warning(
        "subscribe failed",
        channel=channel,
        error=repr(error),
        exc_info=None if kernel.is_unavailable(error) else error,
    )
    return Refused(codes.INTERNAL)
