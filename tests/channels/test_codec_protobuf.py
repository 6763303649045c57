"""The Protobuf form: exact framing, strict reading, and the numbers that all clients know."""

import pytest
from centrifuge.codecs import _ProtobufCodec
from centrifuge.protocol import client_pb2 as theirs
from hypothesis import example, given
from hypothesis import strategies as st

from channels import codes
from channels.broker import Position, Publication
from channels.codec import client_pb2 as ours
from channels.codec import emulation
from channels.codec.protobuf import ProtobufCodec
from channels.protocol import (
    ID_MAX,
    Command,
    HistoryResult,
    OtherRequest,
    Published,
    SubscribeRequest,
    Violation,
)
from tests.channels import sayings
from tests.channels.sayings import DRAWN

CODEC = ProtobufCodec()
PRESENCE = b"\x08\x01\x42\x03\x0a\x01a"  # id 1, presence {channel "a"}


def framed(*messages: bytes) -> bytes:
    """Put short messages together, each behind its length."""
    assert all(len(message) < 0x80 for message in messages)
    return b"".join(bytes((len(message),)) + message for message in messages)


def fate(frame):
    """Return the code with which a frame ends the connection, or none if it holds commands."""
    try:
        commands = CODEC.decode(frame)
    except Violation as violation:
        return violation.code
    assert commands
    return None


def kinds(field):
    """Return what must be equal for a field to be understood: its number, type and count."""
    return field.number, field.type, field.is_repeated


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x07" + PRESENCE[:-1], id="truncated message"),
        pytest.param(framed(PRESENCE) + b"\x01", id="trailing garbage"),
        pytest.param(b"\x80", id="truncated length"),
        pytest.param(b"\x87\x00" + PRESENCE, id="length in more bytes than it takes"),
        pytest.param(b"\x80\x00", id="pong in more bytes than it takes"),
        pytest.param(b"\xff\xff\xff\xff\xff\x01", id="length of more than five bytes"),
        pytest.param(b"\xff\xff\xff\xff\x0f" + PRESENCE, id="length beyond the frame"),
        pytest.param(framed(b"\x08\x01"), id="an id and nothing asked"),
        pytest.param(framed(PRESENCE[2:]), id="a command without an id"),
        pytest.param(framed(b"\x08\x00" + PRESENCE[2:]), id="a command with id zero"),
        pytest.param(framed(b"\x9a\x06\x00"), id="a request that we do not know"),
        pytest.param(framed(b"\x08\x01\x42\x03\x0a\x01\xff"), id="text that is not UTF-8"),
        pytest.param(framed(b"\x08\x01\x42\x04\x0a\x09a"), id="a string beyond its message"),
        pytest.param(framed(b"\x08\x01\x43" + b"\x0b" * 110), id="groups in groups"),
        pytest.param(framed(b"\x08" + b"\xff" * 10 + b"\x01"), id="number of eleven bytes"),
    ],
)
def test_what_is_no_frame_of_commands_ends_the_connection(frame):
    """As a bad request, whatever is wrong with it."""
    with pytest.raises(Violation) as caught:
        CODEC.decode(frame)
    assert caught.value.code == codes.MALFORMED


@DRAWN
@given(st.binary(max_size=200) | st.binary(max_size=120).map(framed))
@example(b"\x01\x0c")  # the end of a group that never began
@example(framed(b"\x0b\x0c"))
def test_no_frame_does_more_than_end_the_connection(frame):
    """Any bytes are commands or a violation."""
    assert fate(frame) in {None, codes.MALFORMED}


@DRAWN
@given(st.data())
def test_no_damage_to_a_good_frame_does_more_than_end_the_connection(data):
    """A byte changed, lost or added."""
    commands = data.draw(st.lists(sayings.commands, min_size=1, max_size=3))
    good = _ProtobufCodec.encode_commands(map(sayings.with_bytes, commands))
    at = data.draw(st.integers(0, len(good)))
    frame = good[:at] + data.draw(st.binary(max_size=2)) + good[at + data.draw(st.integers(0, 2)) :]
    assert fate(frame) in {None, codes.MALFORMED}


def test_what_we_do_not_know_is_passed_over():
    """The schema grows: beside the request, and inside it."""
    grown = b"\x08\x01\x9a\x06\x01x\x42\x06\x0a\x01a\x98\x06\x05"
    assert CODEC.decode(framed(grown)) == CODEC.decode(framed(PRESENCE))


