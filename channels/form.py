"""How what is said becomes what one write to a transport carries, once for all who are alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from channels import cursor
from channels.broker import Position, Publication
from channels.protocol import Codec, Published

Pack = Callable[[Sequence[bytes]], bytes]
Wrap = Callable[[bytes], bytes]

TEXT: Final = 0x81  # a final text frame, RFC 6455 section 5.2
BINARY: Final = 0x82
SHORT, MEDIUM = 126, 1 << 16


@dataclass(frozen=True, eq=False, slots=True)
class Form:
    """A codec, how its messages are put together, and what the transport puts around them.

    Listeners with the same form object are given the same bytes.
    """

    codec: Codec
    pack: Pack
    wrap: Wrap

    def frame(self, messages: Sequence[bytes]) -> bytes:
        """Return what one write carries."""
        return self.wrap(self.pack(messages))

    def batch(self, batch: "Batch") -> bytes:
        """Return what one write of a batch carries. Raises Unfit."""
        return self.frame(batch.messages(self.codec))


@dataclass(frozen=True, eq=False, slots=True)
class MarkedForm(Form):
    """Events of a listener to one channel: each says where the listener stands after it."""

    def batch(self, batch: "Batch") -> bytes:
        """Return what one write of a batch carries. Raises Unfit."""
        return self.marked(batch, b"")

    def marked(self, batch: "Batch", others: bytes) -> bytes:
        """Return the same for a listener that also stands at ``others``. Raises Unfit."""
        said = map(event, batch.messages(self.codec), batch.marks(others))
        return self.wrap(b"".join(said))

    def event(self, message: bytes, mark: bytes) -> bytes:
        """Return what one write of a single event carries."""
        return self.wrap(event(message, mark))


@dataclass(eq=False, slots=True)
class Batch:
    """What a channel said within one turn of the loop, on its way to all who listen here."""

    channel: str
    epoch: str
    said: Sequence[Published]
    size: int = 0  # bytes that were written, to all listeners together
    _messages: dict[Codec, list[bytes]] = field(default_factory=dict)
    _frames: dict[Form, bytes] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """Return the newest offset, or 0 when all is ephemeral."""
        return max(each.publication.offset for each in self.said)

    def frame(self, form: Form) -> bytes:
        """Return the bytes for listeners of that form. Raises Unfit."""
        frame = self._frames.get(form)
        if frame is None:
            frame = self._frames[form] = form.batch(self)
        return frame

    def messages(self, codec: Codec) -> list[bytes]:
        """Return the messages as that codec says them. Raises Unfit."""
        messages = self._messages.get(codec)
        if messages is None:
            messages = self._messages[codec] = [codec.push(each) for each in self.said]
        return messages

    def marks(self, others: bytes) -> list[bytes]:
        """Return where a listener stands after each message; empty after an ephemeral one."""
        return [
            cursor.beside(others, self.channel, Position(self.epoch, each.publication.offset))
            if each.publication.offset
            else b""
            for each in self.said
        ]

    def beyond(self, offset: int, *, told: Sequence[Publication] = ()) -> "Batch":
        """Return the part that is newer than the offset, and what is ephemeral and was not told."""
        known = set(map(id, told))  # two that say the same are two
        fresh = [
            each
            for each in self.said
            if each.publication.offset > offset
            or not (each.publication.offset or id(each.publication) in known)
        ]
        return Batch(self.channel, self.epoch, fresh)


def lines(messages: Sequence[bytes]) -> bytes:
    """Separate JSON messages by newlines, as WebSocket frames have them."""
    return messages[0] if len(messages) == 1 else b"\n".join(messages)


def ended_lines(messages: Sequence[bytes]) -> bytes:
    """End each JSON message with a newline, as streams have them."""
    return b"\n".join((*messages, b""))


def concatenated(messages: Sequence[bytes]) -> bytes:
    """Put together messages that carry their own length."""
    return messages[0] if len(messages) == 1 else b"".join(messages)


def events(messages: Sequence[bytes]) -> bytes:
    """Make each message an event of an event stream."""
    return b"".join(map(event, messages))


def event(message: bytes, mark: bytes = b"") -> bytes:
    """Make a message an event; the mark is what an EventSource comes back with."""
    if mark:
        return b"id: %b\ndata: %b\n\n" % (mark, message)
    return b"data: %b\n\n" % message


def bare(payload: bytes) -> bytes:
    """Put nothing around the payload."""
    return payload


def text_frame(payload: bytes) -> bytes:
    """Make an unmasked WebSocket text frame. Source: RFC 6455 section 5.2."""
    return _header(TEXT, len(payload)) + payload


def binary_frame(payload: bytes) -> bytes:
    """Make an unmasked WebSocket binary frame. Source: RFC 6455 section 5.2."""
    return _header(BINARY, len(payload)) + payload


def chunk(payload: bytes) -> bytes:
    """Make a chunk of a chunked HTTP/1.1 body. Source: RFC 9112 section 7.1."""
    return b"%x\r\n%b\r\n" % (len(payload), payload)


def _header(first: int, size: int) -> bytes:
    if size < SHORT:
        return bytes((first, size))
    if size < MEDIUM:
        return bytes((first, 126)) + size.to_bytes(2, "big")
    return bytes((first, 127)) + size.to_bytes(8, "big")
