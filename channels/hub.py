"""Who listens in this process; delivery encodes once and awaits nobody."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from channels.broker import Position, Publication
from channels.codes import FORCE_DISCONNECT, SHUTDOWN, Code
from channels.subscription import Delivery, Peer, Subscription
from domain.kernel import UserId

ORDERS_KEPT: Final = 1024
DRAIN_STEP_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """Whose connections shall end."""

    number: int
    user_id: UserId | None
    session_id: str | None
    code: Code

    def means(self, peer: Peer) -> bool:
        """Tell whether the peer is one of those; what is None was not asked about."""
        return (self.user_id is None or self.user_id == peer.user_id) and (
            self.session_id is None or self.session_id == peer.session_id
        )


class Hub:
    """The connections of this process and their subscriptions, by channel."""

    def __init__(self, missed: Callable[[], None] = lambda: None) -> None:
        self._missed = missed
        self._listeners: dict[str, set[Subscription]] = {}
        self._peers: set[Peer] = set()
        self._orders: deque[Order] = deque(maxlen=ORDERS_KEPT)
        self._drained = False
        self.gap = asyncio.Event()  # set when positions must be compared with the broker's
        self.orders_given = 0

    @property
    def peers(self) -> Collection[Peer]:
        """Return the connections of this process."""
        return self._peers

    def arrive(self, peer: Peer) -> None:
        """Take a new connection in; a server that is stopping sends it on at once."""
        self._peers.add(peer)
        if self._drained:
            peer.close(SHUTDOWN)

    def identified(self, peer: Peer, *, since: int) -> None:
        """End the peer if its kind was disconnected after order ``since``, while it logged in."""
        for order in self._orders:
            if order.number > since and order.means(peer):
                peer.close(order.code)
                return

    def depart(self, peer: Peer) -> None:
        """Forget a connection."""
        self._peers.discard(peer)

    def join(self, subscription: Subscription) -> None:
        """Start holding live messages for the subscription."""
        self._listeners.setdefault(subscription.channel, set()).add(subscription)

    def leave(self, subscription: Subscription) -> bool:
        """Forget the subscription; True when nobody here listens to its channel any more."""
        listeners = self._listeners.get(subscription.channel)
        if listeners is None or subscription not in listeners:
            return False
        listeners.remove(subscription)
        if listeners:
            return False
        del self._listeners[subscription.channel]
        return True

    def deliver(self, channel: str, position: Position, data: bytes) -> None:
        """Hand one message to everyone who listens here."""
        listeners = self._listeners.get(channel)
        if listeners is None:
            return
        delivery = Delivery(channel, position.epoch, Publication(position.offset, data))
        for subscription in tuple(listeners):  # a slow one leaves while we deliver
            subscription.hear(delivery)

    def resumed(self) -> None:
        """Note that live messages may have been missed until now."""
        for listeners in self._listeners.values():
            for subscription in listeners:
                subscription.torn = not subscription.open
        self.gap.set()
        self._missed()

    def channels(self, prefix: str = "") -> list[str]:
        """Return the channels somebody here was admitted to."""
        return [
            channel
            for channel, listeners in self._listeners.items()
            if channel.startswith(prefix) and any(each.open for each in listeners)
        ]

    def listeners(self, channel: str) -> list[Subscription]:
        """Return those who were admitted to the channel here."""
        return [each for each in self._listeners.get(channel, ()) if each.open]

    def disconnect(
        self,
        *,
        user_id: UserId | None = None,
        session_id: str | None = None,
        code: Code = FORCE_DISCONNECT,
    ) -> None:
        """End the connections here of a user, of one login, or of one login of that user."""
        assert user_id is not None or session_id is not None, "everybody is drained, not ended"
        self.orders_given += 1
        order = Order(self.orders_given, user_id, session_id, code)
        self._orders.append(order)
        for peer in tuple(self._peers):
            if order.means(peer):
                peer.close(code)

    async def drain(self, seconds: float, chance: random.Random) -> None:
        """Close everyone with "shutdown", in random order spread over the time given."""
        self._drained = True
        waiting = list(self._peers)
        chance.shuffle(waiting)
        steps = max(1, round(seconds / DRAIN_STEP_SECONDS))
        share = -(-len(waiting) // steps)
        while waiting:
            for peer in waiting[:share]:
                peer.close(SHUTDOWN)
            del waiting[:share]
            if waiting:
                await asyncio.sleep(DRAIN_STEP_SECONDS)

    def close_all(self) -> None:
        """Close everyone now."""
        self._drained = True
        for peer in tuple(self._peers):
            peer.close(SHUTDOWN)
