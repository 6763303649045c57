"""Broadcasts move in time, tell what their product does, and remind each admirer once."""

import asyncio
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from domain import homeshopping, kernel, notification, order, user
from domain.homeshopping import MOVES, Broadcast, BroadcastStatus
from domain.kernel import LiveId, OutboxRow, UserId, Window
from domain.order import OrderStatus
from tests.shop import NOON, WINDOW, a_broadcast, a_product, a_user, open_shop

LEAD = timedelta(minutes=10)
HALF_PAST = NOON + timedelta(minutes=30)


@pytest.fixture
async def live_id(db):
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session, stock=1)
        return LiveId((await a_broadcast(session)).live_id)


async def told(db):
    async with db.reads() as session:
        return list(
            await session.scalars(
                select(OutboxRow.kind)
                .where(OutboxRow.kind.like("broadcast%"))
                .order_by(OutboxRow.id)
            )
        )


async def look(db, live_id):
    async with db.reads() as session:
        return await homeshopping.broadcast_view(session, live_id)


async def pass_time(db, now):
    """Do what the clock does at that moment; return how many moved."""
    async with db.sessions.begin() as session:
        return (
            await homeshopping.announce_due(session, now=now, lead=LEAD, limit=10)
            + await homeshopping.start_due(session, now=now, limit=10)
            + await homeshopping.end_due(session, now=now, limit=10)
        )


async def like(db, live_id, who, now=NOON):
    async with db.sessions.begin() as session:
        return await homeshopping.toggle_like(session, live_id, by=who, now=now)


async def remind(db, now=HALF_PAST):
    async with db.sessions.begin() as session:
        return await notification.remind(session, now=now, limit=100)


async def inbox(db, who):
    async with db.reads() as session:
        return await notification.newest(session, by=who, limit=50)


@pytest.mark.parametrize(("start", "to"), [*product(BroadcastStatus, repeat=2)])
async def test_only_the_drawn_moves_are_possible(db, live_id, start, to):
    """Every pair of statuses is tried: a drawn move happens, any other changes nothing."""
    async with db.reads() as session:
        parts = (selectinload(Broadcast.channel), selectinload(Broadcast.product))
        subject = await session.get(Broadcast, live_id, options=parts)
        subject.status = start
        version = subject.version

        if to in MOVES[start]:
            fact = subject.move(to, at=NOON)
            assert (fact.broadcast.status, subject.version) == (to, version + 1)
        else:
            with pytest.raises(homeshopping.IllegalMove):
                subject.move(to, at=NOON)
            assert (subject.status, subject.version) == (start, version)
        session.expunge_all()


async def test_a_broadcast_is_announced_begun_and_ended_once_each(db, live_id):
    """Each at its moment, however often the clock rings."""
    moments = [NOON, NOON + timedelta(minutes=20), HALF_PAST, NOON + timedelta(minutes=90)]
    for moment in moments:
        for _ in range(2):
            await pass_time(db, moment)

    assert await told(db) == [
        "broadcast.scheduled",
        "broadcast.starting_soon",
        "broadcast.started",
        "broadcast.ended",
    ]
    assert (await look(db, live_id)).status is BroadcastStatus.ENDED


async def test_a_broadcast_slept_through_just_ends(db, live_id):
    """Nobody is told that something begins which is over."""
    await pass_time(db, NOON + timedelta(days=1))

    assert await told(db) == ["broadcast.scheduled", "broadcast.ended"]


async def test_two_clocks_at_once_begin_each_broadcast_once(db, live_id):
    """The row is claimed; the other clock passes it over."""
    counts = await asyncio.gather(pass_time(db, HALF_PAST), pass_time(db, HALF_PAST))

    assert sum(counts) == 1
    assert await told(db) == ["broadcast.scheduled", "broadcast.started"]


async def test_a_moved_broadcast_is_announced_anew(db, live_id):
    """It takes its admirers along to the new time."""
    await pass_time(db, NOON + timedelta(minutes=25))
    later = NOON + timedelta(hours=4)
    async with db.sessions.begin() as session:
        await homeshopping.reschedule(
            session, live_id, starts_at=later, ends_at=later + timedelta(hours=1), now=NOON
        )

    assert await pass_time(db, HALF_PAST) == 0
    await pass_time(db, later - timedelta(minutes=5))

    assert (await told(db))[1:] == [
        "broadcast.starting_soon",
        "broadcast.moved",
        "broadcast.starting_soon",
    ]


async def test_a_broadcast_cannot_end_before_it_starts(db, live_id):
    """Neither when planned nor when moved, and nothing changes."""
    before = await look(db, live_id)
    with pytest.raises(homeshopping.EndsBeforeStart):
        async with db.sessions.begin() as session:
            await homeshopping.reschedule(session, live_id, starts_at=NOON, ends_at=NOON, now=NOON)
    with pytest.raises(homeshopping.EndsBeforeStart):
        async with db.sessions.begin() as session:
            await a_broadcast(session, minutes=0)

    assert await look(db, live_id) == before


