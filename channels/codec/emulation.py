"""The upward half of a transport whose two directions are two connections, in both forms.

Source: the Centrifuge client protocol, version 2; the JSON form has commands in a string.
"""

from dataclasses import dataclass

from google.protobuf.message import DecodeError
from pydantic import ValidationError

from channels.codec import client_pb2 as wire
from channels.codes import MALFORMED
from channels.protocol import Request, Violation


@dataclass(frozen=True, slots=True)
class Emulated:
    """A frame for the stream of that session, which the node of that name holds."""

    node: str
    session: str
    frame: bytes


class _Body(Request):
    node: str = ""
    session: str = ""
    data: str = ""


def read_json(body: bytes) -> Emulated:
    """Read what a client says to its JSON stream. Raises Violation."""
    try:
        read = _Body.model_validate_json(body)
        return Emulated(read.node, read.session, read.data.encode())
    except (ValidationError, UnicodeEncodeError) as error:  # the latter by half a surrogate pair
        raise Violation(MALFORMED) from error


def read_protobuf(body: bytes) -> Emulated:
    """Read what a client says to its Protobuf stream. Raises Violation."""
    read = wire.EmulationRequest()
    try:
        read.ParseFromString(body)
    except DecodeError as error:
        raise Violation(MALFORMED) from error
    return Emulated(read.node, read.session, read.data)
