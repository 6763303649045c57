"""Every event ends in the analytics database exactly once, whichever engine goes away."""

import asyncio

import redis.asyncio
from sqlalchemy import func, select

from domain import kernel, log
from server.migrate import migrate
from tests.channels.desk import Desk, note, running
from tests.engines import Postgres, engine_room
from tests.patience import until


async def test_postgres_away_for_a_while_loses_nothing(client, db, clock):
    """Events pile up in the stream and are written when it is back."""
    with engine_room() as root:
        engine = Postgres(root)
        engine.start()
        analytics = kernel.open_database(engine.url)
        await migrate(analytics, "analytics")
        desk = Desk(client, db, analytics, clock)
        async with running(desk.recorder):
            await desk.buy(5)

            async def all_there():
                return await desk.written() == await desk.facts()

            await until(all_there, seconds=20)
            engine.kill()
            await desk.buy(50)
            desk.journal.note(note(1))
            await desk.journal.flush()

            async def noticed():
                return desk.recorder._unsettled

            await until(noticed, seconds=20)
            await asyncio.to_thread(engine.start)

            async def caught_up():
                return await desk.stream.waiting() == 0

            await until(caught_up, seconds=20)
            assert await desk.written() == sorted([*await desk.facts(), "n-1"])
        async with analytics.reads() as session:
            total = await session.scalar(select(func.count()).select_from(log.LogRow))
        assert total == 56
        await analytics.close()
        engine.close()


async def test_redis_restarted_empty_loses_no_fact(own_redis, db, analytics, clock):
    """The recorder goes on by itself after a restart without persistence."""
    client = redis.asyncio.Redis.from_url(own_redis.url)
    desk = Desk(client, db, analytics, clock)
    await desk.work()
    await desk.buy(20)
    own_redis.kill()
    async with running(desk.recorder):
        await asyncio.to_thread(own_redis.start)
        clock.forward(seconds=5)

        async def all_there():
            return await desk.written() == await desk.facts()

        await until(all_there, seconds=20)
    await client.aclose()
