"""Who comes and goes is reported in that order, and whoever asks is not kept waiting."""

import asyncio
import random

from channels.attendance import Attendance
from channels.broker import Member
from channels.hub import Hub
from channels.limits import Limits
from channels.rules import OWN_DEVICES
from channels.subscription import Subscription
from channels.watch import Watch


class Crowded:
    """A broker to whom somebody else comes whenever somebody came."""

    def __init__(self) -> None:
        self.entered = 0
        self.attendance = Attendance(Hub(), self, Limits(), random.Random(7))

    async def enter(self, channel, member, *, announce):
        await asyncio.sleep(0)
        self.entered += 1
        self.comes()

    def comes(self):
        """Let one more come."""
        member = Member(f"{self.entered}", "", b"{}")
        self.attendance.enter(Subscription("c", Watch(), rules=OWN_DEVICES, member=member))


async def test_whoever_asks_waits_for_what_was_reported_and_not_for_what_follows():
    """Among those who come all the time there is always another one."""
    broker = Crowded()
    broker.comes()
    broker.comes()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        reporting = tasks.create_task(broker.attendance.run())
        await broker.attendance.settled()
        assert 2 <= broker.entered <= 3
        reporting.cancel()


async def test_nobody_waits_when_nothing_was_reported():
    """As on a quiet morning."""
    await Crowded().attendance.settled()
