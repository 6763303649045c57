"""How many people watch a broadcast now, over all workers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import orjson
import structlog

from channels.broker import Broker, BrokerUnavailable, Entry
from channels.hub import Hub
from domain.kernel import Clock, LiveId, iso

PREFIX: Final = "live:"

log = structlog.get_logger(__name__)


async def viewers(broker: Broker, live_id: LiveId) -> int:
    """Return how many watch the broadcast, for its snapshot. Raises BrokerUnavailable."""
    return await broker.total(f"{PREFIX}{live_id}")


@dataclass(slots=True)
class ViewerBoard:
    """Counts the listeners of ``live:`` channels here and announces the sums."""

    hub: Hub
    broker: Broker
    clock: Clock
    ids: Callable[[], str]
    _reported: set[str] = field(default_factory=set)

    async def run(self, every_seconds: float) -> None:
        """Count and announce until cancelled."""
        while True:
            try:
                await self.report()
            except BrokerUnavailable as error:
                log.debug("viewers not counted", error=repr(error))
            await asyncio.sleep(every_seconds)

    async def report(self) -> None:
        """Report our counts, and announce the sums that changed. Raises BrokerUnavailable."""
        watched = set(self.hub.channels(PREFIX))
        for channel in sorted(watched | self._reported):
            tally = await self.broker.tally(channel, len(self.hub.listeners(channel)))
            if tally.news:
                await self.broker.publish(Entry(channel, self._event(channel, tally.total)))
        self._reported = watched

    def _event(self, channel: str, total: int) -> bytes:
        live_id = int(channel.removeprefix(PREFIX))
        return orjson.dumps(
            {
                "specversion": "1.0",
                "id": self.ids(),
                "source": "/uhok/live",
                "type": "live.viewers.v1",
                "subject": f"live/{live_id}",
                "time": iso(self.clock()),
                "datacontenttype": "application/json",
                "data": {"live_id": live_id, "viewers": total},
            }
        )
