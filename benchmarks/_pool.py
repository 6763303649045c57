"""Many requests over a few keep-alive connections, at a given pace or as fast as they go."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks._wire import HttpLine

Act = Callable[[HttpLine, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked."""

    method: str
    path: str
    body: object = None
    headers: str = ""

    async def over(self, line: HttpLine) -> Any:  # noqa: ANN401 (any JSON)
        """Send it and return the answer; one that is no success is a fault of the benchmark."""
        status, body = await line.ask(self.method, self.path, body=self.body, headers=self.headers)
        if not 200 <= status < 300:
            raise RuntimeError(f"{self.method} {self.path}: {status} {body!r}")
        return orjson.loads(body)


async def paced(lines: Sequence[HttpLine], act: Act, *, count: int, rate: float) -> float:
    """Begin an act every ``1 / rate`` seconds, whatever the answers do; return the rate reached.

    When all lines are busy the next act waits for one.
    """
    free: asyncio.Queue[HttpLine] = asyncio.Queue()  # in turn, so that none is idle for long
    for line in lines:
        free.put_nowait(line)
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def once(line: HttpLine, number: int) -> None:
        await act(line, number)
        free.put_nowait(line)

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
            tasks.create_task(once(await free.get(), number))
    return count / (loop.time() - began)


async def flat_out(lines: Sequence[HttpLine], requests: Sequence[Request]) -> list[float]:
    """Send the requests one after another on every line; return how long each one took, in s."""
    waiting, spans = iter(requests), []

    async def work(line: HttpLine) -> None:
        for request in waiting:  # shared: each line takes the next one
            began = time.perf_counter()
            await request.over(line)
            spans.append(time.perf_counter() - began)

    async with asyncio.TaskGroup() as tasks:
        for line in lines:
            tasks.create_task(work(line))
    return spans
