"""The processes there are: web workers, clocks, and the migration that runs before them."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from os import environ

from starlette.applications import Starlette

from channels.live import order_disconnect
from domain import kernel, user
from domain.kernel import Database, UserId
from server import migrate as migrations
from server import sessions
from server.app import create_app
from server.clockwork import standing_by
from server.logs import set_up_logs
from server.metrics import gathered
from server.serving import drained, settle_memory
from server.serving import serve as serve_app
from server.settings import Settings
from server.state import State
from server.wiring import databases, open_broker, open_deny_list, open_redis, open_state

# A worker is started by its supervisor and reads what it should be from here.
CLOCK = "UHOK_WITH_CLOCK"


def serve(settings: Settings, *, with_clock: bool) -> None:
    """Serve until told to stop."""
    environ[CLOCK] = "1" if with_clock else ""
    with gathered(settings.workers):
        serve_app(settings, "server.processes:web")


def web() -> Starlette:
    """Return a worker's application; uvicorn calls it in each worker."""
    settings = Settings()
    set_up_logs(as_json=settings.json_logs)

    @asynccontextmanager
    async def resources() -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            state = await stack.enter_async_context(open_state(settings))
            if environ.get(CLOCK):
                await stack.enter_async_context(standing_by(state))
            await stack.enter_async_context(drained(state["live"]))
            settle_memory()
            yield state

    return create_app(settings, resources)


async def run_clock(settings: Settings) -> None:
    """Stand by as the clock until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_state(settings) as state, standing_by(state):
        settle_memory()
        await stop.wait()


async def appoint(settings: Settings, email: str, role: user.Role) -> int:
    """Give somebody a role, and tell the running processes; return how many sessions ended.

    Raises user.UserNotFound, user.EmailInvalid.
    """
    async with databases(settings) as (db, _):
        ended = await sessions.appoint(db, email, role, now=kernel.utc_now())
        return await _tell_of_the_end(settings, db, ended)


async def suspend(settings: Settings, email: str) -> int:
    """Shut somebody's account, and tell the running processes; return how many sessions ended.

    Raises user.UserNotFound, user.EmailInvalid.
    """
    async with databases(settings) as (db, _):
        whose, ended = await sessions.suspend(db, email, now=kernel.utc_now())
        return await _tell_of_the_end(settings, db, ended, of=whose)


async def reinstate(settings: Settings, email: str) -> None:
    """Open somebody's account again. Raises user.UserNotFound, user.EmailInvalid."""
    async with databases(settings) as (db, _):
        await sessions.reinstate(db, email, now=kernel.utc_now())


async def _tell_of_the_end(
    settings: Settings, db: Database, ended: Sequence[str], *, of: UserId | None = None
) -> int:
    """Tell the running processes which sessions ended, and whose connections all end; count."""
    async with open_redis(settings) as redis:
        denied = open_deny_list(settings, db, redis, clock=kernel.utc_now)
        await denied.add(ended)
        broker = open_broker(redis, settings, denied=denied)
        for session_id in ended:
            await order_disconnect(broker, session_id=session_id)
        if of is not None:  # tokens that another backend signed may name no session of ours
            await order_disconnect(broker, user_id=of)
        return len(ended)


async def migrate(settings: Settings) -> None:
    """Bring both databases to the newest version."""
    async with databases(settings) as (db, analytics):
        await migrations.migrate(db, "service")
        await migrations.migrate(analytics, "analytics")
