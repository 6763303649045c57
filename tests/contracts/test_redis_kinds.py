"""What else the shop keeps in Redis works on every kind of it."""

import asyncio
from datetime import timedelta

import pytest

from channels.broker.journal import JournalStream
from domain import kernel
from domain.kernel import Throttled
from scheduler.leadership import Leadership
from server.deny_list import DenyList
from server.rate_limit import REFRESH, Limiter
from server.settings import Settings
from server.throttle import PAIR, Throttle


@pytest.fixture
def prefix(room):
    """Where this test's keys are."""
    return room.prefix


async def test_the_journal_is_read_settled_and_buried(room, prefix):
    """What was read and not settled is taken over; the dead are put aside; the mark moves."""
    stream = JournalStream(redis=room.client, prefix=prefix)
    await stream.prepare()
    await stream.prepare()
    await stream.add([b"1", b"2", b"3"])
    read = await stream.read(limit=9, wait_ms=10)
    assert [entry.data for entry in read] == [b"1", b"2", b"3"]
    await stream.settle(read[:1])
    await stream.bury(read[1], "too strange")

    assert await stream.take_over(limit=9, idle_ms=0) == read[2:]
    assert await stream.waiting() == 1
    assert await stream.dead() == [(b"2", "too strange")]
    assert await stream.advance(None, 5)
    assert not await stream.advance(None, 6)
    assert await stream.whole() == 5


async def test_one_leads_at_a_time(room, prefix):
    """A later term has a higher token, and the older one is admitted no more."""
    tokens = []

    async def reign(term):
        tokens.append(term.token)

    one, two = (Leadership(redis=room.client, prefix=prefix) for _ in range(2))
    await one.lead(reign)
    await two.lead(reign)

    assert tokens == sorted(set(tokens))
    assert [await one.admits(token) for token in tokens] == [False, True]


async def test_guesses_are_slowed_down_and_forgiven(room, prefix):
    """All three buckets in one script."""
    throttle = Throttle(room.client, prefix=f"{prefix}:", clock=kernel.utc_now)
    await throttle.count("a@b", "192.0.2.1")
    await throttle.forgive("a@b", "192.0.2.1")
    for _ in range(PAIR.free):
        await throttle.count("a@b", "192.0.2.1")
    with pytest.raises(Throttled):
        await throttle.count("a@b", "192.0.2.1")
    keys = [key async for key in room.client.scan_iter(match=f"{prefix}:*login*")]
    await throttle.close()

    assert len(keys) == 3


async def test_requests_are_counted_together(room, prefix):
    """Two processes share one allowance."""
    settings = Settings(rate_limits=True, redis_prefix=f"{prefix}:", jwt_secret="x" * 32)
    one, two = (Limiter(room.client, settings=settings, clock=kernel.utc_now) for _ in range(2))
    for limiter in (one, two):
        await limiter.count(REFRESH, "me")
    keys = [key async for key in room.client.scan_iter(match=f"{prefix}:rate:*")]

    assert sum([int(await room.client.get(key)) for key in keys]) == 2


async def test_ended_sessions_are_looked_up_with_the_marker(room, prefix):
    """In one request, and so on one node."""
    denied = DenyList(
        room.client,
        None,
        prefix=f"{prefix}:",
        lifetime=timedelta(minutes=1),
        clock=kernel.utc_now,
    )
    await denied._write(["ended"])
    await room.client.set(denied._marker, "1")
    denied._behind.clear()

    assert await asyncio.gather(denied.contains("ended"), denied.contains("open")) == [True, False]
    assert not denied.is_behind
