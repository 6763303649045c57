"""What the house's other servers may do on the channels, one function a command.

Source: the server API of Centrifugo, as the test suites of its client libraries use it.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from pydantic import Field, ValidationError

from channels import codes, looking
from channels.broker import BrokerUnavailable, Entry, Position
from channels.codec.json import result_fields
from channels.codes import Code, Refusal
from channels.live import Live
from channels.protocol import ChannelRequest, HistoryRequest, Refused, Request, Result, Unfit
from channels.topics import Topic, UnknownTopic, number
from domain.kernel import NotFound, UserId

CHANNELS_MAX: Final = 1_000  # of one broadcast
DATA_BYTES_MAX: Final = 64 * 1024
KEY_LENGTH_MAX: Final = 255
KEY_PREFIX: Final = "api:"  # the shop's own keys are ids of events
REASON_BYTES_MAX: Final = 123  # what a close frame has room for, RFC 6455 section 5.5
END_OF_TIME: Final = 253_402_300_799  # the last second of the year 9999, Unix time

Fields = dict[str, Any]
Procedure = Callable[[Live, Any], Awaitable[Fields]]


class Message(Request):
    """What is published; ``data`` is JSON on one line.

    A channel with a history remembers the key for some minutes: what has the same key is
    published once.
    """

    data: bytes = Field(min_length=1)
    skip_history: bool = False
    idempotency_key: str = Field("", max_length=KEY_LENGTH_MAX)


class PublishRequest(Message):
    channel: str


class BroadcastRequest(Message):
    channels: list[str] = Field(max_length=CHANNELS_MAX)


class Whom(Request):
    """All connections of a user, one client, or that client if it is that user's."""

    user: str = ""
    client: str = ""


class UnsubscribeRequest(Whom):
    channel: str


class Disconnect(Request):
    code: int = Field(ge=3000, le=4999)
    reason: str = ""


class DisconnectRequest(Whom):
    disconnect: Disconnect | None = None


class RefreshRequest(Whom):
    """Until when (Unix time, s) a user's connections may live; 0 is for ever."""

    expire_at: int | None = Field(None, ge=0, le=END_OF_TIME)
    expired: bool = False


async def publish(live: Live, request: PublishRequest) -> Fields:
    """Publish on one channel; return its position."""
    (position,) = await _publish(live, [_entry(live, request.channel, request)])
    return _fields(position)


async def broadcast(live: Live, request: BroadcastRequest) -> Fields:
    """Publish the same on several channels; return what became of each, in that order."""
    tried = [_tried(live, channel, request) for channel in request.channels]
    positions = iter(await _publish(live, [each for each in tried if isinstance(each, Entry)]))
    return {
        "responses": [
            {"result": _fields(next(positions))} if isinstance(each, Entry) else _error(each)
            for each in tried
        ]
    }


async def unsubscribe(live: Live, request: UnsubscribeRequest) -> Fields:
    """End somebody's subscription on every worker."""
    _topic(live, request.channel)
    await live.unsubscribe(request.channel, **_whom(request))
    return {}


async def disconnect(live: Live, request: DisconnectRequest) -> Fields:
    """End somebody's connections on every worker, by default for good."""
    code, wish = codes.FORCE_DISCONNECT, request.disconnect
    if wish is not None:
        if len(wish.reason.encode()) > REASON_BYTES_MAX:
            raise Refused(codes.BAD_REQUEST)
        code = Code(wish.code, wish.reason)
    await live.disconnect(**_whom(request), code=code)
    return {}


async def refresh(live: Live, request: RefreshRequest) -> Fields:
    """Prolong a user's connections on every worker, or let them expire now."""
    whom, until = _whom(request), request.expire_at
    if whom["user_id"] is None or (until is None and not request.expired):
        raise Refused(codes.BAD_REQUEST)
    expires_at = datetime.fromtimestamp(until, UTC) if until else None
    if request.expired or (expires_at is not None and expires_at <= live.parts.clock()):
        await live.disconnect(**whom, code=codes.EXPIRED)
    else:
        await live.prolong(whom["user_id"], expires_at, client=whom["client"])
    return {}


