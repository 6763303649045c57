"""How many people watch a broadcast now, over all workers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple

import orjson
import structlog

from channels.broker import Broker, BrokerUnavailable, Entry
from channels.hub import Hub
from domain.kernel import Clock, Event, LiveId, cloud_event

PREFIX: Final = "live:"
REPORT_SECONDS: Final = 4.0  # counts are remembered for ten

log = structlog.get_logger(__name__)


class ViewersCounted(Event):
    """How many watch now; at most one a second, and never replayed."""

    kind: ClassVar[str] = "live.viewers"

    live_id: int
    viewers: int

    @property
    def subject(self) -> str:
        return f"live/{self.live_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return (f"{PREFIX}{self.live_id}",)


async def viewers(broker: Broker, live_id: LiveId) -> int:
    """Return how many watch the broadcast, for its snapshot. Raises BrokerUnavailable."""
    return await broker.total(f"{PREFIX}{live_id}")


class Report(NamedTuple):
    """What was said of a channel, and until when (s of the loop) it need not be said again."""

    viewers: int
    good_until: float


@dataclass(slots=True)
class ViewerBoard:
    """Counts the listeners of ``live:`` channels here and announces the sums."""

    hub: Hub
    broker: Broker
    clock: Clock
    ids: Callable[[], str]
    _reported: dict[str, Report] = field(default_factory=dict)

    async def run(self, every_seconds: float) -> None:
        """Count and announce until cancelled."""
        while True:
            try:
                await self.report()
            except BrokerUnavailable as error:
                log.debug("viewers not counted", error=repr(error))
            await asyncio.sleep(every_seconds)

    async def report(self) -> None:
        """Report our counts, and announce the sums that changed. Raises BrokerUnavailable.

        A count that stays the same is reported again only to be remembered, or while the sum has
        not been announced yet.
        """
        watched = {feed.channel: len(feed) for feed in self.hub.feeds if _counted(feed.channel)}
        now = asyncio.get_running_loop().time()
        for channel in sorted({*self._reported, *watched}):
            count, last = watched.get(channel, 0), self._reported.get(channel)
            if last is not None and last.viewers == count and now < last.good_until:
                continue
            tally = await self.broker.tally(channel, count)
            if tally.news:
                await self.broker.publish(Entry(channel, self._event(channel, tally.total)))
            if count:
                again = now + REPORT_SECONDS if tally.settled else now
                self._reported[channel] = Report(count, again)
            elif tally.settled:
                self._reported.pop(channel, None)
            else:
                self._reported[channel] = Report(count, now)

    def _event(self, channel: str, total: int) -> bytes:
        live_id = int(channel.removeprefix(PREFIX))
        counted = ViewersCounted(at=self.clock(), live_id=live_id, viewers=total)
        return orjson.dumps(cloud_event(counted, event_id=self.ids()))


def _counted(channel: str) -> bool:
    name = channel.removeprefix(PREFIX)
    return name != channel and name.isascii() and name.isdigit()
