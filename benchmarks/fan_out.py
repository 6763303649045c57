"""What one message costs that 1 000 listeners of one ``live:`` channel are waiting for.

Messages of 256 bytes, first one at a time, then 100 at once, to WebSockets and to event streams:
the CPU time of the server (and of Redis) per delivery, and how old a message is when a listener
has it. Where nginx with nchan is installed, it is asked the same in the same run. ``kb_per_socket``
is what the server's resident memory grew by, per connected and subscribed WebSocket; the event
streams come second, into memory that is already there, so theirs would say nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import uvloop

from benchmarks._doors import Door, Line, OurEventStream, OurWebSocket, theirs
from benchmarks._figures import US, latency, report
from benchmarks._house import House, open_house, until
from benchmarks._machine import resident_kb
from benchmarks._nchan import listening, missing, nchan
from channels.broker.redis import RedisBroker
from server.wiring import open_redis

LISTENERS: Final = 1000
BYTES: Final = 256
AT_ONCE: Final = 25  # listeners that connect side by side
WARM_UP: Final = 50
SINGLES, SINGLES_PER_SECOND = 60, 10
BURSTS, BURST = 4, 100
QUIET_SECONDS: Final = 1.0
TAIL_SECONDS: Final = 20.0
SENT: Final = b'"sent":'
DIGITS: Final = 17  # of a time with microseconds


@dataclass(slots=True)
class Crowd:
    """Listeners of one door, and how old the messages were that they heard."""

    door: Door
    lines: list[Line] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)

    async def gather(self, count: int) -> None:
        """Let so many listeners in, some at a time."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def enter() -> None:
            async with turns:
                self.lines.append(await self.door.enter(self._heard))

        async with asyncio.TaskGroup() as tasks:
            for _ in range(count):
                tasks.create_task(enter())

    async def hear(self, messages: int, *, beginning: float) -> None:
        """Publish so many messages and wait, if they come, until everybody has all of them."""
        before = len(self.ages)
        await self.door.publish([message() for _ in range(messages)])
        due = before + messages * len(self.lines)
        await until(lambda: len(self.ages) >= due, seconds=TAIL_SECONDS)
        await asyncio.sleep(max(0.0, beginning - time.monotonic()))

    async def leave(self) -> None:
        """Hang up."""
        for line in self.lines:
            line.transport.close()
        await until(lambda: all(line.closed for line in self.lines), seconds=TAIL_SECONDS)

    def _heard(self, text: bytes, now: float) -> None:
        at = text.find(SENT)
        if at >= 0:
            begin = at + len(SENT)
            self.ages.append(now - float(text[begin : begin + DIGITS]))


def message() -> bytes:
    """Return a JSON object of the agreed size that says when it was made."""
    start = SENT.decode() + f"{time.time():.6f}"
    return f'{{{start},"padding":"{"x" * (BYTES - len(start) - 15)}"}}'.encode()


async def measure(door: Door, *, fresh: bool) -> dict[str, Any]:
    """Return what listening through this door costs; memory only if it is the process's first."""
    async with _crowd(door, WARM_UP) as crowd:  # what is loaded once is no socket's
        await crowd.hear(10, beginning=0)
    before = resident_kb(door.server)
    async with _crowd(door, LISTENERS) as crowd:
        await asyncio.sleep(QUIET_SECONDS)
        grown = resident_kb(door.server) - before
        singles = await _series(crowd, SINGLES, messages=1, every=1 / SINGLES_PER_SECOND)
        burst = await _series(crowd, BURSTS, messages=BURST, every=0)
        hung_up = sum(line.closed for line in crowd.lines)
    told = {"one_at_a_time": singles, f"{BURST}_at_once": burst, "hung_up": hung_up}
    return told | ({"kb_per_socket": round(grown / LISTENERS, 1)} if fresh else {})


async def _series(crowd: Crowd, count: int, *, messages: int, every: float) -> dict[str, Any]:
    crowd.ages.clear()
    crowd.door.meter.start()
    began = time.monotonic()
    for number in range(1, count + 1):
        await crowd.hear(messages, beginning=began + number * every)
    lasted = time.monotonic() - began
    due = count * messages * len(crowd.lines)
    return {
        "cpu_us_per_delivery": crowd.door.meter.each(due, unit=US),
        "age": latency(crowd.ages),
        "lost": due - len(crowd.ages),
        "deliveries_per_second": round(len(crowd.ages) / lasted),
    }


@asynccontextmanager
async def _crowd(door: Door, size: int) -> AsyncIterator[Crowd]:
    crowd = Crowd(door)
    await crowd.gather(size)
    yield crowd
    await crowd.leave()


async def measure_all(doors: Sequence[Door]) -> dict[str, Any]:
    """Measure the doors of one process in turn."""
    return {door.name: await measure(door, fresh=door is doors[0]) for door in doors}


async def measure_ours(house: House) -> dict[str, Any]:
    """Measure our two doors."""
    [live_id, *_] = await house.show(await house.shelves(1))
    async with open_redis(house.settings) as redis:
        doors = [
            kind(
                port=house.port,
                server=house.server,
                meter=house.meter("redis"),
                channel=f"live:{live_id}",
                broker=RedisBroker(redis, prefix=house.settings.redis_prefix.rstrip(":")),
            )
            for kind in (OurWebSocket, OurEventStream)
        ]
        return await measure_all(doors)


async def measure_nchan() -> dict[str, Any]:
    """Measure nchan's two doors."""
    with nchan() as beside:
        await listening(beside.port)
        return await measure_all(await theirs(beside, at_once=BURST))


def ratios(ours: dict[str, Any], beside: dict[str, Any]) -> dict[str, Any]:
    """Return our CPU time per delivery, Redis included, as a multiple of nchan's."""

    def cost(measured: dict[str, Any], how: str) -> float:
        spent = measured[how]["cpu_us_per_delivery"]
        return float(spent["server"] + spent.get("redis", 0))

    return {
        door: {
            how: round(cost(ours[door], how) / cost(beside[door], how), 2)
            for how in ("one_at_a_time", f"{BURST}_at_once")
        }
        for door in ours
    }


async def main() -> None:
    """Measure and print."""
    told: dict[str, Any] = {"listeners": LISTENERS, "bytes": BYTES}
    async with open_house(clock="none") as house:
        ours = await measure_ours(house)
    if reason := missing():
        report("fan_out", told | {"ours": ours, "nchan": reason})
        return
    beside = await measure_nchan()
    times = {"cpu_ours_to_nchan": ratios(ours, beside)}
    report("fan_out", told | times | {"ours": ours, "nchan": beside})


if __name__ == "__main__":
    uvloop.run(main())
