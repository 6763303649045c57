"""The inbox counts right, opens to its owner only, and hears every event once."""

import asyncio
from datetime import timedelta

import pytest

from domain import homeshopping, kernel, kok, notification, order
from domain.kernel import LiveId, OrderId, UserId, Window
from domain.order import OrderStatus, Pick
from tests.shop import (
    NOON,
    WINDOW,
    a_broadcast,
    a_kok_product,
    a_product,
    a_user,
    all_is_said,
    open_shop,
)

_, PAYMENT_REQUESTED, PAYMENT_COMPLETED, PREPARING, SHIPPING, *_ = OrderStatus


@pytest.fixture
async def who(db):
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
        await all_is_said(session)
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
    """Fault 8.2 (duplicates): rows are claimed, and a new inbox's first two do not collide."""
    for _ in range(6):
        await buy(db, who)

    counts = await asyncio.gather(hear(db), hear(db))

    assert sum(counts) == 6
    assert await unread(db, who) == 6


async def test_a_reaction_that_fails_is_repeated_whole(db, who):
    """The message and the mark share one fate."""
    await buy(db, who)

    async def stumble(session, facts):
        await notification.hear(session, facts)
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


async def step(db, order_id, to, *, now, line_ids=frozenset()):
    async with db.sessions.begin() as session:
        mine = await order.lock(session, order_id)
        moved = mine.move(to, at=now, by=None, line_ids=line_ids)
        kernel.emit(session, moved)


@pytest.fixture
async def two_kok_lines(db, who):
    """An order of two kok products, paid for; returns its id and its lines' ids."""
    async with db.sessions.begin() as session:
        picks = []
        for product_id in (5001, 5002):
            await a_kok_product(session, product_id)
            cart_id, _ = await kok.add_to_cart(
                session, product_id, by=who, quantity=1, recipe_id=None, now=NOON
            )
            picks.append(Pick(cart_id=cart_id, quantity=1))
        placed = await order.place_from_cart(session, picks, buyer=who, now=NOON, pay_within=WINDOW)
        order_id, line_ids = OrderId(placed.order_id), [line.line_id for line in placed.lines]
    for minutes, status in enumerate((PAYMENT_REQUESTED, PAYMENT_COMPLETED, PREPARING), start=1):
        await step(db, order_id, status, now=NOON + timedelta(minutes=minutes))
    return order_id, line_ids


async def parcels(db, who, **window):
    async with db.reads() as session:
        wanted = Window(**{"size": 50} | window)
        found, total = await notification.parcels(session, by=who, window=wanted)
    return [(each.kok_order_id, each.status) for each in found.rows], total, found.next_cursor


async def test_each_kok_product_has_its_own_entry_for_what_shoppers_ask_about(
    db, who, two_kok_lines
):
    """Paid, shipped, delivered; preparing is not told, and another's parcels are not there."""
    _, (first, second) = two_kok_lines
    await buy(db, who)  # a broadcast's product is no kok product
    await hear(db)

    assert await parcels(db, who) == (
        [(second, PAYMENT_COMPLETED), (first, PAYMENT_COMPLETED)],
        2,
        None,
    )
    assert await parcels(db, UserId(who + 1)) == ([], 0, None)


async def test_lines_that_go_one_by_one_are_told_one_by_one(db, who, two_kok_lines):
    """Each by its own name, once, and never as shipped while it is not."""
    order_id, (first, second) = two_kok_lines
    for minutes, line_id in ((10, first), (20, second)):
        await step(
            db, order_id, SHIPPING, now=NOON + timedelta(minutes=minutes), line_ids={line_id}
        )
        await hear(db)

    told, total, cursor = await parcels(db, who, size=3)
    assert (told[:2], total) == ([(second, SHIPPING), (first, SHIPPING)], 4)
    assert told[2:] + (await parcels(db, who, cursor=cursor))[0] == [
        (second, PAYMENT_COMPLETED),
        (first, PAYMENT_COMPLETED),
    ]
    async with db.reads() as session:
        messages = await notification.newest(session, by=who, limit=2)
    assert [(each.title, each.product_name) for each in messages] == [
        ("배송 시작", "두부 5002"),
        ("배송 시작", "두부 5001"),
    ]


async def test_a_line_that_steps_at_the_moment_of_the_last_step_is_still_told_alone(
    db, who, two_kok_lines
):
    """A frozen clock does not make its sibling step along."""
    order_id, (first, _) = two_kok_lines
    await step(db, order_id, SHIPPING, now=NOON + timedelta(minutes=3), line_ids={first})
    await hear(db)

    async with db.reads() as session:
        (message,) = await notification.newest(session, by=who, limit=1)
    assert (message.title, message.product_name) == ("배송 시작", "두부 5001")


async def test_messages_say_what_they_are_about(db, who, two_kok_lines):
    """The broadcast's order line, the like that waited, and the step's status."""
    order_id = await buy(db, who)
    await hear(db)
    async with db.sessions.begin() as session:
        live_id = LiveId((await a_broadcast(session)).live_id)
        await homeshopping.toggle_like(session, live_id, by=who, now=NOON)
    start = NOON + timedelta(minutes=30)
    async with db.sessions.begin() as session:
        await homeshopping.start_due(session, now=start, limit=9)
    async with db.sessions.begin() as session:
        await notification.remind(session, now=start, limit=9)

    async def messages(**asked):
        async with db.reads() as session:
            return await notification.messages(session, by=who, **{"window": Window(50)} | asked)

    async with db.reads() as session:
        line = (await order.get(session, order_id, by=who)).view().lines[0]
        likes = await homeshopping.likes_of(session, by=who, among=[live_id])
    broadcast, bought, *kok_steps = (await messages()).rows
    assert (broadcast.homeshopping_like_id, broadcast.status) == (likes[live_id], None)
    assert (bought.homeshopping_order_id, bought.status) == (line.line_id, line.status)
    assert {each.homeshopping_order_id for each in kok_steps} == {None}
    orders = await messages(kind="order_status")
    assert [bought, *kok_steps] == orders.rows
    part = await messages(window=Window(2, skip=1))
    assert part.rows == [bought, kok_steps[0]]
    rest = await messages(window=Window(50, cursor=part.next_cursor))
    assert (rest.rows, rest.next_cursor) == (kok_steps[1:], None)
    beyond = await messages(window=Window(9, skip=99))
    assert (beyond.rows, beyond.next_cursor) == ([], None)
    assert (beyond.total, beyond.unread) == (part.total, part.unread) == (2 + len(kok_steps),) * 2
    async with db.sessions.begin() as session:
        await homeshopping.toggle_like(session, live_id, by=who, now=NOON)
    assert (await messages(kind="broadcast_start")).rows[0].homeshopping_like_id is None


async def test_no_moment_of_a_message_is_the_databases(db):
    """Fault 8.1.21: a default in quotes made a table MariaDB refuses; here the clock tells."""
    tables = [notification.Notification.__table__, notification.Inbox.__table__]
    assert [c.name for table in tables for c in table.columns if c.server_default] == []