def test_an_empty_message_is_a_pong_and_a_ping():
    """One byte: there is nothing in it."""
    assert CODEC.decode(b"\x00") == [Command(0, "", OtherRequest())]
    assert CODEC.decode(framed(b"", PRESENCE, b""))[1].name == "presence"
    assert _ProtobufCodec.decode_replies(CODEC.ping) == [{}]


def test_the_kind_of_a_subscription_is_read():
    """The kinds that we do not have are refused later; field 15, which old clients do not know."""
    wish = ours.SubscribeRequest(channel="a", type=3)
    (command,) = CODEC.decode(framed(ours.Command(id=1, subscribe=wish).SerializeToString()))
    assert isinstance(command.request, SubscribeRequest)
    assert command.request.type == 3


def test_the_largest_id_comes_back():
    """All of its 32 bits."""
    number = ID_MAX - 1
    (command,) = CODEC.decode(_ProtobufCodec.encode_commands([{"id": number, "rpc": {}}]))
    (reply,) = _ProtobufCodec.decode_replies(CODEC.refusal(command, codes.METHOD_NOT_FOUND))
    assert reply == {"id": number, "error": {"code": 104, "message": "method not found"}}


@pytest.mark.parametrize("size", [0, 1, 100, 127, 128, 300, 16_383, 16_384, 70_000, 2_200_000])
def test_messages_of_any_length_can_be_put_together(size):
    """Each says how long it is, in one byte or in four."""
    publication = Publication(1, bytes(size))
    reply = CODEC.reply(
        Command(2, "history", OtherRequest()), HistoryResult(Position("e", 1), [publication])
    )
    push = CODEC.push(Published("a", publication))
    read = _ProtobufCodec.decode_replies(reply + CODEC.ping + push)
    assert [next(iter(each), "") for each in read] == ["id", "", "push"]
    assert read[0]["history"]["publications"] == [read[2]["push"]["pub"]]


def test_our_schema_says_what_the_clients_say():
    """Every field of ours has the number and the kind that the Python SDK knows it by."""
    newer = {("SubscribeRequest", "type")}  # than the schema in that SDK
    queue = [(ours.DESCRIPTOR.message_types_by_name[name], name) for name in ("Command", "Reply")]
    queue.append((ours.EmulationRequest.DESCRIPTOR, "EmulationRequest"))
    seen = set()
    while queue:
        message, name = queue.pop()
        known = theirs.DESCRIPTOR.message_types_by_name[name].fields_by_name
        for field in message.fields:
            if (name, field.name) in newer:
                continue
            other = known[field.name]
            assert kinds(field) == kinds(other), f"{name}.{field.name}"
            inner, wanted = field.message_type, other.message_type
            if inner is not None and inner.GetOptions().map_entry:
                inner, wanted = (each.fields_by_name["value"] for each in (inner, wanted))
                assert kinds(inner) == kinds(wanted), f"{name}.{field.name}"
                inner, wanted = inner.message_type, wanted.message_type
            if inner is not None and (inner.name, wanted.name) not in seen:
                seen.add((inner.name, wanted.name))
                queue.append((inner, wanted.name))
    assert {name for name, _ in seen} | {"Command", "Reply", "EmulationRequest"} == {
        each.name for each in ours.DESCRIPTOR.message_types_by_name.values()
    }


def test_a_frame_for_a_stream_elsewhere_is_read_in_both_forms():
    """In Protobuf the frame is bytes, and in JSON a string."""
    said = theirs.EmulationRequest(node="n", session="s", data=b"\x00\xff")
    assert emulation.read_protobuf(said.SerializeToString()) == emulation.Emulated(
        "n", "s", b"\x00\xff"
    )
    assert emulation.read_json('{"node":"n","session":"s","data":"{\\"é\\"}","x":1}'.encode()) == (
        emulation.Emulated("n", "s", '{"é"}'.encode())
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"data":{}}', b'{"node":1}', b'{"data":"\\ud800"}', b'{"data":"\xff"}'],
)
def test_what_is_for_no_stream_is_refused_in_json(body):
    """Another shape, another type, or no text."""
    with pytest.raises(Violation):
        emulation.read_json(body)


@pytest.mark.parametrize("body", [b"\x0a", b"\x0a\x01\xff", b"\x1a\x05ab"])
def test_what_is_for_no_stream_is_refused_in_protobuf(body):
    """Truncated, or no text."""
    with pytest.raises(Violation):
        emulation.read_protobuf(body)
