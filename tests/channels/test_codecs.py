"""What one codec can say and read, the other says and reads as well."""

import orjson
import pytest
from centrifuge.codecs import _JsonCodec, _ProtobufCodec
from hypothesis import given
from hypothesis import strategies as st

from channels import codes
from channels.broker import Publication
from channels.codec.json import JsonCodec
from channels.codec.protobuf import ProtobufCodec
from channels.protocol import (
    OFFSET_MAX,
    REQUESTS,
    Command,
    OtherRequest,
    PresenceResult,
    Published,
    Push,
    Refused,
    Unfit,
    Violation,
)
from tests.channels import sayings
from tests.channels.sayings import DRAWN

JSON, PROTOBUF = JsonCodec(), ProtobufCodec()


def read_twice(json: bytes, protobuf: bytes):
    """Read both as the Python SDK does; returns what each says."""
    (text,) = _JsonCodec.decode_replies(json.decode())
    (binary,) = _ProtobufCodec.decode_replies(protobuf)
    return [sayings.lean(each) for each in (text, sayings.without_bytes(binary))]


def answering(name: str) -> Command:
    """Return a command that is about to be answered."""
    return Command(7, name, OtherRequest())


@DRAWN
@given(st.lists(sayings.commands, min_size=1, max_size=3))
def test_a_frame_of_the_sdk_is_read_alike_in_both_forms(commands):
    """Names, numbers, payloads, and what we do not read."""
    json = _JsonCodec.encode_commands(commands).encode()
    protobuf = _ProtobufCodec.encode_commands(map(sayings.with_bytes, commands))
    assert JSON.decode(json) == PROTOBUF.decode(protobuf)


@pytest.mark.parametrize("name", sayings.RESULTS)
def test_a_result_is_the_same_in_both_forms(name):
    """As the Python SDK reads it."""

    @DRAWN
    @given(sayings.RESULTS[name])
    def law(result):
        command = answering(name)
        json, protobuf = read_twice(JSON.reply(command, result), PROTOBUF.reply(command, result))
        assert json == protobuf
        assert json["id"] == command.id
        assert name in json

    law()


@DRAWN
@given(sayings.refusals)
def test_a_refusal_is_the_same_in_both_forms(refusal):
    """Its code, its message, and whether to try again."""
    command = answering("subscribe")
    json, protobuf = read_twice(JSON.refusal(command, refusal), PROTOBUF.refusal(command, refusal))
    assert json == protobuf
    assert json["error"]["code"] == refusal.code


@DRAWN
@given(sayings.pushes)
def test_a_push_is_the_same_in_both_forms(push: Push):
    """Messages, passages, ends, and the first and the last push."""
    json, protobuf = read_twice(JSON.push(push), PROTOBUF.push(push))
    assert json == protobuf
    assert set(json) == {"push"}


def test_an_empty_channel_is_said_as_it_is():
    """In JSON with an empty map, for those who look into it; in Protobuf a map is always there."""
    command, nobody = answering("presence"), PresenceResult({})
    json, protobuf = read_twice(JSON.reply(command, nobody), PROTOBUF.reply(command, nobody))
    assert json == {"id": 7, "presence": {"presence": {}}}
    assert protobuf == {"id": 7, "presence": {}}


def test_every_command_has_been_drawn():
    """A new one has to be drawn, too."""
    assert set(sayings.REQUESTS) | {"send", "ping"} == set(REQUESTS)
    assert set(sayings.RESULTS) | {"send", "ping"} == set(REQUESTS)


def test_both_know_the_position_that_can_be_counted():
    """An offset that JSON numbers cannot hold is refused in both forms."""
    for offset, known in ((OFFSET_MAX, True), (OFFSET_MAX + 1, False)):
        commands = [{"id": 1, "history": {"channel": "a", "since": {"offset": offset}}}]
        for codec, frame in (
            (JSON, _JsonCodec.encode_commands(commands).encode()),
            (PROTOBUF, _ProtobufCodec.encode_commands(commands)),
        ):
            if known:
                assert codec.decode(frame)[0].request.since.offset == offset
            else:
                with pytest.raises(Violation):
                    codec.decode(frame)


def test_bytes_that_are_no_json_are_said_in_protobuf_alone():
    """The client that speaks JSON is told nothing instead of something broken."""
    info = orjson.dumps({"user": "1", "client": "a"})
    push = Published("room", Publication(3, b"\x00\xff", info))
    assert b"\x00\xff" in PROTOBUF.push(push)
    with pytest.raises(Unfit):
        JSON.push(push)


def test_a_violation_and_a_refusal_say_why():
    """For the log, in the words of their code."""
    assert str(Violation(codes.MALFORMED)) == "bad request"
    assert str(Refused(codes.INTERNAL)) == "internal server error"
