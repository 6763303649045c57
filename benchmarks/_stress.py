"""What our server does beyond the comfortable: 10 000 sockets, REST beside them, slow readers."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from benchmarks._contenders import CLIENT, SERVERS, Stage, on_core, ours
from benchmarks._dialect import centrifuge_json
from benchmarks._ears import Crowd, SlowEar, gather, leave
from benchmarks._figures import MS
from benchmarks._house import House
from benchmarks._machine import resident_kb
from benchmarks._trials import Load, carry, quiet

MANY: Final = 10_000
TO_MANY: Final = Load("one_by_one", 1, 10, 0.5, seconds_max=15)
TENS_TO_MANY: Final = Load("10_pending", 10, 6, 1.0, seconds_max=15)
CHEAP: Final = "/api/kok/discounted"  # out of the cache
CALLS_PER_SECOND, CALL_SECONDS = 100, 5
FEW, SLOW = 1000, 10
LARGE: Final = Load("16_kb", 2, 50, 0.1, size=16 * 1024)
# 6.5 MB for each: more than the kernel and the server together keep for a listener that is slow.
LARGE_LONG: Final = Load("16_kb", 2, 200, 0.1, size=16 * 1024, seconds_max=30)
SAMPLE_SECONDS: Final = 0.2
FAREWELL_SECONDS: Final = 10.0
TOLD_SLOW: Final = (3008).to_bytes(2, "big") + b"slow"
CLOSE: Final = 0x88


async def ten_thousand(house: House) -> dict[str, Any]:
    """Fill one worker with listeners; ask it something cheap, alone and while it fans out."""
    async with _stage(house) as stage:
        before = resident_kb(stage.server)
        told: dict[str, Any] = {"sockets": MANY, "get_alone": await _calls(stage)}
        crowd = Crowd()
        stage.meter.start()
        await gather(crowd, stage.dialect, port=stage.port, size=MANY)
        told["cpu_ms_per_connect"] = stage.meter.each(MANY, unit=MS)
        told |= await quiet(stage)
        told["kb_per_socket"] = round((resident_kb(stage.server) - before) / MANY, 1)
        told["resident_mb"] = round(resident_kb(stage.server) / 1024)
        told["get_beside_sockets"] = await _calls(stage)
        told["get_while_fanning_out"], told["one_by_one"] = await asyncio.gather(
            _calls(stage), carry(stage, crowd, TO_MANY)
        )
        told["10_pending"] = await carry(stage, crowd, TENS_TO_MANY)
        told["hung_up"] = crowd.hung_up
        await leave(crowd)
        return told


async def slow_readers(house: House) -> dict[str, Any]:
    """Send large messages to listeners of whom one in a hundred stops reading."""
    async with _stage(house) as stage:
        crowd = Crowd()
        await gather(crowd, stage.dialect, port=stage.port, size=FEW, slow=SLOW)
        without = await carry(stage, crowd, LARGE)
        slow = [ear for ear in crowd.ears if isinstance(ear, SlowEar)]
        for ear in slow:
            ear.stall()
        before = resident_kb(stage.server)
        most = asyncio.create_task(_most_resident_kb(stage.server))
        beside = await carry(stage, crowd, LARGE_LONG)
        most.cancel()
        grown = max(await most, resident_kb(stage.server)) - before
        fates = Counter([await _fate(ear) for ear in slow])
        hung_up = crowd.hung_up - sum(ear.closed.is_set() for ear in slow)
        await leave(crowd)
    return {
        "sockets": FEW,
        "slow": SLOW,
        "without": without,
        "with": beside,
        "grown_kb_per_slow_socket": round(grown / SLOW),
        "slow_ones": dict(fates),
        "hung_up": hung_up,
    }


@asynccontextmanager
async def _stage(house: House) -> AsyncIterator[Stage]:
    with on_core(SERVERS):
        context = ours(house, speaks=centrifuge_json)
        stage = await context.__aenter__()
    try:
        yield stage
    finally:
        await context.__aexit__(None, None, None)


async def _calls(stage: Stage) -> dict[str, float]:
    """Ask from another process, so that the listeners here do not slow the caller down."""
    what = (str(stage.port), CHEAP, str(CALLS_PER_SECOND), str(CALL_SECONDS))
    with on_core(CLIENT):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks._probe", *what, stdout=asyncio.subprocess.PIPE
        )
    out, _ = await process.communicate()
    told: dict[str, float] = json.loads(out)
    return told


async def _most_resident_kb(pid: int) -> int:
    most = 0
    try:
        while True:
            most = max(most, resident_kb(pid))
            await asyncio.sleep(SAMPLE_SECONDS)
    except asyncio.CancelledError:
        return most


async def _fate(ear: SlowEar) -> str:
    """Let a listener read again, and tell how the server had dealt with it."""
    if not ear.closed.is_set():
        ear.transport.resume_reading()
    try:
        async with asyncio.timeout(FAREWELL_SECONDS):
            await ear.closed.wait()
    except TimeoutError:
        return "still open"
    at = ear.last.rfind(TOLD_SLOW)
    said = at >= 2 and ear.last[at - 2] == CLOSE
    return "closed with 3008" if said else "cut off"