async def presence(live: Live, request: ChannelRequest) -> Fields:
    """Return who listens to a channel."""
    return _said(await looking.presence(live, _visible(live, request.channel)))


async def presence_stats(live: Live, request: ChannelRequest) -> Fields:
    """Return how many listen to a channel."""
    return _said(await looking.presence_stats(live, _visible(live, request.channel)))


async def history(live: Live, request: HistoryRequest) -> Fields:
    """Return what a channel remembers."""
    _topic(live, request.channel)
    return _said(await looking.history(live, request))


COMMANDS: Final[dict[str, tuple[type[Request], Procedure]]] = {
    "publish": (PublishRequest, publish),
    "broadcast": (BroadcastRequest, broadcast),
    "unsubscribe": (UnsubscribeRequest, unsubscribe),
    "disconnect": (DisconnectRequest, disconnect),
    "refresh": (RefreshRequest, refresh),
    "presence": (ChannelRequest, presence),
    "presence_stats": (ChannelRequest, presence_stats),
    "history": (HistoryRequest, history),
}


async def call(live: Live, name: str, body: Fields) -> bytes:
    """Do what the command says; return the JSON of its ``result``, or of the ``error``."""
    return orjson.dumps(await _outcome(live, name, body))


async def _outcome(live: Live, name: str, body: Fields) -> Fields:
    model, do = COMMANDS[name]
    # A null stands for the zero value, as in the languages most callers are written in.
    fields = {key: value for key, value in body.items() if value is not None}
    try:
        if "data" in body:  # where a null is what is said
            fields["data"] = orjson.dumps(body["data"])
        return {"result": await do(live, model.model_validate(fields))}
    except (ValidationError, orjson.JSONEncodeError):
        return _error(codes.BAD_REQUEST)
    except Refused as refused:
        return _error(refused.refusal)


def _tried(live: Live, channel: str, message: Message) -> Entry | Refusal:
    try:
        return _entry(live, channel, message)
    except Refused as refused:
        return refused.refusal


def _entry(live: Live, channel: str, message: Message) -> Entry:
    topic = _topic(live, channel)
    retention = None if message.skip_history else topic.retention
    key = f"{KEY_PREFIX}{message.idempotency_key}" if message.idempotency_key else None
    if len(message.data) > DATA_BYTES_MAX:
        raise Refused(codes.LIMIT_EXCEEDED)
    if key is not None and retention is None:
        raise Refused(codes.BAD_REQUEST)  # nothing would remember it
    return Entry(channel, message.data, history=retention, key=key)


async def _publish(live: Live, entries: Sequence[Entry]) -> list[Position | None]:
    try:
        positions = await live.parts.broker.publish_many(entries)
    except BrokerUnavailable:
        raise Refused(codes.INTERNAL) from None
    live.parts.metrics.published.labels("api").inc(len(entries))
    return positions


def _topic(live: Live, channel: str) -> Topic:
    printable = channel.isascii() and channel.isprintable()
    if not channel or not printable or len(channel) > live.parts.limits.channel_name:
        raise Refused(codes.BAD_REQUEST)
    try:
        return live.parts.topics.of(channel)
    except UnknownTopic:
        raise Refused(codes.UNKNOWN_CHANNEL) from None


def _visible(live: Live, channel: str) -> str:
    if not _topic(live, channel).rules.presence:
        raise Refused(codes.NOT_AVAILABLE)
    return channel


def _whom(request: Whom) -> Fields:
    if not (request.user or request.client):
        raise Refused(codes.BAD_REQUEST)  # that would be everybody
    try:
        user_id = UserId(number(request.user)) if request.user else None
    except NotFound:
        raise Refused(codes.BAD_REQUEST) from None
    return {"user_id": user_id, "client": request.client or None}


def _said(result: Result) -> Fields:
    try:
        return result_fields(result)
    except Unfit:  # a client published what is no JSON
        raise Refused(codes.NOT_AVAILABLE) from None


def _fields(position: Position | None) -> Fields:
    return {} if position is None else {"offset": position.offset, "epoch": position.epoch}


def _error(refusal: Refusal) -> Fields:
    return {"error": {"code": refusal.code, "message": refusal.message}}