async def test_pinning_one_product_unpins_its_sibling(db, live_id):
    """Of the products of one slot, one is shown."""
    async with db.sessions.begin() as session:
        await a_product(session, 1002)
        sibling = LiveId((await a_broadcast(session, 1002)).live_id)
    await pass_time(db, HALF_PAST)

    for each in (live_id, sibling):
        async with db.sessions.begin() as session:
            await homeshopping.pin(session, each, now=HALF_PAST)

    assert [(await look(db, each)).pinned for each in (live_id, sibling)] == [False, True]


async def test_the_last_one_sold_says_so_on_air_and_its_return_too(db, live_id):
    """Viewers and readers of the schedule are told, once per change."""
    await pass_time(db, HALF_PAST)
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, 1001, quantity=1, buyer=UserId(1), now=NOON, pay_within=WINDOW
        )
        order_id = kernel.OrderId(placed.order_id)
    assert (await look(db, live_id)).product.sold_out

    async with db.sessions.begin() as session:
        mine = await order.lock(session, order_id)
        await order.move(session, mine, OrderStatus.CANCELLED, by=None, now=NOON)

    assert not (await look(db, live_id)).product.sold_out
    assert (await told(db))[-2:] == ["broadcast.sold_out", "broadcast.back_in_stock"]


async def test_whoever_likes_a_broadcast_is_reminded_once_when_it_begins(db, live_id):
    """Fault 8.1.17: not before, not twice, with its name and its time in Seoul."""
    async with db.sessions.begin() as session:
        who = await a_user(session)
    assert await like(db, live_id, who)
    assert await remind(db, NOON) == 0

    await pass_time(db, HALF_PAST)
    counts = await asyncio.gather(remind(db), remind(db))

    assert sum(counts) == 1
    (message,) = await inbox(db, who)
    assert message.title == "꿀사과 1001 방송 시작 알림"
    assert message.message == "2026-03-02 12:30:00에 방송이 시작됩니다."
    assert (message.related_entity_type, message.related_entity_id) == ("live", live_id)


async def test_nobody_is_reminded_of_what_they_no_longer_like_or_what_was_cancelled(db, live_id):
    """The reminder goes with the like and with the broadcast."""
    async with db.sessions.begin() as session:
        fickle, faithful = await a_user(session, "fickle"), await a_user(session, "faithful")
        other = LiveId((await a_broadcast(session)).live_id)
    await like(db, live_id, fickle)
    assert not await like(db, live_id, fickle)
    await like(db, other, faithful)
    async with db.sessions.begin() as session:
        await homeshopping.cancel(session, other, now=NOON)

    await pass_time(db, HALF_PAST)

    assert await remind(db) == 0


async def test_who_wants_no_notifications_gets_none(db, live_id):
    """The setting is asked when the reminder is due, not when the like was made."""
    async with db.sessions.begin() as session:
        who = await a_user(session)
    await like(db, live_id, who)
    async with db.sessions.begin() as session:
        (await user.settings(session, who)).receive_notification = False

    await pass_time(db, HALF_PAST)

    assert await remind(db) == 1
    assert await inbox(db, who) == []


async def test_liking_what_is_on_air_already_reminds_of_nothing(db, live_id):
    """It has begun, and whoever likes it knows."""
    async with db.sessions.begin() as session:
        who = await a_user(session)
    await pass_time(db, HALF_PAST)
    await like(db, live_id, who, HALF_PAST)

    assert await remind(db) == 0


async def test_two_first_likes_at_once_are_one_like(db, live_id):
    """Fault 8.2 (like toggles): no duplicate is stored, whichever way the two toggles fall."""
    async with db.sessions.begin() as session:
        who = await a_user(session)

    await asyncio.gather(like(db, live_id, who), like(db, live_id, who))

    async with db.reads() as session:
        assert len((await homeshopping.liked(session, by=who, window=Window(10))).rows) <= 1


async def test_an_unknown_broadcast_cannot_be_liked(db, live_id):
    """It is not found, and nothing is stored."""
    with pytest.raises(homeshopping.BroadcastNotFound):
        await like(db, LiveId(live_id + 999), UserId(1))


async def test_a_day_is_a_day_in_seoul(db, live_id):
    """A broadcast at half past midnight belongs to the day that just began there."""
    async with db.sessions.begin() as session:
        await a_broadcast(session, starts_at=NOON + timedelta(hours=12, minutes=30))

    async with db.reads() as session:
        first = await homeshopping.day_schedule(session, date(2026, 3, 2))
        second = await homeshopping.day_schedule(session, date(2026, 3, 3))

    assert (len(first.broadcasts), len(second.broadcasts)) == (1, 1)


async def test_of_several_broadcasts_a_channel_streams_the_one_on_air_else_the_next(db, live_id):
    """Fault 8.1.13: two a day are no error."""
    async with db.sessions.begin() as session:
        await a_broadcast(session, starts_at=NOON + timedelta(hours=3))

    async with db.reads() as session:
        upcoming = await homeshopping.stream(session, homeshopping_id=1, src=None, now=NOON)
    await pass_time(db, HALF_PAST)
    async with db.reads() as session:
        showing = await homeshopping.stream(session, homeshopping_id=1, src=None, now=HALF_PAST)
        with pytest.raises(homeshopping.StreamNotFound):
            await homeshopping.stream(session, homeshopping_id=9, src=None, now=NOON)

    assert upcoming.broadcast.live_id == showing.broadcast.live_id == live_id
    assert showing.broadcast.status is BroadcastStatus.LIVE
