"""One contender's turn: its listeners come, hear messages at several paces, and go."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from benchmarks._contenders import Stage
from benchmarks._ears import Crowd, gather, leave
from benchmarks._figures import MS, US, latency
from benchmarks._machine import resident_kb

WARM_UP, WARM_UP_MESSAGES = 50, 10
SETTLE_SECONDS: Final = 1.5  # until the number of listeners was announced, where it is
QUIET_SECONDS: Final = 1.0
TAIL_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """How many messages are published together, how often, and every how many seconds."""

    name: str
    messages: int
    times: int
    every: float
    size: int = 256  # bytes
    seconds_max: float = 5.0  # after which a slow server is not asked again


LOADS: Final = (
    Load("one_by_one", 1, 25, 0.2),
    Load("10_pending", 10, 25, 0.1),
    Load("100_pending", 100, 5, 0.5),
)


async def take_turn(stage: Stage, *, listeners: int) -> dict[str, Any]:
    """Return what a fresh server's listeners cost it, in memory first and then in CPU."""
    await _warm_up(stage)
    before = resident_kb(stage.server)
    crowd = Crowd()
    stage.meter.start()
    await gather(crowd, stage.dialect, port=stage.port, size=listeners)
    entering = stage.meter.each(listeners, unit=MS)
    told: dict[str, Any] = {"cpu_ms_per_connect": entering}
    told |= await quiet(stage)
    at_rest = told["cpu_ms_per_quiet_second"]
    told["kb_per_socket"] = round((resident_kb(stage.server) - before) / listeners, 1)
    for load in LOADS:
        told[load.name] = await carry(stage, crowd, load)
        told[load.name]["cpu_us_above_quiet"] = _above(told[load.name], at_rest)
    told["hung_up"] = crowd.hung_up
    await leave(crowd)
    return told


def _above(carried: dict[str, Any], at_rest: dict[str, float]) -> float:
    """Return the CPU time per delivery, of all but the client, without what passes in any case."""
    spent = carried["cpu_us_per_delivery"]
    idle = sum(share for name, share in at_rest.items() if name != "client")
    whole = sum(share for name, share in spent.items() if name != "client")
    per_delivery = idle * MS * carried["seconds"] / carried["deliveries"] / US
    return round(float(whole - per_delivery), 3)


async def quiet(stage: Stage) -> dict[str, Any]:
    """Return what it costs to listen to nothing, in ms of CPU time a second."""
    await asyncio.sleep(SETTLE_SECONDS)
    stage.meter.start()
    await asyncio.sleep(QUIET_SECONDS)
    return {"cpu_ms_per_quiet_second": stage.meter.each(1, unit=MS * QUIET_SECONDS)}


async def _warm_up(stage: Stage) -> None:
    """Let a few listeners come and go: what is loaded once is no socket's."""
    crowd = Crowd()
    await gather(crowd, stage.dialect, port=stage.port, size=WARM_UP)
    await _say(stage, crowd, Load("warm_up", WARM_UP_MESSAGES, 1, 0), due=time.monotonic())
    assert crowd.count, "nobody hears anything"
    await leave(crowd)


async def carry(stage: Stage, crowd: Crowd, load: Load) -> dict[str, Any]:
    """Publish at the load's pace.

    A single message's age counts from when it was due to be published, so a server that falls
    behind is seen to; messages that were pending together count from when they were published.
    """
    crowd.forget()
    spans: list[float] = []
    stage.meter.start()
    began = time.monotonic()
    for number in range(load.times):
        due = began + number * load.every
        if due - began > load.seconds_max or time.monotonic() - began > load.seconds_max:
            break
        await asyncio.sleep(due - time.monotonic())
        due = due if load.messages == 1 else time.monotonic()
        spans.append(await _say(stage, crowd, load, due=due))
    await asyncio.sleep(began + len(spans) * load.every - time.monotonic())
    each = load.messages * crowd.listening
    return {
        "deliveries": crowd.due,
        "seconds": round(time.monotonic() - began, 3),
        "cpu_us_per_delivery": stage.meter.each(crowd.due, unit=US),
        "age": latency(crowd.ages()),
        "deliveries_per_second": round(each / median(spans)),
        "lost": crowd.due - crowd.count,
        "astray": crowd.astray,
    }


async def _say(stage: Stage, crowd: Crowd, load: Load, *, due: float) -> float:
    """Publish once; return how long it took until the last listener had it."""
    messages = crowd.say(load.messages, size=load.size, due=due)
    began = time.monotonic()
    await stage.publish(messages)
    await crowd.complete(seconds=TAIL_SECONDS)
    return (crowd.heard[-1][0] if crowd.heard else time.monotonic()) - began
