"""The position on every channel in one opaque word, for the ``id:`` of an event stream."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

import orjson
from pydantic import TypeAdapter, ValidationError

from channels.broker import Position

_Cursor = TypeAdapter(dict[str, tuple[str, int]])


def write(positions: Mapping[str, Position]) -> bytes:
    """Encode the positions as base64url of ``{channel: [epoch, offset]}``."""
    plain = {name: (position.epoch, position.offset) for name, position in positions.items()}
    return urlsafe_b64encode(orjson.dumps(plain)).rstrip(b"=")


def read(cursor: str) -> dict[str, Position]:
    """Decode what ``write`` encoded; of anything else nothing can be recovered."""
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        plain = _Cursor.validate_json(urlsafe_b64decode(padded.encode()))
    except (ValueError, ValidationError):
        return {}
    return {name: Position(epoch, max(0, offset)) for name, (epoch, offset) in plain.items()}
