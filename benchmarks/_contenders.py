"""The servers that are measured side by side, each with its door, its clock and its publisher."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import _dialect
from benchmarks._dialect import Dialect
from benchmarks._house import House, served
from benchmarks._machine import Meter
from benchmarks._nchan import listening, missing, nchan
from benchmarks._wire import Pipeline, dial
from channels.broker import Entry, Retention
from channels.broker.redis import RedisBroker
from server.wiring import open_redis
from tests.engines import claim_port

AS_LIVE: Final = Retention(200, 24 * 3600)  # what a live channel remembers
PEERS: Final = Path(__file__).parent / "peers"
# Django's channels has our package's name, so the peers live in an environment of their own.
PYTHON: Final = Path(sys.prefix) / "peers/bin/python"
DJANGO: Final = "django_channels.py"
STOP_SECONDS: Final = 5.0
SERVERS, CLIENT = 0, 1  # cores
CORES: Final = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()

Publish = Callable[[Sequence[bytes]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A server that runs: how to get in, and how to be heard."""

    port: int
    server: int  # the process
    dialect: Dialect
    meter: Meter
    publish: Publish


@dataclass(frozen=True, slots=True)
class Contender:
    """A server, a door of it, and why it cannot be measured here if so."""

    name: str
    open: Callable[[House], AbstractAsyncContextManager[Stage]]
    missing: Callable[[], str | None] = lambda: None


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Let what is started meanwhile run on one core, where there are two."""
    if not hasattr(os, "sched_setaffinity") or core not in os.sched_getaffinity(0):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@asynccontextmanager
async def ours(house: House, *, speaks: Callable[[str], Dialect]) -> AsyncIterator[Stage]:
    """Serve a broadcast; publish through Redis, in one round trip, as the relay does."""
    [live_id, *_] = await house.show(await house.shelves(1))
    channel = f"live:{live_id}"
    async with served(house, clock="none") as running, open_redis(house.settings) as redis:
        broker = RedisBroker(redis, prefix=house.settings.redis_prefix.rstrip(":"))

        async def publish(messages: Sequence[bytes]) -> None:
            entries = [Entry(channel, each, history=AS_LIVE) for each in messages]
            await broker.publish_many(entries)

        meter = running.meter("redis")
        yield Stage(running.port, running.server, speaks(channel), meter, publish)


@asynccontextmanager
async def theirs(_house: House, *, dialect: Dialect) -> AsyncIterator[Stage]:
    """Serve with nchan; a message is a POST, and several are pipelined."""
    with nchan() as running:
        await listening(running.port)
        line = Pipeline()
        await dial(line, running.port)
        meter = Meter({"server": running.pid})
        yield Stage(running.port, running.pid, dialect, meter, partial(line.post_all, "/pub"))
        line.transport.close()


@asynccontextmanager
async def peer(house: House, *, program: str, dialect: Dialect) -> AsyncIterator[Stage]:
    """Serve with a program of ``peers``; several messages are the lines of one POST."""
    with _running(program, redis=house.settings.redis_url) as (port, pid):
        await listening(port)
        line = Pipeline()
        await dial(line, port)

        async def publish(messages: Sequence[bytes]) -> None:
            await line.post_all("/publish", [b"\n".join(messages)])

        engine = house.meter("redis").processes if program == DJANGO else {}
        yield Stage(port, pid, dialect, Meter({"server": pid, **engine}), publish)
        line.transport.close()


@contextmanager
def _running(program: str, *, redis: str) -> Iterator[tuple[int, int]]:
    claim, port = claim_port()
    with closing(claim):
        process = subprocess.Popen((PYTHON, "-P", PEERS / program, str(port), redis))
        try:
            yield port, process.pid
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _no_peers() -> str | None:
    return None if PYTHON.exists() else "not installed: make bench installs it"


def _peer(name: str, program: str, dialect: Dialect) -> Contender:
    return Contender(name, partial(peer, program=program, dialect=dialect), _no_peers)


CONTENDERS: Final = (
    Contender("ours_websocket", partial(ours, speaks=_dialect.centrifuge_json)),
    Contender(
        "nchan_websocket", partial(theirs, dialect=_dialect.plain_websocket("/sub")), missing
    ),
    Contender("ours_protobuf", partial(ours, speaks=_dialect.centrifuge_protobuf)),
    Contender("ours_event_stream", partial(ours, speaks=_dialect.centrifuge_events)),
    Contender(
        "nchan_event_stream", partial(theirs, dialect=_dialect.plain_events("/sub")), missing
    ),
    _peer("starlette", "connection_manager.py", _dialect.plain_websocket("/listen")),
    _peer("socketio", "socket_io.py", _dialect.socket_io("/socket.io/")),
    _peer("django", DJANGO, _dialect.plain_websocket("/listen")),
)
