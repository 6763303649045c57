"""The whole service on real engines: started, filled with the demo shop, and stopped."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal

from redis.asyncio import Redis

from benchmarks._machine import Meter
from benchmarks._wire import HOST, HttpLine, dial
from channels.journal import LINGER_SECONDS
from demo import loader
from domain import homeshopping, kernel, user
from domain.homeshopping import Broadcast, NewBroadcast, Promotion
from domain.kernel import Database, LiveId, UserId
from server.processes import migrate
from server.settings import Settings
from server.wiring import access_tokens, journal_stream, open_databases, refresh_tokens
from tests.engines import Engine, Engines, claim_port, engines

Clock = Literal["inside", "beside", "none"]
Fill = Callable[[Settings, Database, Database], Awaitable[None]]

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 20.0
POLL_SECONDS: Final = 0.02
ALL: Final = 1000
UNLIMITED: Final = 10**9  # how often one caller may ask: limits are counted, and never reached
NOBODY: Final = f"http://{HOST}:9"  # no provider is asked behind our back
STOCK: Final = 1_000_000
PASSWORD: Final = "benchmark-password-1"  # noqa: S105 (of accounts that live for one run)


@dataclass(frozen=True, slots=True)
class Buyer:
    """An account with an open session."""

    user_id: UserId
    email: str
    token: str

    @property
    def bearer(self) -> str:
        """The header line that says who asks."""
        return f"Authorization: Bearer {self.token}\r\n"


@dataclass(frozen=True, slots=True)
class House:
    """A running service, and the way in behind its back."""

    settings: Settings
    db: Database
    processes: Mapping[str, int]  # our own, by name
    engines: Engines

    @property
    def port(self) -> int:
        """Where the server listens."""
        return self.settings.port

    @property
    def server(self) -> int:
        """The process that serves."""
        return self.processes["server"]

    def meter(self, *names: str) -> Meter:
        """Return what reads the CPU time of the server and of the engines, or of those named."""
        three: dict[str, Engine] = {
            "mariadb": self.engines.mariadb,
            "redis": self.engines.redis,
            "postgres": self.engines.postgres,
        }
        pids = {
            name: int(each.pid_file.read_text())
            for name, each in three.items()
            if not names or name in names
        }
        return Meter({**self.processes, **pids})

    async def lines(self, count: int) -> list[HttpLine]:
        """Open keep-alive connections to the server."""
        lines = [HttpLine() for _ in range(count)]
        for line in lines:
            await dial(line, self.port)
        return lines

    async def buyers(self, count: int) -> list[Buyer]:
        """Open accounts of one password, each with a session."""
        tokens, refresh = access_tokens(self.settings), refresh_tokens(self.settings)
        with closing(user.Passwords(cost=self.settings.bcrypt_cost)) as passwords:
            hashed = await passwords.hash(PASSWORD)
        now, opened = datetime.now(UTC), []
        async with self.db.sessions.begin() as session:
            for number in range(count):
                email = f"buyer{number}@example.com"
                one = await user.sign_up(
                    session, email=email, username=f"손님{number}", password_hash=hashed, now=now
                )
                grant = await user.open_session(
                    session, one, tokens=refresh, device=user.Device(), now=now
                )
                who = UserId(grant.user_id)
                token = tokens.issue(who, grant.role, session_id=grant.session_id, now=now)
                opened.append(Buyer(who, email, token))
        return opened

    async def shelves(self, count: int) -> list[int]:
        """Return products that broadcasts of today show, none of which will sell out."""
        now = datetime.now(UTC)
        async with self.db.sessions.begin() as session:
            today = await homeshopping.day_schedule(session, kernel.business_day(now))
            shown = sorted({each.product.product_id for each in today.broadcasts})[:count]
            for product_id in shown:
                await homeshopping.restock(session, product_id, STOCK, now=now)
        return shown

    async def show(self, products: Sequence[int]) -> list[LiveId]:
        """Put the products on air, in one slot that lasts an hour; return their broadcasts."""
        now = datetime.now(UTC)
        slot: list[Broadcast] = []
        async with self.db.sessions.begin() as session:
            for product_id in products:
                new = NewBroadcast(
                    homeshopping_id=1,
                    product_id=product_id,
                    promotion_type=Promotion.SUB if slot else Promotion.MAIN,
                    starts_at=now - timedelta(minutes=1),
                    ends_at=now + timedelta(hours=1),
                )
                slot.append(await homeshopping.schedule(session, new, now=now))
            await session.flush()
            await homeshopping.start_due(session, now=now, limit=ALL)
        return [LiveId(each.live_id) for each in slot]

    async def settled(self) -> None:
        """Wait until everything that happened so far was told, and written into the event log."""
        await asyncio.sleep(2 * LINGER_SECONDS)  # so long notes gather before they are carried
        async with asyncio.timeout(START_SECONDS), Redis.from_url(self.settings.redis_url) as redis:
            log = journal_stream(redis, self.settings)
            while await self._restless() or await log.waiting():  # noqa: ASYNC110 (changed elsewhere)
                await asyncio.sleep(POLL_SECONDS)

    async def _restless(self) -> bool:
        async with self.db.reads() as session:
            waiting, _ = await kernel.lag(session)
            return bool(waiting) or await kernel.anything_unheard(session)


@asynccontextmanager
async def open_house(
    *, clock: Clock = "inside", fill: Fill | None = None, durable: bool = False
) -> AsyncIterator[House]:
    """Start engines and server, and stop them at the end.

    ``clock`` tells whether jobs and relay run in the server, in a process beside it, or not.
    ``fill`` puts other things into the databases than the demo shop. ``durable`` lets commits
    wait for the disk.
    """
    async with (
        furnished(fill=fill, durable=durable) as house,
        served(house, clock=clock) as open_now,
    ):
        yield open_now


@asynccontextmanager
async def furnished(*, fill: Fill | None = None, durable: bool = False) -> AsyncIterator[House]:
    """Start engines and fill the databases; nobody serves yet."""
    with (
        engines(durable=durable) as started,
        tempfile.TemporaryDirectory(prefix="uhok-bench-") as folder,
    ):
        claim, port = claim_port()
        settings = Settings(
            host=HOST,
            port=port,
            data_dir=Path(folder),
            service_db_url=started.mariadb.url,
            analytics_db_url=started.postgres.url,
            redis_url=started.redis.url,
            payment_server_url2=NOBODY,
        )
        await migrate(settings)
        db, analytics = open_databases(settings)
        with closing(claim):
            try:
                await (fill or _load_demo)(settings, db, analytics)
                yield House(settings, db, {}, started)
            finally:
                await db.close()
                await analytics.close()


async def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait for the condition; tell whether it came in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition():
        if loop.time() > deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True


async def _load_demo(settings: Settings, db: Database, _analytics: Database) -> None:
    with closing(user.Passwords(cost=4)) as passwords:
        shop = loader.Shop(db, settings.media_dir, passwords)
        await loader.load(shop, now=datetime.now(UTC))


@asynccontextmanager
async def served(house: House, *, clock: Clock) -> AsyncIterator[House]:
    """Start the server of a furnished house, and stop it at the end."""
    settings = house.settings
    log = settings.data_dir / "server.log"
    commands: dict[str, Sequence[str]] = {
        "server": ("serve", "--clock" if clock == "inside" else "--no-clock")
    }
    if clock == "beside":
        commands["clock"] = ("clock",)
    started = {name: _start(settings, log, command) for name, command in commands.items()}
    try:
        await _ready(settings.port, started["server"], log)
        yield replace(house, processes={name: each.pid for name, each in started.items()})
    finally:
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        for process in started.values():
            _wait_for(process)


def _wait_for(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(settings: Settings, log: Path, command: Sequence[str]) -> subprocess.Popen[bytes]:
    given = {
        "HOST": settings.host,
        "PORT": str(settings.port),
        "DATA_DIR": str(settings.data_dir),
        "SERVICE_DB_URL": settings.service_db_url,
        "ANALYTICS_DB_URL": settings.analytics_db_url,
        "REDIS_URL": settings.redis_url,
        "PAYMENT_SERVER_URL2": settings.payment_server_url2,
        "LOG_JSON": "1",
        "OUTBOX_LAG_SECONDS_MAX": str(UNLIMITED),  # without a clock nothing is relayed
        "RATE_LIMIT_READS_PER_MINUTE": str(UNLIMITED),
        "RATE_LIMIT_WRITES_PER_MINUTE": str(UNLIMITED),
        "RATE_LIMIT_EMAIL_CHECKS_PER_MINUTE": str(UNLIMITED),
    }
    with log.open("ab") as out:
        return subprocess.Popen(
            (sys.executable, "-m", "server.cli", *command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=os.environ | given,
        )


async def _ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        line = HttpLine()
        try:
            await dial(line, port)
            status, _ = await line.ask("GET", "/readyz")
        except OSError:
            status = 0
        else:
            line.transport.close()
        if status == HTTPStatus.OK:
            return
        await asyncio.sleep(POLL_SECONDS)
    raise RuntimeError(f"the server did not start:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text()[-3000:]
