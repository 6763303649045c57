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
from tests.patience import until


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


class Register:
    """A broker that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def enter(self, channel, member, *, announce):
        self.told.append(f"+{member.client}")

    async def leave(self, channel, member, *, announce):
        self.told.append(f"-{member.client}")

    async def renew(self, members):
        self.told.append("=" + "".join(sorted(member.client for _, member in members)))


async def test_who_comes_or_goes_is_not_renewed_before_that_is_reported():
    """Else nobody would be told that they came, and who left would stay for a minute."""
    hub, register = Hub(), Register()
    attendance = Attendance(hub, register, Limits(), random.Random(7))

    def comes(client):
        subscription = Subscription(
            "c", Watch(), held=None, rules=OWN_DEVICES, member=Member(client, "", b"{}")
        )
        hub.join(subscription)
        attendance.enter(subscription)
        return subscription

    async with asyncio.TaskGroup() as tasks:
        reporting = tasks.create_task(attendance.run())
        comes("a")
        leaver = comes("b")
        await attendance.settled()
        comes("c")
        hub.leave(leaver)
        attendance.leave(leaver)
        attendance.renew()
        await attendance.settled()
        attendance.renew()
        await until(lambda: len(register.told) == 6)
        reporting.cancel()
    assert register.told == ["+a", "+b", "=a", "+c", "-b", "=ac"]
