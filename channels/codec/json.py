"""The JSON form of the protocol; payloads are carried as they are, and never parsed again.

Source: the Centrifuge client protocol, version 2: an object a line, zero values left out.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from pydantic import ValidationError

from channels.broker import Publication
from channels.codes import MALFORMED, Refusal
from channels.protocol import (
    ID_MAX,
    REQUESTS,
    Command,
    Connected,
    ConnectRequest,
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
    Request,
    Result,
    RpcResult,
    SubRefreshResult,
    SubscribeResult,
    Unfit,
    Unsubscribed,
    Violation,
)


class JsonCodec:
    """Commands, replies and pushes of the bidirectional transports."""

    name: Final = "json"
    ping: Final = b"{}"

    def decode(self, frame: bytes) -> list[Command]:
        """Read one frame's commands. Raises Violation."""
        commands = [_command(_object(line)) for line in frame.split(b"\n") if line.strip()]
        if not commands:
            raise Violation(MALFORMED)
        return commands

    def reply(self, command: Command, result: Result) -> bytes:
        """Encode the answer to a command."""
        return orjson.dumps({"id": command.id, command.name: result_fields(result)})

    def refusal(self, command: Command, refusal: Refusal) -> bytes:
        """Encode the answer to a command that is refused."""
        error = {"code": refusal.code, "message": refusal.message, "temporary": refusal.temporary}
        return orjson.dumps({"id": command.id, "error": _lean(error)})

    def push(self, push: Push) -> bytes:
        """Encode what was not asked for. Raises Unfit."""
        return b'{"push":%b}' % push_object(push)


class UniJsonCodec(JsonCodec):
    """Pushes of the unidirectional transports, which say nothing else."""

    def push(self, push: Push) -> bytes:
        """Encode what was not asked for. Raises Unfit."""
        return push_object(push)


def read_connect(body: bytes) -> ConnectRequest:
    """Read the one thing that a unidirectional client says. Raises Violation."""
    request = _request(ConnectRequest, _object(body))
    assert isinstance(request, ConnectRequest)
    return request


def push_object(push: Push) -> bytes:
    """Build a push; that of a publication around its stored bytes. Raises Unfit."""
    match push:
        case Published():
            return b'{"channel":%b,"pub":%b}' % (
                orjson.dumps(push.channel),
                _publication(push.publication),
            )
        case Passage():
            kind = "join" if push.joined else "leave"
            return orjson.dumps(
                {"channel": push.channel, kind: {"info": orjson.Fragment(push.info)}}
            )
        case Unsubscribed():
            return orjson.dumps({"channel": push.channel, "unsubscribe": push.code._asdict()})
        case Connected():
            return orjson.dumps({"connect": result_fields(push.result)})
        case Refreshed():
            return orjson.dumps({"refresh": _expiry(push.ttl)})
        case Disconnected():
            return orjson.dumps({"disconnect": push.code._asdict()})


def result_fields(result: Result) -> dict[str, Any]:  # noqa: PLR0911 (one for each kind)
    """Return the result's members; zero values are left out, as the protocol has it."""
    match result:
        case ConnectResult():
            return _connect_fields(result)
        case SubscribeResult():
            return _subscribe_fields(result)
        case EmptyResult():
            return {}
        case PresenceResult():
            seen = {client: orjson.Fragment(info) for client, info in result.members.items()}
            return {"presence": seen}
        case PresenceStatsResult():
            return {"num_clients": result.crowd.clients, "num_users": result.crowd.users}
        case HistoryResult():
            fields = {
                "publications": _publications(result.publications),
                "epoch": result.top.epoch,
                "offset": result.top.offset,
            }
            return _lean(fields)
        case RpcResult():
            return {"data": orjson.Fragment(result.data)}
        case RefreshResult():
            fields = {"client": result.client, "version": result.version}
            return fields | _expiry(result.ttl)
        case SubRefreshResult():
            return _expiry(result.ttl)


def one_line(data: bytes) -> bytes:
    """Return JSON as it can be put into a line. Raises Unfit when it is no JSON."""
    try:
        return orjson.dumps(orjson.loads(data))
    except (ValueError, orjson.JSONEncodeError) as error:  # no JSON, or nested too deep to write
        raise Unfit from error


def _connect_fields(result: ConnectResult) -> dict[str, Any]:
    fields = {
        "client": result.client,
        "version": result.version,
        "data": orjson.Fragment(result.data),
        "subs": {channel: _subscribe_fields(sub) for channel, sub in result.subs.items()},
        "ping": result.ping,
        "pong": result.pong,
        "session": result.session,
        "node": result.node,
    }
    return _lean(fields | _expiry(result.ttl))


def _subscribe_fields(result: SubscribeResult) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "publications": _publications(result.publications),
        "was_recovering": result.was_recovering,
        "recovered": result.recovered,
    }
    if result.position is not None:
        fields |= {
            "recoverable": True,
            "positioned": True,
            "epoch": result.position.epoch,
            "offset": result.position.offset,
        }
    if result.data is not None:
        fields["data"] = orjson.Fragment(result.data)
    return _lean(fields | _expiry(result.ttl))


def _publications(publications: Sequence[Publication]) -> list[orjson.Fragment]:
    return [orjson.Fragment(_publication(each)) for each in publications]


def _publication(publication: Publication) -> bytes:
    data = publication.data
    if publication.info:
        # A client's own bytes; what the shop publishes is JSON on one line already.
        data = one_line(data)
    said = b'{"data":%b' % data
    if publication.offset:
        said += b',"offset":%d' % publication.offset
    if publication.info:
        said += b',"info":%b' % publication.info
    return said + b"}"


def _expiry(ttl: int | None) -> dict[str, Any]:
    return {} if ttl is None else {"expires": True, "ttl": ttl}


def _lean(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _object(text: bytes) -> dict[str, Any]:
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Violation(MALFORMED) from error
    if not isinstance(read, dict):
        raise Violation(MALFORMED)
    return read


def _command(body: dict[str, Any]) -> Command:
    number = body.get("id", 0)
    if type(number) is not int or not 0 <= number < ID_MAX:
        raise Violation(MALFORMED)
    name = next((name for name in REQUESTS if body.get(name) is not None), "")
    if not name:
        if number == 0 and not body:
            return Command(0, "", OtherRequest())
        raise Violation(MALFORMED)
    if number == 0 and name != "send":
        raise Violation(MALFORMED)
    return Command(number, name, _request(REQUESTS[name], body[name]))


def _request(model: type[Request], body: object) -> Request:
    if not isinstance(body, dict):
        raise Violation(MALFORMED)
    # A null stands for the zero value, as in the languages most SDKs are written in.
    fields = {key: value for key, value in body.items() if value is not None}
    if "tf" in fields:
        fields["filtered"] = True
    try:
        if "data" in body:  # where a null is what is said
            fields["data"] = orjson.dumps(body["data"])
        return model.model_validate(fields)
    except (ValidationError, orjson.JSONEncodeError) as error:  # nested too deep to be written
        raise Violation(MALFORMED) from error
