"""The Protobuf form of the protocol: messages that each carry their length in front.

Source: the Centrifuge client protocol, version 2; the schema is client.proto.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson
from google.protobuf.message import DecodeError, Message
from pydantic import ValidationError

from channels.broker import Publication
from channels.codec import client_pb2 as wire
from channels.codes import MALFORMED, Refusal
from channels.protocol import (
    REQUESTS,
    Command,
    Connected,
    ConnectResult,
    Disconnected,
    EmptyResult,
    HistoryResult,
    OtherRequest,
    Passage,
    PresenceResult,
    PresenceStatsResult,
    Published,
    Push,
    Refreshed,
    RefreshResult,
    Result,
    RpcResult,
    SubRefreshResult,
    SubscribeResult,
    Unsubscribed,
    Violation,
)

LENGTH_BYTES_MAX: Final = 5  # what 32 bits need; no frame comes near


class ProtobufCodec:
    """Commands, replies and pushes of the bidirectional transports."""

    name: Final = "protobuf"
    ping: Final = b"\x00"

    def decode(self, frame: bytes) -> list[Command]:
        """Read one frame's commands. Raises Violation."""
        commands = [_command(message) for message in _messages(frame)]
        if not commands:
            raise Violation(MALFORMED)
        return commands

    def reply(self, command: Command, result: Result) -> bytes:
        """Encode the answer to a command."""
        fields: dict[str, Any] = {command.name: _result(result)}
        return _delimited(wire.Reply(id=command.id, **fields))

    def refusal(self, command: Command, refusal: Refusal) -> bytes:
        """Encode the answer to a command that is refused."""
        return _delimited(wire.Reply(id=command.id, error=refusal._asdict()))

    def push(self, push: Push) -> bytes:
        """Encode what was not asked for; any payload is fit to be said."""
        said = wire.Reply()
        _push(said.push, push)
        return _delimited(said)


def _messages(frame: bytes) -> Iterator[bytes]:
    """Yield the messages, which must fill the frame exactly."""
    at = 0
    while at < len(frame):
        length, at = _length(frame, at)
        end = at + length
        if end > len(frame):
            raise Violation(MALFORMED)
        yield frame[at:end]
        at = end


def _length(frame: bytes, at: int) -> tuple[int, int]:
    """Return the number that is written there, and where it ends.

    Base 128, the least significant seven bits first. A number that could be written in fewer
    bytes was not written by a client of ours.
    """
    length = 0
    for index, byte in enumerate(frame[at : at + LENGTH_BYTES_MAX]):
        length |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if index and not byte:
                break
            return length, at + index + 1
    raise Violation(MALFORMED)


def _delimited(message: Message) -> bytes:
    said = message.SerializeToString()
    length = len(said)
    prefix = bytearray()
    while length > 0x7F:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + said


def _command(text: bytes) -> Command:
    if not text:
        return Command(0, "", OtherRequest())
    read = wire.Command()
    try:
        read.ParseFromString(text)
    except DecodeError as error:  # truncated, nested too deep, or text that is not UTF-8
        raise Violation(MALFORMED) from error
    name = next((name for name in REQUESTS if read.HasField(name)), "")
    if not name or (read.id == 0 and name != "send"):
        raise Violation(MALFORMED)
    fields = _fields(getattr(read, name))
    if "tf" in fields:
        fields["filtered"] = True
    try:
        return Command(read.id, name, REQUESTS[name].model_validate(fields))
    except ValidationError as error:  # an offset that the JSON form could not say
        raise Violation(MALFORMED) from error


def _fields(message: Message) -> dict[str, Any]:
    """Return what is there; our models have the schema's names and know the zero values."""
    return {field.name: _value(value) for field, value in message.ListFields()}


def _value(value: Any) -> Any:  # noqa: ANN401 (a field holds what its schema says)
    if isinstance(value, Message):
        return _fields(value)
    if isinstance(value, Mapping):
        return {key: _value(value[key]) for key in value}
    return value


