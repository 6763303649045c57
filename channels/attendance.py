"""Keeps the broker informed of who listens to the channels on which that may be seen."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import structlog

from channels.broker import Broker, BrokerUnavailable, Member
from channels.hub import Hub
from channels.limits import Limits
from channels.subscription import Subscription

WAITING_MAX: Final = 100_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody enters or leaves a channel."""

    channel: str
    member: Member
    announce: bool
    entering: bool


@dataclass(slots=True)
class Attendance:
    """Reports who comes and goes in that order, and now and then everybody who is here.

    What the broker does not hear is put right by the next renewal, or by being forgotten.
    """

    hub: Hub
    broker: Broker
    limits: Limits
    chance: random.Random
    _steps: deque[Step] = field(default_factory=lambda: deque(maxlen=WAITING_MAX))
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _renewing: bool = False
    _reported: int = 0
    _settled: int = 0  # of what was reported, passed on or lost
    _asking: deque[tuple[int, asyncio.Future[None]]] = field(default_factory=deque)

    def enter(self, subscription: Subscription) -> None:
        """Report that somebody came. Cheap, never waits."""
        self._report(subscription, entering=True)

    def leave(self, subscription: Subscription) -> None:
        """Report that somebody left, if it was reported that they came. Cheap, never waits."""
        self._report(subscription, entering=False)

    async def settled(self) -> None:
        """Return when all that was reported so far has been passed on, or lost."""
        if self._settled < self._reported:
            told = asyncio.get_running_loop().create_future()
            self._asking.append((self._reported, told))
            await told

    async def run(self) -> None:
        """Pass reports on until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._steps or self._renewing:
                if self._renewing:
                    self._renewing = False
                    await self._renew()
                if self._steps:
                    await self._pass_on(self._steps.popleft())
                    self._settle()

    async def keep_renewing(self) -> None:
        """Have everybody who is here reported now and then, until cancelled."""
        while True:
            await asyncio.sleep(self.chance.uniform(0.75, 1) * self.limits.presence_seconds)
            self.renew()

    def renew(self) -> None:
        """Have everybody who is here reported, in turn with those who come and go."""
        self._renewing = True
        self._news.set()

    async def _renew(self) -> None:
        # Whoever has a step ahead is about to come or to go, and is not to be found there before.
        moving = {(step.channel, step.member.client) for step in self._steps}
        members = [
            (feed.channel, subscription.member)
            for feed in self.hub.feeds
            for subscription in feed
            if subscription.member is not None
            and (feed.channel, subscription.member.client) not in moving
        ]
        try:
            await self.broker.renew(members)
        except BrokerUnavailable as error:
            log.warning("presence not renewed", error=repr(error))

    def _report(self, subscription: Subscription, *, entering: bool) -> None:
        if subscription.member is None:
            return
        announce = subscription.rules.join_leave
        self._steps.append(Step(subscription.channel, subscription.member, announce, entering))
        self._reported += 1
        self._news.set()

    def _settle(self) -> None:
        self._settled = self._reported - len(self._steps)
        while self._asking and self._asking[0][0] <= self._settled:
            _, told = self._asking.popleft()
            if not told.done():
                told.set_result(None)

    async def _pass_on(self, step: Step) -> None:
        pass_on = self.broker.enter if step.entering else self.broker.leave
        try:
            await pass_on(step.channel, step.member, announce=step.announce)
        except BrokerUnavailable as error:
            log.debug("presence not reported", channel=step.channel, error=repr(error))
