"""Five hundred devices, two workers and a Redis that fail: no loss is kept from anybody."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import cycle

import pytest
from sqlalchemy import func, select

from channels.credentials import Credentials
from domain import homeshopping, kernel
from domain.kernel import Database, OutboxRow, UserId
from domain.notification.schemas import Draft
from domain.notification.service import Letter, deliver
from server.wiring import open_databases, realtime_tokens
from tests.engines import Redis, engine_room
from tests.journeys.devices import Device
from tests.journeys.workers import Worker, worker
from tests.patience import until
from tests.processes import Process, environment
from tests.shop import a_user
from tests.stall import HS, HS_LATER, stock_a_stall

USERS, DEVICES_EACH, WATCHERS = 50, 5, 125
READERS_A_ROUND = 10
ROUND_SECONDS = 0.1
PAUSE_SECONDS = 10
REPAIR_SECONDS = 40.0


@dataclass
class News:
    """Committed to the database all the time, whatever fails; the relay does the rest."""

    db: Database
    readers: list[UserId]
    rounds: int = 0
    _rounds: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Make news from now on."""
        self._rounds = asyncio.create_task(self._go_on())

    async def end(self) -> None:
        """Make no more, and wait until all were told."""
        assert self._rounds is not None
        self._rounds.cancel()
        await asyncio.wait([self._rounds])
        assert self._rounds.cancelled(), self._rounds.exception()
        await until(self._told, seconds=REPAIR_SECONDS)

    async def more(self, rounds: int = 5) -> None:
        """Return when there were so many more rounds."""
        goal = self.rounds + rounds
        await until(lambda: self.rounds >= goal)

    async def _go_on(self) -> None:
        readers = cycle(self.readers)
        for number in cycle(range(1_000)):
            told = [next(readers) for _ in range(READERS_A_ROUND)]
            await self._tell(number, told)
            self.rounds += 1
            await asyncio.sleep(ROUND_SECONDS)

    async def _tell(self, number: int, readers: list[UserId]) -> None:
        now = kernel.utc_now()
        draft = Draft(
            notification_type="broadcast_start",
            related_entity_type="live",
            related_entity_id=1,
            title="곧 시작",
            message=f"{number}번째 소식",
        )
        async with self.db.sessions.begin() as session:
            await deliver(session, [Letter(each, draft, now) for each in sorted(readers)])
        for product_id in (HS, HS_LATER):
            async with self.db.sessions.begin() as session:
                await homeshopping.change_price(
                    session, product_id, dc_rate=10, dc_price=9_000 + number, now=now
                )

    async def _told(self) -> bool:
        async with self.db.reads() as session:
            waiting = select(func.count()).where(OutboxRow.sent_at.is_(None))
            return await session.scalar(waiting) == 0


@dataclass
class Town:
    """Everybody, listening."""

    redis: Redis
    workers: list[Worker]
    news: News
    devices: list[Device]
    following: dict[asyncio.Task[None], Device] = field(default_factory=dict)

    @property
    def url(self) -> list[str]:
        """Where the workers are."""
        return [each.url for each in self.workers]

    def listen(self, devices: list[Device]) -> None:
        """Let the devices follow their channels."""
        for device in devices:
            self.following[asyncio.create_task(device.follow())] = device

    async def all_listen(self) -> None:
        """Wait until every device listens."""
        await self.so(lambda: all(each.listening for each in self.following.values()))

    async def so(self, condition) -> None:
        """Wait until it is so, unless a device finds a gap first."""

        def looked():
            for task in self.following:
                if task.done():
                    task.result()
            return condition()

        await until(looked, seconds=REPAIR_SECONDS)

    async def judged(self, *, losses: set[int]) -> None:
        """End the news and demand that nobody misses anything they were not told of.

        ``losses`` is how often a device may have been told that something is lost.
        """
        await self.news.end()
        await self.all_listen()
        await self._all_know_what_a_newcomer_sees()
        told = await self._told()
        for device in self.devices:
            for span in device.spans:
                assert is_run(span, told[device.channel]), device
        assert set(Counter(each.losses for each in self.devices)) <= losses

    async def _all_know_what_a_newcomer_sees(self) -> None:
        channels = {each.channel: each for each in self.devices}
        newcomers = [Device(each.channel, each.token, self.url) for each in channels.values()]
        self.listen(newcomers)
        await self.so(lambda: all(each.state for each in newcomers))
        fresh = {each.channel: each.state for each in newcomers}
        await self.so(lambda: all(each.state == fresh[each.channel] for each in self.devices))

    async def _told(self) -> dict[str, list[str]]:
        told: dict[str, list[str]] = {}
        async with self.news.db.reads() as session:
            rows = select(OutboxRow.event_id, OutboxRow.topics).order_by(OutboxRow.id)
            for event_id, topics in await session.execute(rows):
                for topic in topics:
                    told.setdefault(topic, []).append(event_id)
        return told