def _result(result: Result) -> Message:  # noqa: PLR0911 (one for each kind of result)
    match result:
        case ConnectResult():
            return wire.ConnectResult(**_connect_fields(result))
        case SubscribeResult():
            return _subscribe_result(result)
        case EmptyResult():
            return wire.Empty()
        case PresenceResult():
            return _presence_result(result)
        case PresenceStatsResult():
            crowd = result.crowd
            return wire.PresenceStatsResult(num_clients=crowd.clients, num_users=crowd.users)
        case HistoryResult():
            history = wire.HistoryResult(epoch=result.top.epoch, offset=result.top.offset)
            _publications(history, result.publications)
            return history
        case RpcResult():
            return wire.RpcResult(data=result.data)
        case RefreshResult():
            expiry = _expiry(result.ttl)
            return wire.RefreshResult(client=result.client, version=result.version, **expiry)
        case SubRefreshResult():
            return wire.SubRefreshResult(**_expiry(result.ttl))


def _push(said: wire.Push, push: Push) -> None:
    """Fill a push in where it lies: half the time of building and copying its parts."""
    match push:
        case Published():
            said.channel = push.channel
            _publication(said.pub, push.publication)
        case Passage():
            said.channel = push.channel
            _client_info((said.join if push.joined else said.leave).info, push.info)
        case Unsubscribed():
            said.channel = push.channel
            said.unsubscribe.code, said.unsubscribe.reason = push.code
        case Connected():
            said.connect.CopyFrom(wire.Connect(**_connect_fields(push.result)))
        case Refreshed():
            said.refresh.CopyFrom(wire.Refresh(**_expiry(push.ttl)))
        case Disconnected():
            said.disconnect.code, said.disconnect.reason = push.code


def _connect_fields(result: ConnectResult) -> dict[str, Any]:
    """Return what the reply and the push have by the same names, at different numbers."""
    fields = {
        "client": result.client,
        "version": result.version,
        "data": result.data,
        "subs": {channel: _subscribe_result(sub) for channel, sub in result.subs.items()},
        "ping": result.ping,
        "pong": result.pong,
        "session": result.session,
        "node": result.node,
    }
    return fields | _expiry(result.ttl)


def _subscribe_result(result: SubscribeResult) -> wire.SubscribeResult:
    said = wire.SubscribeResult(**_expiry(result.ttl))
    if result.position is not None:
        said.recoverable = said.positioned = True
        said.epoch, said.offset = result.position.epoch, result.position.offset
    _publications(said, result.publications)
    said.was_recovering, said.recovered = result.was_recovering, result.recovered
    if result.data is not None:
        said.data = result.data
    return said


def _presence_result(result: PresenceResult) -> wire.PresenceResult:
    said = wire.PresenceResult()
    for client, info in result.members.items():
        _client_info(said.presence[client], info)
    return said


def _publications(
    said: wire.SubscribeResult | wire.HistoryResult, publications: Sequence[Publication]
) -> None:
    for each in publications:
        _publication(said.publications.add(), each)


def _publication(said: wire.Publication, publication: Publication) -> None:
    said.data = publication.data
    said.offset = publication.offset
    if publication.info:
        _client_info(said.info, publication.info)


def _client_info(said: wire.ClientInfo, text: bytes) -> None:
    """Translate what others see of a client; inside it, what the application says stays JSON."""
    seen = orjson.loads(text)
    said.user = seen["user"]
    said.client = seen["client"]
    if "conn_info" in seen:
        said.conn_info = orjson.dumps(seen["conn_info"])
    if "chan_info" in seen:
        said.chan_info = orjson.dumps(seen["chan_info"])


def _expiry(ttl: int | None) -> dict[str, Any]:
    return {} if ttl is None else {"expires": True, "ttl": ttl}
