"""Every event ends in the analytics database exactly once, whoever dies on the way."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from channels.broker.journal import JournalStream
from channels.journal import Journal, encode
from channels.recorder import BATCH
from domain import log
from tests.channels.desk import Desk, note, running
from tests.patience import until


class NeverSettles(JournalStream):
    """A stream whose reader is killed after the commit."""

    async def settle(self, entries):
        raise asyncio.CancelledError


class NeverAppends(Journal):
    """A journal whose user is killed before the first fact."""

    async def append(self, rows):
        raise asyncio.CancelledError


@pytest.fixture
def desk(client, db, analytics, clock):
    return Desk(client, db, analytics, clock)


@asynccontextmanager
async def one_entry_per_address(analytics):
    """Make the database refuse what the fields allow."""
    async with analytics.engine.begin() as connection:
        await connection.execute(text("CREATE UNIQUE INDEX strict ON user_log (client_ip)"))
    yield
    async with analytics.engine.begin() as connection:
        await connection.execute(text("DROP INDEX strict"))


async def test_facts_and_notes_are_written_and_leave_the_stream(desk):
    """What is committed is settled."""
    await desk.buy(3)
    desk.journal.note(note(1))
    await desk.journal.flush()
    await desk.work()
    assert await desk.written() == sorted([*await desk.facts(), "n-1"])
    assert await desk.stream.waiting() == 0


async def test_the_running_recorder_hears_what_comes_later(desk):
    """It waits in Redis, not in turns."""
    async with running(desk.recorder):
        await desk.buy(2)

        async def all_there():
            return await desk.written() == await desk.facts()

        await until(all_there)


async def test_more_than_a_batch_is_written_whole(desk):
    """Batch after batch, nothing between them."""
    await desk.stream.add([encode(note(number)) for number in range(BATCH + 7)])
    await desk.work()
    assert len(await desk.written()) == BATCH + 7


async def test_a_recorder_killed_between_write_and_settle_repeats_nothing(desk):
    """The next one reads the same entries; the ids swallow them."""
    await desk.work()
    await desk.buy(5)
    desk.recorder.stream = desk.open_stream(NeverSettles)
    with pytest.raises(asyncio.CancelledError):
        await desk.recorder.record_once()
    assert await desk.written() == await desk.facts()
    assert await desk.stream.waiting() == 5
    desk.recorder = desk.hire()
    await desk.work()
    assert await desk.written() == await desk.facts()
    assert await desk.stream.waiting() == 0


async def test_two_recorders_at_once_write_each_event_once(desk):
    """A leader that does not know yet that it was deposed is waste, not harm."""
    await desk.buy(40)
    other = desk.hire()
    await asyncio.gather(desk.recorder.record_once(), other.record_once())
    await desk.work()
    assert await desk.written() == await desk.facts()


async def test_an_unreadable_entry_is_put_aside_and_holds_up_nothing(desk):
    """It is kept for people, with the reason, and its neighbours are written."""
    good = [encode(note(1)), encode(note(2))]
    await desk.stream.add([good[0], b"not json", b'{"event_id": "x"}', good[1]])
    await desk.work()
    assert await desk.written() == ["n-1", "n-2"]
    assert await desk.stream.waiting() == 0
    (first, why_first), (second, why_second) = await desk.stream.dead()
    assert (first, second) == (b"not json", b'{"event_id": "x"}')
    assert "json_invalid" in why_first
    assert "event_type missing" in why_second


async def test_an_entry_the_database_refuses_is_put_aside_alone(desk):
    """Halving finds the culprits among many."""
    async with one_entry_per_address(desk.analytics):
        entries = [note(number, client_ip=str(number % 17)) for number in range(20)]
        await desk.stream.add([encode(entry) for entry in entries])
        await desk.work()
    assert set(await desk.written()) == {f"n-{number}" for number in range(17)}
    dead = [log.Entry.model_validate_json(data).event_id for data, _ in await desk.stream.dead()]
    assert dead == ["n-17", "n-18", "n-19"]
    assert await desk.stream.waiting() == 0


async def test_redis_that_forgot_everything_loses_no_fact(desk):
    """Appended, told, not yet written when the memory goes: the outbox fills the stream again."""
    await desk.work()
    await desk.buy(4)
    await desk.buy(3, sent=False)
    await desk.redis.flushall()
    desk.clock.forward(seconds=5)
    await desk.work()
    assert await desk.written() == await desk.facts()
    assert len(await desk.facts()) == 7


async def test_redis_set_back_to_a_snapshot_loses_no_fact(desk):
    """A mark older than the one we wrote betrays it."""
    await desk.work()
    mark = await desk.stream.whole()
    desk.clock.forward(seconds=60)
    await desk.work()
    await desk.buy(4)
    await desk.redis.delete(f"{desk.prefix}:journal")
    await desk.redis.set(f"{desk.prefix}:{{journal}}:whole", mark)
    desk.clock.forward(seconds=2)
    await desk.work()
    assert await desk.written() == await desk.facts()


async def test_a_recorder_that_dies_while_filling_up_is_followed_by_one_that_does(desk):
    """The mark moves only after the work."""
    await desk.work()
    await desk.buy(4)
    await desk.redis.flushall()
    desk.clock.forward(seconds=5)

    desk.recorder.journal = NeverAppends(sink=desk.stream)
    with pytest.raises(asyncio.CancelledError):
        await desk.recorder.record_once()
    desk.recorder = desk.hire()
    await desk.work()
    assert await desk.written() == await desk.facts()


async def test_a_whole_stream_is_not_filled_again(desk):
    """A new leader finds a fresh mark and leaves the outbox alone."""
    await desk.work()
    await desk.buy(4)
    await desk.work()
    async with desk.analytics.sessions.begin() as session:
        await session.execute(log.LogRow.__table__.delete())
    desk.clock.forward(seconds=5)
    desk.recorder = desk.hire()
    await desk.work()
    assert await desk.written() == []