def is_run(part: list[str], whole: list[str]) -> bool:
    """Tell whether the part is somewhere in the whole, without a hole and without a repetition."""
    if not part:
        return True
    start = whole.index(part[0])
    return whole[start : start + len(part)] == part


@pytest.fixture(params=[True, False], ids=["durable", "forgetful"])
def durable(request) -> bool:
    """Whether Redis keeps its data over a restart."""
    return request.param


@asynccontextmanager
async def open_town(settings, logs, *, durable: bool = True) -> AsyncIterator[Town]:
    """Start it all, and wait until everybody listens."""
    async with AsyncExitStack() as stack:
        redis = Redis(stack.enter_context(engine_room()), appendonly=durable)
        stack.enter_context(closing(redis)).start()
        settings = settings.model_copy(update={"redis_url": redis.url})
        db, analytics = open_databases(settings)
        for database in (db, analytics):
            stack.push_async_callback(database.close)
        stall = await stock_a_stall(db, kernel.utc_now())
        async with db.sessions.begin() as session:
            users = [await a_user(session, f"reader{n}") for n in range(USERS)]
        env = environment(settings)
        # The relay works on in a process of its own, so that there is something to be missed.
        stack.enter_context(Process("clock", env=env, log=logs / "clock.log"))
        logs_of = (logs / f"worker{n}.log" for n in range(2))
        opened = (worker("--no-clock", env=env, log=log) for log in logs_of)
        workers = await asyncio.gather(*map(stack.enter_async_context, opened))
        town = Town(redis, workers, News(db, users), [])
        stack.push_async_callback(_home, town)
        town.devices = devices(settings, stall, users, town.url)
        town.listen(town.devices)
        await town.all_listen()
        town.news.begin()
        await town.news.more()
        yield town


def devices(settings, stall, users: list[UserId], servers: list[str]) -> list[Device]:
    """Return five devices of each user, and as many that watch; they begin at different workers."""
    tokens, now = realtime_tokens(settings), kernel.utc_now()
    wishes = [
        (f"user:{user}", tokens.issue_connection(Credentials(user), now=now).token)
        for user in users
        for _ in range(DEVICES_EACH)
    ]
    watched = [f"live:{live_id}" for live_id in (stall.on_air, stall.to_come)]
    wishes += [(channel, "") for channel in watched for _ in range(WATCHERS)]
    ways = cycle((servers, servers[::-1]))
    return [Device(channel, token, next(ways)) for channel, token in wishes]


async def _home(town: Town) -> None:
    for task in town.following:
        task.cancel()
    await asyncio.gather(*town.following, return_exceptions=True)


async def test_a_killed_worker_loses_nobody_anything(real_settings, tmp_path):
    """Its half of the devices goes to the other worker, and recovers every event."""
    async with open_town(real_settings, tmp_path) as town:
        killed, other = town.workers
        await killed.kill()
        await town.news.more()
        await town.all_listen()
        await killed.start()
        await other.kill()
        await town.news.more()
        await town.judged(losses={0})
        assert all(each.recoveries for each in town.devices)
        assert any(each.made_good for each in town.devices)


async def test_workers_are_replaced_one_by_one_without_a_loss(real_settings, tmp_path):
    """Each tells its devices to come back elsewhere, and they recover every event there."""
    async with open_town(real_settings, tmp_path) as town:
        for each in town.workers:
            await each.stop()
            await town.news.more()
            await each.start()
            await town.all_listen()
        await town.news.more()
        await town.judged(losses={0})
        assert all(set(each.closes) == {3001} for each in town.devices)
        assert all(each.recoveries for each in town.devices)
        assert any(each.made_good for each in town.devices)


async def test_redis_starts_again(durable, real_settings, tmp_path):
    """With its data nothing is lost; without, everybody is told so and given a new snapshot."""
    async with open_town(real_settings, tmp_path, durable=durable) as town:
        town.redis.kill()
        await town.news.more()
        town.redis.start()
        await town.news.more(30)
        await town.judged(losses={0} if durable else {1, 2})


async def test_redis_stands_still_for_ten_seconds(real_settings, tmp_path):
    """What happens meanwhile is told later, to all, and to each once."""
    now = asyncio.get_running_loop().time
    async with open_town(real_settings, tmp_path) as town:
        town.redis.freeze()
        began = now()
        await until(lambda: now() - began >= PAUSE_SECONDS, seconds=2 * PAUSE_SECONDS)
        town.redis.thaw()
        await town.news.more()
        await town.judged(losses={0})
