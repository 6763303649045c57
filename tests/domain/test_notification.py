"""The inbox counts right, opens to its owner only, and hears every event once."""

import asyncio

import pytest

from domain import kernel, notification, order
from domain.kernel import OrderId, UserId
from domain.order import OrderStatus
from tests.shop import NOON, WINDOW, a_product, a_user, open_shop


@pytest.fixture
async def who(db):
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
        return await a_user(session)


async def buy(db, who):
    async with db.sessions.begin() as session:
        placed = await order.place_homeshopping(
            session, 1001, quantity=1, buyer=who, now=NOON, pay_within=WINDOW
        )
        return OrderId(placed.order_id)


async def hear(db):
    async with db.sessions.begin() as session:
        return await kernel.react(session, notification.hear, limit=50)


async def unread(db, who):
    async with db.reads() as session:
        return (await notification.inbox(session, by=who)).unread


async def test_each_step_of_an_order_is_one_message_in_the_earlier_apis_words(db, who):
    """Heard once, in order, whoever listens twice."""
    order_id = await buy(db, who)
    async with db.sessions.begin() as session:
        mine = await order.lock(session, order_id)
        await order.move(session, mine, OrderStatus.CANCELLED, by=who, now=NOON)

    assert (await hear(db), await hear(db)) == (2, 0)

    async with db.reads() as session:
        messages = await notification.newest(session, by=who, limit=10)
    assert [message.title for message in messages] == ["주문 취소", "주문 생성"]
    assert {message.related_entity_id for message in messages} == {order_id}
    assert await unread(db, who) == 2


async def test_two_listeners_at_once_put_each_message_once(db, who):
    """Rows are claimed, and the first two messages of a new inbox do not collide."""
    for _ in range(6):
        await buy(db, who)

    counts = await asyncio.gather(hear(db), hear(db))

    assert sum(counts) == 6
    assert await unread(db, who) == 6


async def test_a_reaction_that_fails_is_repeated_whole(db, who):
    """The message and the mark share one fate."""
    await buy(db, who)

    async def stumble(session, row):
        await notification.hear(session, row)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with db.sessions.begin() as session:
            await kernel.react(session, stumble, limit=50)

    assert await unread(db, who) == 0
    assert await hear(db) == 1
    assert await unread(db, who) == 1


@pytest.mark.parametrize("db_url", ["mariadb"], indirect=True)
async def test_a_slow_reaction_does_not_keep_the_relay_waiting(db, who):
    """What is still being put into inboxes can be marked as sent meanwhile.

    SQLite lets one writer in at a time, whatever it writes.
    """
    await buy(db, who)
    async with db.reads() as session:
        ids = [row.id for row in await kernel.unsent(session, limit=10)]

    async with db.sessions.begin() as reacting:
        await kernel.react(reacting, notification.hear, limit=50)
        async with asyncio.timeout(5), db.sessions.begin() as relaying:
            await kernel.mark_sent(relaying, ids, now=NOON)

    assert await unread(db, who) == 1


async def test_reading_a_message_twice_counts_once(db, who):
    """Again is harmless, and reading all leaves none."""
    await buy(db, who)
    await buy(db, who)
    await hear(db)
    async with db.reads() as session:
        first, _ = await notification.newest(session, by=who, limit=2)

    for _ in range(2):
        async with db.sessions.begin() as session:
            await notification.mark_read(session, first.notification_id, by=who, now=NOON)
    assert await unread(db, who) == 1
    async with db.sessions.begin() as session:
        assert await notification.mark_all_read(session, by=who, now=NOON) == 1

    assert await unread(db, who) == 0


async def test_anothers_message_does_not_exist(db, who):
    """A stranger cannot read it, and it stays unread."""
    await buy(db, who)
    await hear(db)
    async with db.reads() as session:
        (message,) = await notification.newest(session, by=who, limit=1)

    with pytest.raises(notification.NotificationNotFound):
        async with db.sessions.begin() as session:
            await notification.mark_read(
                session, message.notification_id, by=UserId(who + 1), now=NOON
            )

    assert await unread(db, who) == 1
    async with db.reads() as session:
        assert await notification.newest(session, by=UserId(who + 1), limit=5) == []
