"""The form of a message in Pub/Sub: a kind byte, and what it needs; nothing is parsed twice.

``p<offset> <epoch> <data>`` is a publication, ``c<offset> <epoch> <length> <info><data>`` one that
a client made, of whom info of so many bytes tells; ``e<data>`` and ``f<length> <info><data>`` are
the same without history. ``j<info>`` and ``l<info>`` say that somebody came or went. What has an
offset is composed in lua/publish.lua.
"""

from channels.broker import Audience, Publication

JOINED = b"j"
LEFT = b"l"


class NotUnderstood(Exception):
    """The message is not of our making."""


def ephemeral(data: bytes, info: bytes) -> bytes:
    """Compose a message that is heard once or never."""
    return b"f%d %b%b" % (len(info), info, data) if info else b"e" + data


def hand_over(payload: bytes, channel: str, audience: Audience) -> None:
    """Tell the audience what a message says. Raises NotUnderstood for a stranger's."""
    kind = payload[:1]
    if kind in {JOINED, LEFT}:
        audience.passed(channel, payload[1:], joined=kind == JOINED)
        return
    try:
        epoch, publication = _publication(kind, payload[1:])
    except ValueError as error:
        raise NotUnderstood(repr(payload[:40])) from error
    audience.deliver(channel, epoch, publication)


def _publication(kind: bytes, rest: bytes) -> tuple[str, Publication]:
    if kind == b"p":
        offset, epoch, data = rest.split(b" ", 2)
        return epoch.decode(), Publication(int(offset), data)
    if kind == b"c":
        offset, epoch, length, rest = rest.split(b" ", 3)
        info, data = rest[: int(length)], rest[int(length) :]
        return epoch.decode(), Publication(int(offset), data, info)
    if kind == b"e":
        return "", Publication(0, rest)
    if kind == b"f":
        length, rest = rest.split(b" ", 1)
        return "", Publication(0, rest[int(length) :], rest[: int(length)])
    raise ValueError("unknown kind of message")
