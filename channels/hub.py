"""Who is connected to this process and what they listen to, by channel."""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from channels.broker import Publication
from channels.codes import CONNECTION_LIMIT, FORCE_DISCONNECT, SHUTDOWN, UNSUBSCRIBED, Code
from channels.feed import Feed
from channels.metrics import Metrics
from channels.protocol import Passage
from channels.subscription import Peer, Subscription
from domain.kernel import UserId

if TYPE_CHECKING:
    from channels.connection import Connection

ORDERS_KEPT: Final = 1024
DRAIN_STEP_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Order:
    """Whose connections shall end; what is None was not asked about."""

    number: int
    user_id: UserId | None
    session_id: str | None
    client: str | None
    code: Code

    def means(self, peer: Peer) -> bool:
        """Tell whether the peer is one of those."""
        return (
            (self.user_id is None or self.user_id == peer.user_id)
            and (self.session_id is None or self.session_id == peer.session_id)
            and (self.client is None or self.client == peer.client)
        )


class Hub:
    """The connections of this process and the feeds they listen to."""

    def __init__(
        self,
        missed: Callable[[], None] = lambda: None,
        *,
        metrics: Metrics | None = None,
        connections_per_user: int = 0,
    ) -> None:
        self.metrics = metrics or Metrics()
        self._missed = missed
        self._feeds: dict[str, Feed] = {}
        self._peers: set[Peer] = set()
        self._users: Counter[UserId] = Counter()
        self._seats: Counter[str] = Counter()
        self._user_max = connections_per_user
        self._orders: deque[Order] = deque(maxlen=ORDERS_KEPT)
        self.sessions: dict[str, Connection] = {}  # by the secret of each
        self.draining = False
        self.gap = asyncio.Event()  # set when positions must be compared with the broker's
        self.orders_given = 0
        self.subscription_count = 0

    @property
    def peers(self) -> Collection[Peer]:
        """Return the connections of this process."""
        return self._peers

    @property
    def user_count(self) -> int:
        """Return how many users have a connection to this process."""
        return len(self._users)

    @property
    def feeds(self) -> Collection[Feed]:
        """Return the channels that somebody here listens to, or is about to."""
        return self._feeds.values()

    def take_seat(self, address: str, seats_max: int) -> bool:
        """Count a connection from the address, unless it has as many as it may (0: any number)."""
        if 0 < seats_max <= self._seats[address]:
            return False
        self._seats[address] += 1
        return True

    def give_seat_back(self, address: str) -> None:
        """Count a connection from the address out."""
        self._seats[address] -= 1
        if self._seats[address] <= 0:
            del self._seats[address]

    def arrive(self, peer: Peer) -> None:
        """Take a new connection in; a server that is stopping sends it on at once."""
        self._peers.add(peer)
        if self.draining:
            peer.close(SHUTDOWN)

    def identified(self, peer: Peer, *, since: int, anew: bool = False) -> None:
        """Take note of who the peer is, ``anew`` when it only proves it again.

        End it if its user has too many, or if its kind was disconnected after order ``since``,
        while it logged in. One that has left already is nobody.
        """
        if peer not in self._peers:
            return
        if not anew and peer.user_id is not None:
            self._users[peer.user_id] += 1
            if self._users[peer.user_id] > self._user_max > 0:
                peer.close(CONNECTION_LIMIT)
                return
        for order in self._orders:
            if order.number > since and order.means(peer):
                peer.close(order.code)
                return

    def depart(self, peer: Peer) -> None:
        """Forget a connection."""
        if peer not in self._peers:
            return
        self._peers.discard(peer)
        if peer.user_id is not None:
            self._users[peer.user_id] -= 1
            if self._users[peer.user_id] <= 0:
                del self._users[peer.user_id]

    def join(self, subscription: Subscription, *, last_value: bool = False) -> None:
        """Start holding live messages for the subscription."""
        feed = self._feeds.get(subscription.channel)
        if feed is None:
            feed = self._feeds[subscription.channel] = Feed(
                subscription.channel, self.metrics.fanout, last_value=last_value
            )
        feed.add(subscription)
        self.subscription_count += 1

    def admit(self, subscription: Subscription) -> None:
        """Let the subscription hear what follows its position, unless it has left."""
        if subscription.listening:
            self._feeds[subscription.channel].admit(subscription)

    def leave(self, subscription: Subscription) -> bool:
        """Forget the subscription; True when nobody here listens to its channel any more."""
        if not subscription.listening:
            return False
        feed = self._feeds[subscription.channel]
        feed.remove(subscription)
        self.subscription_count -= 1
        if not feed.idle:
            return False
        del self._feeds[subscription.channel]
        return True

    def deliver(self, channel: str, epoch: str, publication: Publication) -> None:
        """Hand one message to everyone who listens here."""
        feed = self._feeds.get(channel)
        if feed is not None:
            feed.hear(epoch, publication)

    def passed(self, channel: str, info: bytes, *, joined: bool) -> None:
        """Tell those who want to know that somebody came or went."""
        feed = self._feeds.get(channel)
        if feed is not None:
            feed.pass_on(Passage(channel, info, joined))

    def resumed(self) -> None:
        """Note that live messages may have been missed until now."""
        for feed in self._feeds.values():
            feed.tear()
        self.gap.set()
        self._missed()
        self.metrics.connects.inc()

    def feed(self, channel: str) -> Feed | None:
        """Return the channel's feed, if somebody here listens to it."""
        return self._feeds.get(channel)

    def disconnect(
        self,
        *,
        user_id: UserId | None = None,
        session_id: str | None = None,
        client: str | None = None,
        code: Code = FORCE_DISCONNECT,
    ) -> None:
        """End the connections here of a user, of one login, or a single one."""
        assert (user_id, session_id, client) != (None, None, None), "that is a drain, not an end"
        self.orders_given += 1
        order = Order(self.orders_given, user_id, session_id, client, code)
        self._orders.append(order)
        for peer in tuple(self._peers):
            if order.means(peer):
                peer.close(code)

    def unsubscribe(
        self,
        channel: str,
        *,
        user_id: UserId | None = None,
        client: str | None = None,
        code: Code = UNSUBSCRIBED,
    ) -> None:
        """End subscriptions to the channel here: of a user, of one client, or of everybody."""
        feed = self._feeds.get(channel)
        if feed is None:
            return
        order = Order(0, user_id, None, client, code)
        for subscription in feed.everybody():
            if order.means(subscription.peer):
                # One that is being admitted may have been let in on what no longer holds.
                subscription.torn = True
                if subscription.open:
                    subscription.peer.dismiss(subscription, code)

    def prolong(
        self, user_id: UserId, expires_at: datetime | None, *, client: str | None = None
    ) -> None:
        """Let the connections here of a user, or one of them, live until then, or for ever."""
        order = Order(0, user_id, None, client, FORCE_DISCONNECT)
        for session in [each for each in self._peers if order.means(each)]:
            session.prolong(expires_at)

    def emulate(self, request: bytes) -> None:
        """Take what a client said in a request of its own: its session, NUL, its commands.

        A session that is over is nobody's error: its last requests often come too late.
        """
        session, _, frame = request.partition(b"\0")
        connection = self.sessions.get(session.decode(errors="replace"))
        if connection is not None:
            connection.receive(frame)

    async def drain(self, seconds: float, chance: random.Random) -> None:
        """Close everyone with "shutdown", in random order spread over the time given."""
        self.draining = True
        waiting = list(self._peers)
        chance.shuffle(waiting)
        steps = max(1, round(seconds / DRAIN_STEP_SECONDS))
        share = -(-len(waiting) // steps)
        self.metrics.draining.set(len(waiting))
        while waiting:
            for peer in waiting[:share]:
                peer.close(SHUTDOWN)
            del waiting[:share]
            self.metrics.draining.set(len(waiting))
            if waiting:
                await asyncio.sleep(DRAIN_STEP_SECONDS)

    def close_all(self) -> None:
        """Close everyone now."""
        self.draining = True
        for peer in tuple(self._peers):
            peer.close(SHUTDOWN)
