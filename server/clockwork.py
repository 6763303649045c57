"""The clock's side of a process: which jobs ring and which loops run."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import chain

from channels.journal import Journal
from channels.recorder import Recorder
from scheduler import Tools
from scheduler.clock import AlarmClock, Loop
from scheduler.jobs import homeshopping, kernel, notification, order, payment, recommendation, user
from scheduler.leadership import Leadership
from server.state import State
from server.till import delays
from server.wiring import journal_stream

JOBS = tuple(
    chain.from_iterable(
        noun.JOBS
        for noun in (homeshopping, order, payment, notification, recommendation, user, kernel)
    )
)


def _recorder(state: State) -> Recorder:
    stream = journal_stream(state["redis"], state["settings"])
    return Recorder(
        journal=Journal(sink=stream),
        stream=stream,
        db=state["db"],
        analytics=state["analytics"],
        clock=state["clock"],
    )


@asynccontextmanager
async def standing_by(state: State) -> AsyncIterator[AlarmClock]:
    """Ring every job whenever this process leads, for as long as the block lasts."""
    settings = state["settings"]
    tools = Tools(
        db=state["db"],
        analytics=state["analytics"],
        clock=state["clock"],
        till=state["till"],
        embedder=state["embedder"],
        delays=delays(settings),
        lead=timedelta(minutes=settings.broadcast_soon_minutes),
    )
    alarm = AlarmClock(
        tools=tools,
        leadership=Leadership(redis=state["redis"], prefix=settings.redis_prefix.rstrip(":")),
        jobs=JOBS,
        loops=(
            Loop(name="relay", run=state["live"].relay.run),
            Loop(name="recorder", run=_recorder(state).run),
        ),
    )
    running = asyncio.create_task(alarm.run(), name="alarm clock")
    try:
        yield alarm
    finally:
        running.cancel()
        await asyncio.wait([running])
