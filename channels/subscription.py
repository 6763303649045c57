"""One listener of one channel: who it is, and what it held back while it was being admitted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from channels.broker import Member, Publication
from channels.codes import Code
from channels.form import Batch, Form
from channels.protocol import Passage
from channels.rules import LISTEN_ONLY, Rules
from domain.kernel import UserId

HELD_MAX: Final = 1024


class Transport(Protocol):
    """The part of asyncio.Transport that is needed."""

    def write(self, data: bytes) -> None:
        """Send the bytes some time soon; never waits."""

    def is_closing(self) -> bool:
        """Tell whether it takes no more."""

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait."""

    def abort(self) -> None:
        """Close at once; what waits is lost."""


class Peer(Protocol):
    """One client, on whatever transport; nothing here ever waits."""

    @property
    def user_id(self) -> UserId | None:
        """Return who it is."""

    @property
    def session_id(self) -> str | None:
        """Return which login it came with."""

    @property
    def client(self) -> str:
        """Return our name for it."""

    @property
    def pending(self) -> int:
        """Return how many bytes it has not taken yet."""

    @property
    def direct(self) -> tuple[Form, Transport] | None:
        """Return where what is offered may be written as well, and as which form."""

    def offer(self, subscription: "Subscription", batch: Batch) -> None:
        """Write what the channel said."""

    def tell(self, subscription: "Subscription", passage: Passage) -> None:
        """Write that somebody came or went."""

    def lost(self, subscription: "Subscription") -> None:
        """Tell the client that it missed something on this channel."""

    def dismiss(self, subscription: "Subscription", code: Code) -> None:
        """Tell the client that it does not listen to this channel any more."""

    def prolong(self, expires_at: datetime | None) -> None:
        """Let the connection live until then, or for ever."""

    def close(self, code: Code) -> None:
        """End the connection."""


@dataclass(eq=False, slots=True)
class Subscription:
    """Holds messages back until it is admitted; from then on its channel's feed speaks to it.

    ``epoch`` and ``offset`` are where it stood when it was admitted; while the feed has not come
    as far, nothing up to there is said to it again.
    """

    channel: str
    peer: Peer
    epoch: str = ""
    offset: int = 0
    held: list[tuple[str, Publication]] | None = field(default_factory=list)
    torn: bool = False  # live messages may have been missed while others were held back
    listening: bool = True  # until it leaves
    told: Sequence[Publication] = ()  # ephemeral ones of its feed's next batch that it has had
    by_server: bool = False  # the client did not ask for it
    rules: Rules = LISTEN_ONLY
    member: Member | None = None  # as others see it, where they may
    hears_passages: bool = False
    direct: tuple[Form, Transport] | None = None  # while it is written to past its peer
    deadline: asyncio.TimerHandle | None = None  # of the token it came with

    @property
    def open(self) -> bool:
        """Tell whether the listener was admitted and hears what is published."""
        return self.held is None

    def hold(self, epoch: str, publication: Publication) -> None:
        """Keep a live message back."""
        if self.held is None:
            return
        if len(self.held) < HELD_MAX:
            self.held.append((epoch, publication))
        else:
            self.torn = True
