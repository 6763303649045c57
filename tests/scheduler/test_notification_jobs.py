"""Time's effects on inboxes: reminders, once each, and what orders have to say."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from domain import homeshopping, notification, order, user
from domain.kernel import LiveId
from domain.user import UserSettings
from scheduler.jobs import homeshopping as broadcasts
from scheduler.jobs.notification import JOBS
from tests.scheduler.laws import rests, ring_all, two_clocks
from tests.shop import WINDOW, a_broadcast, a_product, a_user, all_is_said, open_shop

HEAR = next(job for job in JOBS if job.name == "notification.hear_events")


@pytest.fixture
async def live_id(db, clock):
    """A broadcast in half an hour."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, now=clock())
        start = clock() + timedelta(minutes=30)
        planned = await a_broadcast(session, starts_at=start, now=clock())
        await all_is_said(session, now=clock())
        return LiveId(planned.live_id)


@pytest.fixture
async def fans(db, clock, live_id):
    """Five people who like it."""
    async with db.sessions.begin() as session:
        fans = [await a_user(session, f"fan{n}", now=clock()) for n in range(5)]
        for fan in fans:
            await homeshopping.toggle_like(session, live_id, by=fan, now=clock())
        return fans


async def titles(db, who):
    async with db.reads() as session:
        return [each.title for each in await notification.newest(session, by=who, limit=99)]


async def begin(tools, clock, *, minutes=30):
    """Let the time come; others hear of the start, too."""
    clock.forward(minutes=minutes)
    await ring_all(broadcasts.JOBS, tools)
    await HEAR.ring(tools)


async def test_whoever_likes_a_broadcast_is_reminded_when_it_begins(db, tools, clock, fans):
    """Not before, and once."""
    clock.forward(minutes=29)
    await rests(JOBS, tools)
    clock.forward(minutes=-29)
    await begin(tools, clock)
    assert await ring_all(JOBS, tools) == 5
    assert [await titles(db, fan) for fan in fans] == [["꿀사과 1001 방송 시작 알림"]] * 5
    await rests(JOBS, tools)


async def test_a_moved_broadcast_reminds_at_its_new_time(db, tools, clock, live_id, fans):
    """The old time passes in silence."""
    start = clock() + timedelta(minutes=90)
    async with db.sessions.begin() as session:
        end = start + timedelta(hours=1)
        await homeshopping.reschedule(session, live_id, starts_at=start, ends_at=end, now=clock())
    await begin(tools, clock)
    await rests(JOBS, tools)
    await begin(tools, clock, minutes=60)
    assert await ring_all(JOBS, tools) == 5


async def test_a_cancelled_broadcast_reminds_nobody(db, tools, clock, live_id, fans):
    """And neither does one that is no longer liked, or a person who wants no messages."""
    async with db.sessions.begin() as session:
        await homeshopping.cancel(session, live_id, now=clock())
    await begin(tools, clock)
    await rests(JOBS, tools)


async def test_only_those_who_want_it_are_reminded(db, tools, clock, live_id, fans):
    """One changed their mind, one switched messages off."""
    fickle, quiet, *others = fans
    async with db.sessions.begin() as session:
        await homeshopping.toggle_like(session, live_id, by=fickle, now=clock())
        off = update(UserSettings).where(UserSettings.user_id == quiet)
        await session.execute(off.values(receive_notification=False))
        assert not (await user.settings(session, quiet)).receive_notification
    await begin(tools, clock)
    await ring_all(JOBS, tools)
    assert [len(await titles(db, fan)) for fan in (fickle, quiet, *others)] == [0, 0, 1, 1, 1]
    await rests(JOBS, tools)


async def test_two_clocks_remind_each_once(db, tools, clock, fans):
    """Whichever is quicker."""
    await begin(tools, clock)
    assert await two_clocks(JOBS, tools) == 5
    assert [len(await titles(db, fan)) for fan in fans] == [1] * 5


async def test_two_clocks_tell_of_each_order_once(db, tools, clock, live_id, fans):
    """The inbox hears an event exactly once, however many listen for it."""
    async with db.sessions.begin() as session:
        for fan in fans:
            await order.place_homeshopping(
                session, 1001, quantity=1, buyer=fan, now=clock(), pay_within=WINDOW
            )
    await two_clocks(JOBS, tools)
    assert [await titles(db, fan) for fan in fans] == [["주문 생성"]] * 5
    await rests(JOBS, tools)
