"""Carries publications between processes and remembers the recent ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class BrokerUnavailable(Exception):
    """The broker did not answer; nothing is known about what it did."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader stands. A changed epoch means the history was lost, so start over."""

    epoch: str
    offset: int


@dataclass(frozen=True, slots=True)
class Publication:
    """One message; offset 0 is ephemeral.

    ``data`` is never parsed again; of the shop's own messages it is JSON on one line. ``info`` says
    which client published it, as the JSON of a protocol.ClientInfo, and is empty for the shop's.
    """

    offset: int
    data: bytes
    info: bytes = b""


@dataclass(frozen=True, slots=True)
class History:
    """A piece of a channel's history, and the position of its newest publication."""

    top: Position
    publications: tuple[Publication, ...] = ()


@dataclass(frozen=True, slots=True)
class Retention:
    """How many publications a channel remembers, and for how long."""

    size: int
    ttl_seconds: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A message to publish; without ``history`` it is ephemeral: no offset, heard once or never."""

    channel: str
    data: bytes
    history: Retention | None = None
    key: str | None = None
    info: bytes = b""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who listens to a channel.

    ``user`` is empty for a stranger; ``info`` is what others see, the JSON of a ClientInfo.
    """

    client: str
    user: str
    info: bytes


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many listen to a channel."""

    clients: int
    users: int


@dataclass(frozen=True, slots=True)
class Tally:
    """A number summed over all nodes; ``news`` for the one node that shall announce it.

    It is ``settled`` when the sum was announced, or is about to be.
    """

    total: int
    news: bool
    settled: bool


class Audience(Protocol):
    """Where a broker hands what it hears; all are called in the event loop and must not wait."""

    def deliver(self, channel: str, epoch: str, publication: Publication) -> None:
        """Hand on one live message."""

    def passed(self, channel: str, info: bytes, *, joined: bool) -> None:
        """Say that somebody came or went; ``info`` is what others see of them."""

    def resumed(self) -> None:
        """Say that live messages may have been missed until now."""


Signalled = Callable[[bytes], None]


class Broker(Protocol):
    """What the channel layer asks of Redis; every call may raise BrokerUnavailable.

    A broker promises four things, and tests/contracts checks them on every engine: one offset
    line per channel and epoch; publishing the same key twice is publishing once; ``history``
    reads publications and position in one step; and what was published after ``subscribe``
    returned is delivered, in order, or ``resumed`` is called.
    """

    @property
    def node(self) -> str:
        """Return the name of this process among all; signals can be sent to it alone."""

    @property
    def healthy(self) -> bool:
        """Tell whether a message published here was recently heard here."""

    @property
    def round_trip_seconds(self) -> float:
        """Return what it took last to hear here what was published here."""

    async def run(self, audience: Audience) -> None:
        """Deliver live messages and signals until cancelled, through any outage."""

    async def ping(self) -> None:
        """Ask the server for a sign of life."""

    async def publish(self, entry: Entry) -> Position | None:
        """Publish one message; an ephemeral one has no position."""

    async def publish_many(self, entries: Sequence[Entry]) -> list[Position | None]:
        """Publish in this order, in one round trip."""

    async def history(
        self, channel: str, *, since: int | None = None, limit: int = 0, reverse: bool = False
    ) -> History:
        """Read up to ``limit`` publications beyond the offset and the top, atomically.

        ``since`` is exclusive in both directions; ``limit`` 0 reads the position alone.
        """

    async def positions(self, channels: Iterable[str]) -> Mapping[str, Position]:
        """Return the newest position of each channel, in one round trip."""

    async def subscribe(self, channel: str) -> None:
        """Hear the channel's live messages from the moment this returns."""

    def unsubscribe(self, channel: str) -> None:
        """Stop hearing the channel soon; a quick ``subscribe`` takes it back."""

    async def round_trip(self) -> None:
        """Return once everything published before this call has been delivered here."""

    async def signal(self, name: str, data: bytes = b"") -> int:
        """Tell every process that hears this name, this one included; return how many do."""

    def hear(self, name: str, handler: Signalled) -> None:
        """Call the handler on each signal of this name. To be called before the broker runs."""

    async def tally(self, name: str, count: int) -> Tally:
        """Report this node's count, valid for a few seconds, and return the sum."""

    async def total(self, name: str) -> int:
        """Return the sum of the nodes' fresh counts."""

    async def enter(self, channel: str, member: Member, *, announce: bool) -> None:
        """Count the client among those present until it leaves or is not renewed for a minute."""

    async def leave(self, channel: str, member: Member, *, announce: bool) -> None:
        """Count the client out; one that was not counted in is nobody's error."""

    async def renew(self, members: Sequence[tuple[str, Member]]) -> None:
        """Keep these (channel, member) counted in, in one round trip."""

    async def present(self, channel: str) -> Sequence[Member]:
        """Return who listens, on all nodes."""

    async def crowd(self, channel: str) -> Crowd:
        """Return how many listen, on all nodes."""
