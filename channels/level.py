"""Those who have heard all that their channel's feed has, and how it is written to them."""

from collections.abc import Iterator
from typing import Final

from channels.form import Batch, Form
from channels.protocol import Unfit
from channels.subscription import Subscription, Transport

SLICE: Final = 200  # listeners that are written to in one turn of the loop, a millisecond or two

Row = dict[Transport, Subscription]


class Level:
    """Keeps those who are given the same bytes in one row, so that a write looks at nothing else.

    With a thousand listeners it is the memory that a write touches for each, more than what it
    computes, that one message costs.
    """

    __slots__ = ("_others", "_rows")

    def __init__(self) -> None:
        self._rows: dict[Form, Row] = {}
        self._others: set[Subscription] = set()

    def __iter__(self) -> Iterator[Subscription]:
        """Go through all of them."""
        for row in self._rows.values():
            yield from row.values()
        yield from self._others

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self._others) + sum(map(len, self._rows.values()))

    def add(self, subscription: Subscription) -> None:
        """Write to the subscription, too, from the next batch on."""
        subscription.direct = subscription.peer.direct
        if subscription.direct is None:
            self._others.add(subscription)
        else:
            form, transport = subscription.direct
            self._rows.setdefault(form, {})[transport] = subscription

    def remove(self, subscription: Subscription) -> None:
        """Forget the subscription, if it is one of these."""
        self._others.discard(subscription)
        if subscription.direct is not None:
            form, transport = subscription.direct
            row = self._rows.get(form, {})
            row.pop(transport, None)
            if not row:
                self._rows.pop(form, None)
            subscription.direct = None

    def write(self, batch: Batch) -> Iterator[None]:
        """Write the batch to all who are here now, a slice at each step of the iterator."""
        rows = [(form, row, tuple(row)) for form, row in self._rows.items()]
        others = tuple(self._others)
        return _slices(batch, rows, others)


def _slices(
    batch: Batch,
    rows: list[tuple[Form, Row, tuple[Transport, ...]]],
    others: tuple[Subscription, ...],
) -> Iterator[None]:
    for form, row, transports in rows:
        for start in range(0, len(transports), SLICE):
            _write_row(batch, form, (row, transports[start : start + SLICE]))
            yield
    for start in range(0, len(others), SLICE):
        for subscription in others[start : start + SLICE]:
            if subscription.listening:
                subscription.peer.offer(subscription, batch)
        yield


def _write_row(batch: Batch, form: Form, part: tuple[Row, tuple[Transport, ...]]) -> None:
    row, transports = part
    try:
        frame = batch.frame(form)
    except Unfit:
        for listener in [row[each] for each in transports if each in row]:
            listener.peer.offer(listener, batch)
        return
    batch.size += len(frame) * len(transports)
    for transport in transports:
        subscription = row.get(transport)
        if subscription is None:
            continue  # it left after the batch was begun
        if transport.get_write_buffer_size() or transport.is_closing():
            batch.size -= len(frame)  # the peer counts it by itself
            subscription.peer.offer(subscription, batch)
        else:
            transport.write(frame)
