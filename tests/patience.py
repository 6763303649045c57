"""Waiting for what must become true, with a deadline instead of a guess."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.01


async def until(condition: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """Return the first true value of the condition, which may be a coroutine function."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        assert time.monotonic() < deadline, (
            f"not within {seconds} s: {inspect.getsource(condition)}"
        )
        await asyncio.sleep(LOOK_SECONDS)
