"""The quick look at ended sessions: trusted for a moment, and told at once when one ends."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from domain import user
from domain.kernel import UserId
from server.deny_list import TRUSTED_SECONDS, DenyList
from tests.conftest import NOON
from tests.shop import a_user

PREFIX = "uhok:"


class Asked(Redis):
    """A Redis that counts how often it was asked."""

    times = 0

    async def mget(self, *keys):
        self.times += 1
        return await super().mget(*keys)


@pytest.fixture
async def redis(redis_url):
    """The real one, empty."""
    async with Asked.from_url(redis_url) as client:
        yield client


@pytest.fixture
def seconds():
    """What the list's timer says."""
    return [0.0]


@pytest.fixture
def a_list(redis, db, clock, seconds):
    """Return lists that share Redis and the table, as two workers do."""

    def make():
        return DenyList(
            redis,
            db,
            prefix=PREFIX,
            lifetime=timedelta(minutes=30),
            clock=clock,
            timer=lambda: seconds[0],
        )

    return make


@pytest.fixture
async def session_id(db):
    """An open session."""
    rules = user.SessionRules()
    tokens = user.RefreshTokens("secret", rules=rules)
    async with db.sessions.begin() as session:
        who = await user.get(session, UserId(await a_user(session, now=NOON)))
        grant = await user.open_session(session, who, tokens=tokens, device=user.Device(), now=NOON)
    return grant.session_id


async def test_whoever_was_let_in_is_not_asked_about_again_at_once(
    a_list, redis, session_id, seconds
):
    """A page asks ten things at once; Redis is asked for the first."""
    denied = a_list()
    await denied.rebuild()
    for _ in range(10):
        assert not await denied.contains(session_id)
    assert redis.times == 1
    seconds[0] += TRUSTED_SECONDS
    assert not await denied.contains(session_id)
    assert redis.times == 2


async def test_an_end_is_felt_at_once_where_it_happened(a_list, session_id):
    """Whatever was trusted a moment ago."""
    denied = a_list()
    await denied.rebuild()
    assert not await denied.contains(session_id)
    await denied.add([session_id])
    assert await denied.contains(session_id)


async def test_another_worker_hears_of_an_end_or_finds_out_soon(a_list, session_id, seconds):
    """By the signal at once; without it after a moment, and never later."""
    here, hearing, deaf = a_list(), a_list(), a_list()
    for each in (here, hearing, deaf):
        await each.rebuild()
        assert not await each.contains(session_id)
    await here.add([session_id])
    hearing.recall(session_id)
    assert await hearing.contains(session_id)
    seconds[0] += TRUSTED_SECONDS
    assert await deaf.contains(session_id)


async def test_an_answer_older_than_the_end_is_not_trusted(a_list, redis, session_id):
    """The session ended between the question to Redis and its answer."""
    denied = a_list()
    await denied.rebuild()
    look_up = redis.mget

    async def slow(*keys):
        answer = await look_up(*keys)
        await denied.add([session_id])
        return answer

    redis.mget = slow
    assert not await denied.contains(session_id)
    redis.mget = look_up
    assert await denied.contains(session_id)
