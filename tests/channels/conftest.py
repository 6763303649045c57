"""A channel layer over a toy shop, on fakeredis and on a real Redis."""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import fakeredis
import pytest
import redis.asyncio

from channels.broker.redis import RedisBroker
from channels.limits import Limits
from channels.live import Live, LiveParts, open_live
from domain import kernel
from tests.channels.doors import SERVERS, served
from tests.channels.toys import Journal, Phone, Tokens, Toy, soon
from tests.engines import Redis, engine_room


@pytest.fixture(scope="session")
def own_redis() -> Iterator[Redis]:
    """A Redis that a test may restart."""
    with engine_room() as root:
        engine = Redis(root)
        engine.start()
        yield engine
        engine.close()


@pytest.fixture
def fake() -> fakeredis.FakeServer:
    return fakeredis.FakeServer()


@pytest.fixture(params=["fake", "real"])
async def client(request, fake) -> AsyncIterator[redis.asyncio.Redis]:
    """A Redis client; each test has its own keys."""
    if request.param == "fake":
        client = fakeredis.FakeAsyncRedis(server=fake)
    else:
        client = redis.asyncio.Redis.from_url(request.getfixturevalue("own_redis").url)
    yield client
    await client.aclose()


@pytest.fixture
async def db(sqlite_url) -> AsyncIterator[kernel.Database]:
    """A SQLite file; what the channels ask of a database is tested with the domain."""
    database = kernel.open_database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
async def worker(client, db, toy, limits):
    """Start a worker of the shop; all workers of one test share their channels."""
    prefix = uuid4().hex
    async with AsyncExitStack() as stack:

        async def start() -> Live:
            broker = RedisBroker(client, prefix=prefix, chance=random.Random(7), beat_seconds=0.1)
            parts = LiveParts(
                broker=broker,
                db=db,
                topics=toy.topics(),
                authenticator=Tokens(),
                journal=Journal(),
                clock=kernel.utc_now,
                limits=limits,
                chance=random.Random(7),
            )
            live = await stack.enter_async_context(open_live(parts))
            await soon(lambda: live.healthy)
            return live

        yield start


@pytest.fixture
async def live(worker) -> Live:
    return await worker()


@pytest.fixture
async def phones():
    """Open connections without sockets, on any worker."""
    opened = []

    def call(live: Live) -> Phone:
        phone = Phone(live)
        opened.append(phone)
        return phone

    yield call
    for phone in opened:
        phone.connection.close(None)


@pytest.fixture
async def phone(phones, live) -> Phone:
    return phones(live)


@pytest.fixture
def server() -> str:
    """Under which server the doors stand."""
    return "ours"


@pytest.fixture
async def serve(server):
    """Serve a worker on a free port, by default as in production, and return its address."""
    async with AsyncExitStack() as stack:

        async def start(live: Live) -> str:
            return await stack.enter_async_context(served(live, SERVERS[server]))

        yield start
