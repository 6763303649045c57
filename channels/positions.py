"""Finds the subscriptions that missed something, and lets their clients recover."""

import asyncio
import random
from dataclasses import dataclass

import structlog

from channels.broker import Broker, BrokerUnavailable
from channels.hub import Hub
from channels.limits import Limits

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PositionWatch:
    """Compares every position with the broker's, now and then and after each gap in the line."""

    hub: Hub
    broker: Broker
    limits: Limits
    chance: random.Random

    async def run(self) -> None:
        """Compare until cancelled."""
        while True:
            await self._until_due()
            try:
                behind = await self.compare()
            except BrokerUnavailable as error:
                log.warning("positions not compared", error=repr(error))
                await asyncio.sleep(self.chance.uniform(0.5, 1.5) * self.limits.again_seconds)
                self.hub.gap.set()  # until it has succeeded, nobody knows who is behind
                continue
            if behind:
                log.info("subscriptions were behind", count=behind)

    async def compare(self) -> int:
        """Tell every client that is behind, and return how many are. Raises BrokerUnavailable.

        Between reading the tops and comparing, one message makes a round trip through the broker:
        what was published before is delivered by then, so being late is not taken for a loss.
        """
        feeds = [feed for feed in self.hub.feeds if len(feed)]
        if not feeds:
            return 0
        tops = await self.broker.positions(feed.channel for feed in feeds)
        await self.broker.round_trip()
        behind = [
            subscription for feed in feeds for subscription in feed.behind(tops[feed.channel])
        ]
        for subscription in behind:
            subscription.peer.lost(subscription)
        return len(behind)

    async def _until_due(self) -> None:
        try:
            async with asyncio.timeout(self.chance.uniform(0.75, 1.25) * self.limits.check_seconds):
                await self.hub.gap.wait()
        except TimeoutError:
            return
        self.hub.gap.clear()
