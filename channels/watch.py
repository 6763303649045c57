"""Waiting for news of one channel inside a request, woken by whichever worker made the news."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from channels.broker import Broker, BrokerUnavailable
from channels.codes import Code
from channels.form import Batch
from channels.hub import Hub
from channels.protocol import Passage
from channels.subscription import Subscription
from domain.kernel import UserId


@dataclass(eq=False, slots=True)
class Watch:
    """A listener that only wants to know that something was said."""

    user_id: UserId | None = None
    session_id: str | None = None
    client: str = ""
    pending: int = 0
    direct: None = None
    stopping: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def news(self, *, within_seconds: float) -> None:
        """Return when the channel spoke, the server stops, or the time is over."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    def offer(self, subscription: Subscription, batch: Batch) -> None:
        """Wake up."""
        self._news.set()

    def tell(self, subscription: Subscription, passage: Passage) -> None:
        """Sleep on: who comes and goes is no news."""

    def lost(self, subscription: Subscription) -> None:
        """Wake up: something was said that was not heard."""
        self._news.set()

    def dismiss(self, subscription: Subscription, code: Code) -> None:
        """Wake up: nothing more will be heard."""
        self._news.set()

    def prolong(self, expires_at: datetime | None) -> None:
        """Live as long as the request that waits."""

    def close(self, code: Code) -> None:
        """Wake up for good: this server will hear nothing more."""
        self.stopping = True
        self._news.set()


@asynccontextmanager
async def watch(hub: Hub, broker: Broker, channel: str) -> AsyncIterator[Watch]:
    """Listen to the channel for as long as the block lasts; look at the state only inside it.

    Without a broker nobody wakes the watch, so its reader must look again by itself.
    """
    watcher = Watch()
    subscription = Subscription(channel, watcher, held=None)
    hub.arrive(watcher)
    hub.join(subscription)
    try:
        with suppress(BrokerUnavailable):  # the reader's own looks are the net
            await broker.subscribe(channel)
        yield watcher
    finally:
        hub.depart(watcher)
        if hub.leave(subscription):
            broker.unsubscribe(channel)
