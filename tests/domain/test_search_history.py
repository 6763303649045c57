"""What was looked for is remembered, told and forgotten, on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain import recommendation
from domain.kernel import UserId
from domain.recommendation import QueryNotFound
from domain.recommendation.index.models import SearchQuery
from tests.shop import NOON

JIMIN, STRANGER = UserId(1), UserId(2)


async def ask(analytics, text, *, by=JIMIN, found=3, now=NOON):
    async with analytics.sessions.begin() as session:
        await recommendation.remember_query(session, text, by=by, found=found, now=now)


async def recent(analytics, by=JIMIN, limit=9):
    async with analytics.reads() as session:
        return list(await recommendation.recent_queries(session, by=by, limit=limit))


async def popular(analytics, now=NOON, limit=9):
    async with analytics.reads() as session:
        return list(await recommendation.popular_queries(session, now=now, limit=limit))


async def test_the_newest_searches_come_first_each_once(analytics):
    """Of oneself only; in one spelling, however it was typed."""
    for minute, text in enumerate(("두부", " 양파  전 ", "LA갈비", "la갈비", "두부")):
        await ask(analytics, text, now=NOON + timedelta(minutes=minute))
    await ask(analytics, "비밀", by=STRANGER)
    await ask(analytics, "아무도", by=None)
    mine = await recent(analytics)
    assert [each.query for each in mine] == ["두부", "la갈비", "양파 전"]
    assert mine[0].asked_at == NOON + timedelta(minutes=4)
    assert [each.query for each in await recent(analytics, limit=1)] == ["두부"]


async def test_a_query_that_grows_in_one_spelling_fits(analytics):
    """Some letters are two in lower case."""
    await ask(analytics, "ß" * 100)
    assert (await recent(analytics))[0].query == "s" * 100


async def test_a_search_is_forgotten_however_often_it_was_made(analytics):
    """By who made it; another's does not exist."""
    for _ in range(3):
        await ask(analytics, "두부")
    await ask(analytics, "양파")
    await ask(analytics, "두부", by=STRANGER)
    (tofu,) = (each for each in await recent(analytics) if each.query == "두부")
    async with analytics.sessions.begin() as session:
        with pytest.raises(QueryNotFound):
            await recommendation.forget_query(session, tofu.query_id, by=STRANGER)
        await recommendation.forget_query(session, tofu.query_id, by=JIMIN)
        with pytest.raises(QueryNotFound):
            await recommendation.forget_query(session, tofu.query_id, by=JIMIN)
    assert [each.query for each in await recent(analytics)] == ["양파"]
    assert [each.query for each in await recent(analytics, STRANGER)] == ["두부"]


async def test_all_of_ones_searches_are_forgotten(analytics):
    """And nobody else's."""
    for text in ("두부", "양파"):
        await ask(analytics, text)
        await ask(analytics, text, by=STRANGER)
    async with analytics.sessions.begin() as session:
        assert await recommendation.forget_queries(session, by=JIMIN) == 2
        assert await recommendation.forget_queries(session, by=JIMIN) == 0
    assert await recent(analytics) == []
    assert len(await recent(analytics, STRANGER)) == 2


async def test_popular_is_what_many_people_looked_for_on_many_days(analytics):
    """Once a person and day: one who asks all day long counts once."""
    for person in (1, 2, 3):
        await ask(analytics, "두부", by=UserId(person))
        for day in (0, 1):
            await ask(analytics, "양파", by=UserId(person), now=NOON - timedelta(days=day))
    for _ in range(9):
        await ask(analytics, "두부")
    assert await popular(analytics) == ["양파", "두부"]
    assert await popular(analytics, limit=1) == ["양파"]


@pytest.mark.parametrize(
    ("people", "found", "days"), [((1, 2), 3, 0), ((1, 2, 3), 0, 0), ((1, 2, 3), 3, 7)]
)
async def test_what_few_looked_for_or_nobody_found_is_not_popular(analytics, people, found, days):
    """Nor what was looked for longer than a week ago; strangers count for nobody."""
    for person in people:
        asked = NOON - timedelta(days=days)
        await ask(analytics, "두부", by=UserId(person), found=found, now=asked)
        await ask(analytics, "두부", by=None, found=found, now=asked)
    assert await popular(analytics) == []


async def test_old_searches_are_forgotten_some_at_a_time(analytics):
    """After ninety days, whoever made them."""
    for day in (0, 89, 91, 92, 93):
        await ask(analytics, "두부", by=None, now=NOON - timedelta(days=day))
    counts = []
    while not counts or counts[-1]:
        async with analytics.sessions.begin() as session:
            forget = recommendation.forget_old_queries
            counts.append(await forget(session, now=NOON, limit=2))
    async with analytics.reads() as session:
        assert await session.scalar(select(func.count()).select_from(SearchQuery)) == 2
    assert counts == [2, 1, 0]
