"""One channel as it is heard in this process: one position for all who listen to it here.

What comes within one turn of the event loop is handed on together, encoded once for all who are
alike, and written to so many listeners at a time that nobody else in the process waits for long.
"""

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter

from channels.broker import Position, Publication
from channels.form import Batch
from channels.level import Level
from channels.metrics import Fanout
from channels.protocol import Passage, Published
from channels.subscription import Subscription


class Feed:
    """Lets no message be skipped or doubled on its way to those who were admitted.

    Listeners that stand where the feed stands are ``level``; those that are being admitted, or
    know more already than was heard here, are ``arriving`` and get what is newer for them.
    """

    __slots__ = (
        "_arriving",
        "_busy",
        "_fanout",
        "_heard_at",
        "_level",
        "_loop",
        "_said",
        "channel",
        "last_value",
        "top",
    )

    def __init__(self, channel: str, fanout: Fanout, *, last_value: bool = False) -> None:
        self.channel = channel
        self._fanout = fanout
        self._heard_at = 0.0  # the first message of the batch that is under way
        self.last_value = last_value
        self.top = Position("", 0)  # of the newest message that was heard, or known when admitted
        self._level = Level()
        self._arriving: set[Subscription] = set()
        self._said: list[Publication] = []
        self._busy = False  # a batch is under way, or will be at the end of this turn
        self._loop = asyncio.get_running_loop()

    def __iter__(self) -> Iterator[Subscription]:
        """Go through those who were admitted."""
        yield from self._level
        yield from (each for each in self._arriving if each.open)

    def __len__(self) -> int:
        """Return how many were admitted."""
        return len(self._level) + sum(each.open for each in self._arriving)

    def everybody(self) -> Sequence[Subscription]:
        """Return those who were admitted and those who are about to be."""
        return [*self._level, *self._arriving]

    @property
    def idle(self) -> bool:
        """Tell whether nobody is here."""
        return not self._arriving and not len(self._level)

    def add(self, subscription: Subscription) -> None:
        """Hold live messages for the subscription from now on."""
        self._arriving.add(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Forget the subscription."""
        subscription.listening = False
        self._level.remove(subscription)
        self._arriving.discard(subscription)

    def admit(self, subscription: Subscription) -> None:
        """Let the subscription hear what was held back beyond its position, and what follows."""
        held, subscription.held = subscription.held or [], None
        fresh = [each for epoch, each in held if epoch in {"", subscription.epoch}]
        batch = self._batch(fresh, subscription.epoch).beyond(subscription.offset)
        offsets = [each.publication.offset for each in batch.said if each.publication.offset]
        first = subscription.offset + 1
        whole = offsets == list(range(first, first + len(offsets)))
        if subscription.torn or not whole or len(fresh) < len(held):
            subscription.peer.lost(subscription)
            return
        subscription.offset += len(offsets)
        subscription.told = [each for each in self._said if not each.offset]
        if batch.said:
            subscription.peer.offer(subscription, batch)
            self._fanout.deliveries += len(batch.said)
        if subscription.listening:  # what it was offered may have been its end
            self._place(subscription)

    def _place(self, subscription: Subscription) -> None:
        here = Position(subscription.epoch, subscription.offset)
        if not any(each is not subscription for each in self):
            self.top, self._said = here, []
        elif here.epoch != self.top.epoch:
            # What was read is newer than what was heard: the history began anew meanwhile.
            self._lose(but=subscription)
            self.top = here
        if here.offset < self.top.offset:
            subscription.peer.lost(subscription)
        elif here == self.top and not self._busy:
            self._arriving.discard(subscription)
            self._level.add(subscription)

    def hear(self, epoch: str, publication: Publication) -> None:
        """Take one live message; offset 0 is ephemeral."""
        for subscription in self._arriving:
            subscription.hold(epoch, publication)
        offset = publication.offset
        if offset:
            missed = epoch != self.top.epoch or offset > self.top.offset + 1
            if not missed and offset <= self.top.offset:
                return
            self.top = Position(epoch, offset)
            if missed:
                self._lose()
                return
            if self.last_value:
                self._said = [each for each in self._said if not each.offset]
        self._said.append(publication)
        if not self._busy:
            self._busy = True
            self._heard_at = perf_counter()
            self._loop.call_soon(self._hand_on)

    def pass_on(self, passage: Passage) -> None:
        """Tell those who want to know who comes and goes."""
        for subscription in [each for each in self if each.hears_passages]:
            subscription.peer.tell(subscription, passage)

    def tear(self) -> None:
        """Note that live messages may have been missed by those who are being admitted."""
        for subscription in self._arriving:
            subscription.torn = not subscription.open

    def behind(self, top: Position) -> Sequence[Subscription]:
        """Return who has not heard as much as the broker has published."""
        if not short_of(top, self.top):
            return ()
        arriving = [
            each
            for each in self._arriving
            if each.open and short_of(top, Position(each.epoch, each.offset))
        ]
        return [*self._level, *arriving]

    def _hand_on(self) -> None:
        said, self._said = self._said, []
        if not said:
            self._busy = False
            return
        batch = self._batch(said, self.top.epoch)
        listeners, slices = len(self._level), self._level.write(batch)
        self._let_catch_up(batch)
        self._write(batch, slices, listeners)

    def _batch(self, said: Sequence[Publication], epoch: str) -> Batch:
        return Batch(self.channel, epoch, [Published(self.channel, each) for each in said])

    def _write(self, batch: Batch, slices: Iterator[None], listeners: int) -> None:
        for _ in slices:
            self._loop.call_soon(self._write, batch, slices, listeners)
            return
        now = perf_counter()
        self._fanout.add(batch, listeners, now - self._heard_at)
        if self._said:
            self._heard_at = now
            self._loop.call_soon(self._hand_on)
        else:
            self._busy = False

    def _let_catch_up(self, batch: Batch) -> None:
        for subscription in [each for each in self._arriving if each.open]:
            fresh = batch.beyond(subscription.offset, told=subscription.told)
            subscription.told = ()
            if subscription.offset <= self.top.offset:
                self._arriving.discard(subscription)
                self._level.add(subscription)
            if fresh.said:
                subscription.peer.offer(subscription, fresh)
                self._fanout.deliveries += len(fresh.said)

    def _lose(self, but: Subscription | None = None) -> None:
        self._said.clear()
        for subscription in list(self):
            if subscription is not but:
                subscription.peer.lost(subscription)


def short_of(top: Position, here: Position) -> bool:
    """Tell whether something was published beyond here."""
    return here.epoch != top.epoch or here.offset < top.offset
