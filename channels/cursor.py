"""The position on every channel in one opaque word, for the ``id:`` of an event stream."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from channels.broker import Position
from channels.protocol import OFFSET_MAX

# A word has one part a channel, so that the parts of channels that stand still are written once.
BETWEEN: Final = b"."


def write(positions: Mapping[str, Position]) -> bytes:
    """Encode the positions; no two channels share a part."""
    return BETWEEN.join(part(name, position) for name, position in positions.items())


def part(channel: str, position: Position) -> bytes:
    """Encode one channel's position as base64url of ``epoch SP offset SP channel``."""
    plain = f"{position.epoch} {position.offset} {channel}".encode()
    return urlsafe_b64encode(plain).rstrip(b"=")


def beside(others: bytes, channel: str, position: Position) -> bytes:
    """Encode one channel's position after those of others that are encoded already."""
    return others + BETWEEN + part(channel, position) if others else part(channel, position)


def read(cursor: str) -> dict[str, Position]:
    """Decode what ``write`` encoded; of anything else nothing can be recovered."""
    positions = {}
    for word in cursor.encode(errors="replace").split(BETWEEN):
        try:
            plain = urlsafe_b64decode(word + b"=" * (-len(word) % 4)).decode()
            epoch, offset, channel = plain.split(" ", 2)
            positions[channel] = Position(epoch, min(max(0, int(offset)), OFFSET_MAX))
        except ValueError:
            return {}
    return positions
