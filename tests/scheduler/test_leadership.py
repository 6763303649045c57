"""One leads, another takes over, and a leader who lost the lease has stopped by then."""

import asyncio

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from redis.exceptions import ConnectionError as Unreachable

from scheduler.leadership import Leadership
from tests.channels.toys import soon
from tests.scheduler.conftest import LEASE_SECONDS


class Diary:
    """Writes down who reigned and how it ended."""

    def __init__(self):
        self.lines = []
        self.terms = []

    def reign(self, who):
        async def reign(term):
            self.lines.append(f"{who} leads")
            self.terms.append(term)
            try:
                await asyncio.Event().wait()
            finally:
                self.lines.append(f"{who} ends")

        return reign


@pytest.fixture
def diary():
    return Diary()


async def cut_off(*args, **kwargs):
    raise Unreachable("cut off")


async def end(*tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_of_two_candidates_one_leads_and_hands_over(candidate, diary, watch):
    """Whoever steps down gives the lease back, so the other need not wait for its end."""
    tasks = {name: asyncio.create_task(candidate().lead(diary.reign(name))) for name in "ab"}
    await soon(lambda: diary.lines)
    first = diary.lines[0][0]
    await end(tasks.pop(first))
    await soon(lambda: len(diary.lines) == 3)
    (second,) = tasks
    assert diary.lines == [f"{first} leads", f"{first} ends", f"{second} leads"]
    assert diary.terms[1].token > diary.terms[0].token
    await end(*tasks.values())


async def test_when_the_leader_dies_another_takes_over_after_the_lease(candidate, diary, watch):
    """Nobody gave it back, so it runs out."""
    dead, living = candidate(), candidate()
    token, _ = await dead._campaign()
    task = asyncio.create_task(living.lead(diary.reign("living")))
    await soon(lambda: diary.lines, seconds=LEASE_SECONDS + 1)
    assert diary.terms[0].token > token
    await end(task)


async def test_a_leader_without_contact_has_stopped_before_the_next_begins(candidate, diary):
    """The lease is a deadline for the work, and it ends earlier than in Redis."""
    first, second = candidate(), candidate()
    task = asyncio.create_task(first.lead(diary.reign("first")))
    await soon(lambda: diary.lines)
    first._renew = first._release = first._take = cut_off
    other = asyncio.create_task(second.lead(diary.reign("second")))
    await soon(lambda: len(diary.lines) == 3)
    assert diary.lines == ["first leads", "first ends", "second leads"]
    assert diary.terms[0].over
    assert not diary.terms[1].over
    await end(task, other)


async def test_the_stale_token_of_a_frozen_leader_is_refused(candidate, diary):
    """What it started before it froze can be told from its successor's work."""
    frozen, living = candidate(), candidate()
    token, _ = await frozen._campaign()
    assert await frozen.admits(token)
    task = asyncio.create_task(living.lead(diary.reign("living")))
    await soon(lambda: diary.terms)
    assert not await frozen.admits(token)
    assert await frozen.admits(diary.terms[0].token)
    await end(task)


async def test_a_lease_taken_away_ends_the_term_at_the_next_renewal(redis, candidate, diary):
    """A Redis that forgot the lease may have given it to somebody else."""
    leadership = candidate()
    task = asyncio.create_task(leadership.lead(diary.reign("a")))
    await soon(lambda: diary.terms)
    await redis.flushall()
    await soon(lambda: len(diary.terms) == 2)
    assert diary.lines == ["a leads", "a ends", "a leads"]
    assert diary.terms[1].token > diary.terms[0].token
    await end(task)


async def test_anothers_lease_is_neither_renewed_nor_released(redis, candidate, diary):
    """Whoever finds a stranger's name on it steps down and touches nothing."""
    first, second = candidate(), candidate()
    task = asyncio.create_task(first.lead(diary.reign("first")))
    await soon(lambda: diary.terms)
    lease = first._key("lease")
    await redis.delete(lease)
    token, _ = await second._campaign()
    await redis.persist(lease)  # nobody but a renewal could give it an end again
    await soon(lambda: diary.lines == ["first leads", "first ends"])
    await end(task)
    assert await redis.get(lease) == f"{second.candidate} {token}".encode()
    assert await redis.pttl(lease) == -1


async def test_the_leader_keeps_leading_beyond_one_lease(candidate, diary, redis):
    """Renewals move the deadline."""
    leadership = candidate()
    task = asyncio.create_task(leadership.lead(diary.reign("a")))
    await soon(lambda: diary.terms)
    ends_at = diary.terms[0]._lease.when()
    await soon(lambda: diary.terms[0]._lease.when() > ends_at + LEASE_SECONDS)
    assert diary.lines == ["a leads"]
    await end(task)


async def test_without_redis_nobody_leads_until_it_is_back(diary):
    """The leader steps down, keeps trying, and is elected again."""
    server = FakeServer()
    leadership = Leadership(redis=FakeAsyncRedis(server=server), lease_seconds=LEASE_SECONDS)
    server.connected = False
    task = asyncio.create_task(leadership.lead(diary.reign("a")))
    server.connected = True
    await soon(lambda: diary.terms)
    server.connected = False
    await soon(lambda: diary.lines == ["a leads", "a ends"])
    server.connected = True
    await soon(lambda: len(diary.terms) == 2)
    await end(task)


async def test_what_a_reign_raises_is_raised_and_the_lease_given_back(candidate, diary):
    """A bug does not look like a lost lease."""

    async def broken(term):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await candidate().lead(broken)
    task = asyncio.create_task(candidate().lead(diary.reign("next")))
    await soon(lambda: diary.terms, seconds=LEASE_SECONDS / 2)
    await end(task)


async def test_a_reign_that_returns_ends_the_candidacy(candidate):
    """Then nothing is left to lead for."""

    async def brief(term):
        assert not term.over

    await candidate().lead(brief)
