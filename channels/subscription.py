"""One listener of one channel: what it has heard, and what must not reach it yet."""

from dataclasses import dataclass, field
from typing import Final, Protocol

from channels.broker import Position, Publication
from channels.codes import Code
from channels.protocol import Codec
from domain.kernel import UserId

HELD_MAX: Final = 1024


@dataclass(slots=True)
class Delivery:
    """One live message on its way to all who listen here; each codec encodes it once."""

    channel: str
    epoch: str
    publication: Publication
    _frames: dict[str, bytes] = field(default_factory=dict)

    def frame(self, codec: Codec) -> bytes:
        """Return the message as that codec's bytes."""
        frame = self._frames.get(codec.name)
        if frame is None:
            frame = codec.publication(self.channel, self.publication)
            self._frames[codec.name] = frame
        return frame


class Peer(Protocol):
    """One client, on whatever transport; nothing here ever waits."""

    @property
    def user_id(self) -> UserId | None:
        """Return who it is."""

    @property
    def session_id(self) -> str | None:
        """Return which login it came with."""

    def offer(self, subscription: "Subscription", delivery: Delivery) -> None:
        """Queue one message for the client."""

    def lost(self, subscription: "Subscription") -> None:
        """Tell the client that it missed something on this channel."""

    def close(self, code: Code) -> None:
        """End the connection."""


@dataclass(eq=False, slots=True)
class Subscription:
    """Holds messages back until ``release``, and from then on lets none be skipped or doubled."""

    channel: str
    peer: Peer
    epoch: str = ""
    offset: int = 0
    held: list[Delivery] | None = field(default_factory=list)
    torn: bool = False  # live messages may have been missed while others were held back

    @property
    def open(self) -> bool:
        """Tell whether the listener was admitted and hears what is published."""
        return self.held is None

    def hear(self, delivery: Delivery) -> None:
        """Take one live message."""
        if self.held is not None:
            if len(self.held) < HELD_MAX:
                self.held.append(delivery)
            else:
                self.torn = True
            return
        offset = delivery.publication.offset
        if offset == 0:
            self.peer.offer(self, delivery)
        elif delivery.epoch != self.epoch or offset > self.offset + 1:
            self.peer.lost(self)
        elif offset == self.offset + 1:
            self.offset = offset
            self.peer.offer(self, delivery)

    def release(self) -> None:
        """Let through what was held back and is newer than the position."""
        held, self.held = self.held or [], None
        for delivery in held:
            if delivery.publication.offset == 0 or delivery.epoch == self.epoch:
                self.hear(delivery)

    def behind(self, top: Position) -> bool:
        """Tell whether the broker has published more than was heard here."""
        return self.open and (self.epoch != top.epoch or self.offset < top.offset)
