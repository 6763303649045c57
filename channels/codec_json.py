"""The JSON form of the protocol: newline-separated objects, payloads never parsed again."""

from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import ValidationError

from channels.broker import Publication
from channels.codes import MALFORMED, Code, Refusal
from channels.protocol import (
    ID_MAX,
    REQUESTS,
    Command,
    ConnectRequest,
    ConnectResult,
    HistoryResult,
    OtherRequest,
    RefreshResult,
    Request,
    Result,
    SubscribeResult,
    UnsubscribeResult,
    Violation,
)


class JsonCodec:
    """Commands and replies of the bidirectional transports."""

    name = "json"
    ping = b"{}"

    def decode(self, frame: str | bytes) -> list[Command]:
        """Read one frame's commands. Raises Violation."""
        lines = frame.encode() if isinstance(frame, str) else frame
        commands = [_command(_object(line)) for line in lines.split(b"\n") if line.strip()]
        if not commands:
            raise Violation(MALFORMED)
        return commands

    def join(self, frames: Sequence[bytes]) -> bytes:
        """Make one frame of several."""
        return frames[0] if len(frames) == 1 else b"\n".join(frames)

    def reply(self, command: Command, result: Result) -> bytes:
        """Encode the answer to a command."""
        return orjson.dumps({"id": command.id, command.name: result_fields(result)})

    def refusal(self, command: Command, refusal: Refusal) -> bytes:
        """Encode the answer to a command that is refused."""
        error = {"code": refusal.code, "message": refusal.message, "temporary": refusal.temporary}
        return orjson.dumps({"id": command.id, "error": _lean(error)})

    def publication(self, channel: str, publication: Publication) -> bytes:
        """Encode one publication."""
        return b'{"push":%b}' % push(channel, publication)

    def unsubscribe(self, channel: str, code: Code) -> bytes:
        """Encode the end of one subscription."""
        return b'{"push":%b}' % unsubscribe_push(channel, code)


class UniJsonCodec:
    """Pushes of the unidirectional transports."""

    name = "uni_json"
    ping = b"{}"

    def decode(self, body: bytes) -> ConnectRequest:
        """Read a connect request. Raises Violation."""
        request = _request(ConnectRequest, _object(body))
        assert isinstance(request, ConnectRequest)
        return request

    def connect(self, result: ConnectResult, subs: dict[str, SubscribeResult]) -> bytes:
        """Encode the first push: who you are, and what you listen to."""
        opened = {channel: result_fields(sub) for channel, sub in subs.items()}
        return orjson.dumps({"connect": result_fields(result) | {"subs": opened}})

    def publication(self, channel: str, publication: Publication) -> bytes:
        """Encode one publication."""
        return push(channel, publication)

    def unsubscribe(self, channel: str, code: Code) -> bytes:
        """Encode the end of one subscription, or the reason why there is none."""
        return unsubscribe_push(channel, code)

    def disconnect(self, code: Code) -> bytes:
        """Encode the last push."""
        return orjson.dumps({"disconnect": code._asdict()})


def push(channel: str, publication: Publication) -> bytes:
    """Build the push of a publication around its stored bytes."""
    name, data = orjson.dumps(channel), publication.data
    if publication.offset:
        offset = b"%d" % publication.offset
        return b'{"channel":%b,"pub":{"data":%b,"offset":%b}}' % (name, data, offset)
    return b'{"channel":%b,"pub":{"data":%b}}' % (name, data)


def unsubscribe_push(channel: str, code: Code) -> bytes:
    """Build the push that ends a subscription."""
    return orjson.dumps({"channel": channel, "unsubscribe": code._asdict()})


def result_fields(result: Result) -> dict[str, Any]:
    """Return the result's members; zero values are left out, as the protocol has it."""
    match result:
        case ConnectResult():
            fields = {
                "client": result.client,
                "version": result.version,
                "data": orjson.Fragment(result.data),
                "ping": result.ping,
                "pong": result.pong,
            }
            return _lean(fields | _expiry(result.ttl))
        case SubscribeResult():
            return _subscribe_fields(result)
        case UnsubscribeResult():
            return {}
        case HistoryResult():
            fields = {
                "publications": _publications(result.publications),
                "epoch": result.top.epoch,
                "offset": result.top.offset,
            }
            return _lean(fields)
        case RefreshResult():
            fields = {"client": result.client, "version": result.version}
            return fields | _expiry(result.ttl)


def _subscribe_fields(result: SubscribeResult) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "recoverable": True,
        "positioned": True,
        "epoch": result.position.epoch,
        "offset": result.position.offset,
        "publications": _publications(result.publications),
        "was_recovering": result.was_recovering,
        "recovered": result.recovered,
    }
    if result.data is not None:
        fields["data"] = orjson.Fragment(result.data)
    return _lean(fields)


def _publications(publications: Sequence[Publication]) -> list[dict[str, Any]]:
    return [{"data": orjson.Fragment(each.data), "offset": each.offset} for each in publications]


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
    try:
        # A null stands for the zero value, as in the languages most SDKs are written in.
        return model.model_validate(
            {key: value for key, value in body.items() if value is not None}
        )
    except ValidationError as error:
        raise Violation(MALFORMED) from error
