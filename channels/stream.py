"""The one way to start listening, whatever the transport: join first, look second."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from pydantic_core import to_json

from channels import codes
from channels.broker import Broker, BrokerUnavailable, History, Position
from channels.codes import Refusal
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
from channels.subscription import Peer, Subscription
from channels.topics import Topic, Topics, UnknownTopic
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
    db: kernel.Database
    topics: Topics
    limits: Limits

    async def join(
        self, peer: Peer, request: SubscribeRequest
    ) -> tuple[Subscription, SubscribeResult]:
        """Subscribe the peer; what happens meanwhile is held until ``subscription.release()``.

        The caller answers with the result and releases, without awaiting in between. The steps
        are those of the Centrifuge protocol's recovery: hold live messages, be heard by the
        broker, read history and position, authorise, and only then look at the state.
        Raises Refused, Violation.
        """
        topic = self._topic(request)
        subscription = Subscription(request.channel, peer)
        self.hub.join(subscription)
        try:
            async with asyncio.timeout(self.limits.join_seconds):
                history, snapshot = await self._look(topic, request, peer)
            return subscription, _open(topic, request, (subscription, history, snapshot))
        except BaseException as error:
            self.leave(subscription)
            if isinstance(error, Exception) and not isinstance(error, Refused | Violation):
                raise _refusal(error, request.channel) from error
            raise

    def leave(self, subscription: Subscription) -> None:
        """Stop listening, at once."""
        if self.hub.leave(subscription):
            self.broker.unsubscribe(subscription.channel)

    async def _look(
        self, topic: Topic, request: SubscribeRequest, peer: Peer
    ) -> tuple[History, bytes]:
        await self.broker.subscribe(request.channel)
        history = await self._history(topic, request)
        async with self.db.reads() as session:
            snapshot = await self.topics.join(session, request.channel, peer.user_id)
        return history, to_json(snapshot)

    async def _history(self, topic: Topic, request: SubscribeRequest) -> History:
        if not request.recover:
            return await self.broker.history(request.channel)
        if topic.last_value:
            return await self.broker.history(request.channel, limit=1, reverse=True)
        return await self.broker.history(
            request.channel, since=request.offset, limit=self.limits.recovery
        )

    def _topic(self, request: SubscribeRequest) -> Topic:
        name = request.channel
        if not name or request.delta not in {"", "fossil"}:
            raise Violation(codes.MALFORMED)
        if request.type:
            raise Refused(codes.NOT_AVAILABLE)
        printable = name.isascii() and name.isprintable()
        if not printable or len(name) > self.limits.channel_name or request.tf is not None:
            raise Refused(codes.BAD_REQUEST)
        try:
            return self.topics.of(name)
        except UnknownTopic:
            raise Refused(codes.UNKNOWN_CHANNEL) from None


def _open(
    topic: Topic, request: SubscribeRequest, seen: tuple[Subscription, History, bytes]
) -> SubscribeResult:
    subscription, history, snapshot = seen
    if subscription.torn:
        raise Refused(codes.INTERNAL)  # the broker was away meanwhile; the client tries again
    following = continuation(history.top, subscription.held or ())
    subscription.epoch, subscription.offset = history.top.epoch, history.top.offset
    found = (newest if topic.last_value else missed)(request.position, history)
    if request.recover and found is not None:
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
    return SubscribeResult(position=history.top, was_recovering=request.recover, data=snapshot)


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
