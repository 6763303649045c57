"""The JSON form: lines, strict reading, and payloads that stay as they were."""

import orjson
import pytest
from centrifuge.codecs import _JsonCodec
from hypothesis import given
from hypothesis import strategies as st

from channels import codes
from channels.broker import Publication
from channels.codec.json import JsonCodec, UniJsonCodec, one_line, read_connect
from channels.protocol import Command, OtherRequest, Published, Refreshed, Unfit, Violation
from tests.channels import sayings
from tests.channels.sayings import DRAWN

CODEC = JsonCodec()
TOO_DEEP = b"[" * 300 + b"]" * 300  # orjson reads it and does not write it


def fate(frame):
    """Return the code with which a frame ends the connection, or none if it holds commands."""
    try:
        commands = CODEC.decode(frame)
    except Violation as violation:
        return violation.code
    assert commands
    return None


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\n \n", id="blank lines"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b'{"id":1,"presence":{}}x', id="trailing garbage"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"[" * 70_000, id="a lot of beginnings"),
        pytest.param(b'{"presence":{}}', id="no id"),
        pytest.param(b'{"id":0,"presence":{}}', id="id zero"),
        pytest.param(b'{"id":-1,"presence":{}}', id="id below zero"),
        pytest.param(b'{"id":4294967296,"presence":{}}', id="id of 33 bits"),
        pytest.param(b'{"id":true,"presence":{}}', id="id that is no number"),
        pytest.param(b'{"id":1.0,"presence":{}}', id="id with a point"),
        pytest.param(b'{"id":1}', id="nothing asked"),
        pytest.param(b'{"id":1,"dance":{}}', id="a request that we do not know"),
        pytest.param(b'{"dance":{}}', id="neither a pong nor anything else"),
        pytest.param(b'{"id":1,"presence":[]}', id="a request that is no object"),
        pytest.param(b'{"id":1,"presence":{"channel":7}}', id="another type"),
        pytest.param(b'{"id":1,"subscribe":{"offset":-1}}', id="offset below zero"),
        pytest.param(b'{"id":1,"presence":{"channel":"\xff"}}', id="text that is not UTF-8"),
        pytest.param(b'{"id":1,"presence":{"channel":"\\ud800"}}', id="half a character"),
        pytest.param(b'{"id":1,"publish":{"data":%b}}' % TOO_DEEP, id="nested too deep"),
    ],
)
def test_what_is_no_frame_of_commands_ends_the_connection(frame):
    """As a bad request, whatever is wrong with it."""
    assert fate(frame) == codes.MALFORMED


@DRAWN
@given(st.data())
def test_no_damage_to_a_good_frame_does_more_than_end_the_connection(data):
    """A byte changed, lost or added."""
    commands = data.draw(st.lists(sayings.commands, min_size=1, max_size=3))
    good = _JsonCodec.encode_commands(commands).encode()
    at = data.draw(st.integers(0, len(good)))
    frame = good[:at] + data.draw(st.binary(max_size=2)) + good[at + data.draw(st.integers(0, 2)) :]
    assert fate(frame) in {None, codes.MALFORMED}


def test_lines_may_be_blank_and_the_last_may_end():
    """As client libraries send them."""
    commands = CODEC.decode(b'\n{"id":1,"presence":{"channel":"a"}}\n\n{}\n')
    assert [command.name for command in commands] == ["presence", ""]


def test_a_null_is_the_zero_value_except_as_a_payload():
    """Where it is what the client says."""
    (command,) = CODEC.decode(b'{"id":1,"publish":{"channel":null,"data":null}}')
    assert (command.request.channel, command.request.data) == ("", b"null")


def test_a_client_s_bytes_are_put_into_one_line():
    """Newlines end messages, so a payload may not hold any; the shop's own is left as it is."""
    info = orjson.dumps({"user": "1", "client": "a"})
    theirs = CODEC.push(Published("room", Publication(3, b'{\n"a": 1}', info)))
    assert theirs == (
        b'{"push":{"channel":"room","pub":'
        b'{"data":{"a":1},"offset":3,"info":{"user":"1","client":"a"}}}}'
    )
    ours = CODEC.push(Published("room", Publication(0, b'{"a": 1}')))
    assert ours == b'{"push":{"channel":"room","pub":{"data":{"a": 1}}}}'


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"NaN", TOO_DEEP])
def test_what_is_no_json_does_not_fit_into_a_line(data):
    """It is left to the clients that speak Protobuf."""
    with pytest.raises(Unfit):
        one_line(data)


def test_a_client_that_says_nothing_is_pushed_the_inner_object():
    """Unidirectional transports have no replies to tell pushes from."""
    assert UniJsonCodec().push(Refreshed(30)) == b'{"refresh":{"expires":true,"ttl":30}}'
    assert UniJsonCodec().ping == b"{}"


def test_a_client_that_says_one_thing_says_how_it_connects():
    """One object, without a command around it."""
    assert read_connect(b'{"token":"t","data":{},"subs":{"a":{"recover":true}}}').token == "t"
    for body in (b"", b"[]", b'{"token":1}', b'{"subs":{"a":[]}}', b'{"data":%b}' % TOO_DEEP):
        with pytest.raises(Violation):
            read_connect(body)


def test_a_temporary_refusal_says_that_trying_again_is_worth_it():
    """Only then."""
    command = Command(2, "history", OtherRequest())
    assert CODEC.refusal(command, codes.TOO_MANY_REQUESTS) == (
        b'{"id":2,"error":{"code":111,"message":"too many requests","temporary":true}}'
    )
    assert b"temporary" not in CODEC.refusal(command, codes.BAD_REQUEST)
