"""Broadcasts are listed part by part, found by what they sell, and looked for again."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from domain import homeshopping, kernel
from domain.homeshopping import NewChannel, NewProduct
from domain.kernel import CursorInvalid, LiveId, UserId, Window
from tests.shop import NOON, a_broadcast, a_product, open_shop

DAY = kernel.business_day(NOON)
HOUR = timedelta(hours=1)
JIMIN, STRANGER = UserId(1), UserId(2)


async def offer(session, product_id, name, store="햇살농장", **more):
    """Take a product of that name into the shop."""
    new = NewProduct(
        product_id=product_id,
        name=name,
        store_name=store,
        image="/api/media/hs",
        sale_price=12_000,
        dc_rate=17,
        dc_price=9_900,
        stock=10,
        **more,
    )
    await homeshopping.add_product(session, new, now=NOON)


@pytest.fixture
async def ids(db):
    """Five broadcasts of a product, an hour apart: over, on air, called off, and two to come."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
        found = [
            LiveId((await a_broadcast(session, starts_at=NOON + hours * HOUR)).live_id)
            for hours in (-3, -1, 1, 2, 4)
        ]
        await homeshopping.cancel(session, found[2], now=NOON)
        await homeshopping.start_due(session, now=NOON - HOUR, limit=9)
        return found


async def schedule(db, day=DAY, **window):
    async with db.reads() as session:
        return await homeshopping.schedule_page(session, day, window=Window(**window))


async def find(db, keyword, **window):
    async with db.reads() as session:
        found, total = await homeshopping.search(
            session, keyword, window=Window(**{"size": 20} | window)
        )
    return [each.live_id for each in found.rows], total, found.next_cursor


def live_ids(part):
    return [each.live_id for each in part.rows]


async def test_a_days_schedule_begins_with_what_is_on_and_comes(db, ids):
    """What is over comes last and what was called off not at all; pages and number agree."""
    over, on_air, _, next_one, last = ids

    assert live_ids(await schedule(db, size=10)) == [on_air, next_one, last, over]
    assert live_ids(await schedule(db, size=3, page=2)) == [over]
    assert live_ids(await schedule(db, DAY + timedelta(days=1), size=10)) == []
    async with db.reads() as session:
        lengths = [
            await homeshopping.schedule_length(session, day)
            for day in (DAY, None, DAY + timedelta(days=1))
        ]
    assert lengths == [4, 4, 0]


async def test_every_days_schedule_is_by_start(db, ids):
    """Without a day nothing is put first."""
    over, on_air, _, next_one, last = ids
    assert live_ids(await schedule(db, None, size=10)) == [over, on_air, next_one, last]


@pytest.mark.parametrize("day", [DAY, None])
async def test_a_cursor_goes_on_where_the_last_part_ended(db, ids, day):
    """In the order of the pages, and without what is planned meanwhile before it."""
    whole = live_ids(await schedule(db, day, size=10))
    part = await schedule(db, day, size=1)
    seen = live_ids(part)
    async with db.sessions.begin() as session:
        await a_broadcast(session, starts_at=NOON - timedelta(hours=3, minutes=30))
        await homeshopping.start_due(session, now=NOON - timedelta(hours=1), limit=9)
    while part.next_cursor:
        part = await schedule(db, day, size=1, cursor=part.next_cursor)
        seen += live_ids(part)

    assert [each for each in seen if each in ids] == whole


async def test_a_cursor_of_another_list_is_refused(db, ids):
    """A day's list is ordered otherwise than that of all days."""
    part = await schedule(db, size=1)
    for cursor in (part.next_cursor, "x", "W10", "e30"):
        with pytest.raises(CursorInvalid):
            await schedule(db, None, size=1, cursor=cursor)


async def test_the_channel_still_tells_what_was_called_off(db, ids):
    """Viewers saw it planned, so they see it go."""
    async with db.reads() as session:
        day = await homeshopping.day_schedule(session, DAY)
    assert sorted(each.live_id for each in day.broadcasts) == sorted(ids)


async def test_a_search_finds_substrings_of_product_and_store(db):
    """By the broadcasts' start, whatever the case; each broadcast of a product is one result."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await offer(session, 1, "청송 꿀사과 5kg")
        await offer(session, 2, "사과즙 30포", store="Apple 농장")
        await offer(session, 3, "과사 인형")
        first, third, second, doll = [
            (await a_broadcast(session, product_id, starts_at=NOON + hours * HOUR)).live_id
            for product_id, hours in ((1, 1), (1, 3), (2, 2), (3, 1))
        ]

    assert await find(db, "사과") == ([first, second, third], 3, None)
    assert await find(db, "과") == ([first, doll, second, third], 4, None)
    assert await find(db, "apple") == ([second], 1, None)
    assert await find(db, "꿀사과 5KG") == ([first, third], 2, None)
    assert await find(db, "  꿀사과   5kg ") == ([first, third], 2, None)
    assert await find(db, "사과 꿀") == ([], 0, None)
    assert await find(db, "청송 꿀사과 5kg 청송 꿀사과 5kg 두 상자") == ([], 0, None)
    assert await find(db, "바나나") == ([], 0, None)
    assert await find(db, " \x1c ") == ([], 0, None)


async def test_a_search_takes_no_letter_for_a_wildcard(db):
    """Fault 8.5 (LIKE wildcards not escaped): they are letters like any other."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        names = ["수분 100% 배", "수분 1000 배", "a_b", "axb", "c\\d", "c/d", "it's"]
        for number, name in enumerate(names, start=1):
            await offer(session, number, name)
            await a_broadcast(session, number, starts_at=NOON + number * HOUR)

    async def named(keyword):
        async with db.reads() as session:
            found, total = await homeshopping.search(session, keyword, window=Window(20))
        assert total == len(found.rows)
        return [each.product.name for each in found.rows]

    assert await named("%") == await named("100%") == ["수분 100% 배"]
    assert await named("_") == await named("a_b") == ["a_b"]
    assert await named("\\") == ["c\\d"]
    assert await named("/") == ["c/d"]
    assert await named("'") == ["it's"]


async def test_a_search_tells_the_true_total_on_every_part(db, ids):
    """Fault 8.4 (unpaged search): what was called off is not counted, nor found."""
    over, on_air, _, next_one, last = ids

    first, total, cursor = await find(db, "꿀사과", size=3)
    assert (first, total) == ([over, on_air, next_one], 4)
    assert await find(db, "꿀사과", size=3, cursor=cursor) == ([last], 4, None)
    assert await find(db, "꿀사과", size=3, page=2) == ([last], 4, None)
    assert await find(db, "꿀사과", size=3, page=3) == ([], 4, None)


async def test_lists_cost_as_many_statements_however_long(db, ids):
    """Fault 8.4 (N+1): counted for one row and for all."""
    async with db.sessions.begin() as session:
        for each in ids:
            await homeshopping.toggle_like(session, each, by=JIMIN, now=NOON)

    async def costs(size):
        statements = []

        def on_execute(*args):
            if args[2].startswith("SELECT"):
                statements.append(args[2])

        engine = db.readers.sync_engine
        event.listen(engine, "before_cursor_execute", on_execute)
        try:
            counts = []
            async with db.reads() as session:
                await homeshopping.schedule_page(session, DAY, window=Window(size))
                counts.append(len(statements))
                await homeshopping.search(session, "꿀사과", window=Window(size))
                counts.append(len(statements))
                await homeshopping.liked(session, by=JIMIN, window=Window(size))
                counts.append(len(statements))
        finally:
            event.remove(engine, "before_cursor_execute", on_execute)
        return counts

    assert await costs(1) == await costs(50) == [1, 2, 3]


async def test_likes_are_listed_by_start_part_by_part(db, ids):
    """Whatever the order they were liked in; one's own only."""
    async with db.sessions.begin() as session:
        for each in reversed(ids):
            await homeshopping.toggle_like(session, each, by=JIMIN, now=NOON)

    async with db.reads() as session:
        first = await homeshopping.liked(session, by=JIMIN, window=Window(3))
        rest = await homeshopping.liked(session, by=JIMIN, window=Window(3, 1, first.next_cursor))
        none = await homeshopping.liked(session, by=STRANGER, window=Window(3))
        likes = await homeshopping.likes_of(session, by=JIMIN, among=ids[:2])
        foreign = await homeshopping.likes_of(session, by=STRANGER, among=ids)

    assert [each.broadcast.live_id for each in (*first.rows, *rest.rows)] == ids
    assert {each.since for each in first.rows} == {NOON}
    assert (rest.next_cursor, none.rows, foreign) == (None, [], {})
    assert likes.keys() == set(ids[:2])


async def test_what_was_looked_for_is_kept_newest_first_and_struck_out_by_its_owner(db):
    """Duplicates stay; another's entry is like one that never was."""
    async with db.sessions.begin() as session:
        for keyword in ("사과", "배", "사과"):
            entry = await homeshopping.remember_search(session, keyword, by=JIMIN, now=NOON)
    for who, search_id in ((STRANGER, entry.id), (JIMIN, entry.id + 1)):
        with pytest.raises(homeshopping.SearchNotFound):
            async with db.sessions.begin() as session:
                await homeshopping.forget_search(session, search_id, by=who)

    async def keywords(who=JIMIN, limit=20):
        async with db.reads() as session:
            found = await homeshopping.searches(session, by=who, limit=limit)
        return [each.keyword for each in found]

    assert await keywords() == ["사과", "배", "사과"]
    assert (await keywords(limit=2), await keywords(STRANGER)) == (["사과", "배"], [])
    async with db.sessions.begin() as session:
        await homeshopping.forget_search(session, entry.id, by=JIMIN)
    assert await keywords() == ["배", "사과"]


async def test_an_ingredient_is_known_by_its_product_or_its_broadcast(db):
    """The product wins where a number is both; what nobody knows is no ingredient."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await offer(session, 10_000_001, "감자", is_ingredient=True)
        await offer(session, 10_000_002, "냄비")
        cooked = (await a_broadcast(session, 10_000_001)).live_id
        pot = (await a_broadcast(session, 10_000_002)).live_id
        await offer(session, pot + 1, "양파", is_ingredient=True)
        disguised = (await a_broadcast(session, 10_000_002)).live_id
    assert disguised == pot + 1

    async with db.reads() as session:
        told = {
            number: await homeshopping.is_ingredient(session, number)
            for number in (10_000_001, 10_000_002, cooked, pot, disguised, 987_654)
        }
    assert list(told.values()) == [True, False, True, False, True, False]


async def test_a_channel_without_an_address_has_no_stream(db, ids):
    """404 is better than a player of nothing."""
    async with db.sessions.begin() as session:
        silent = NewChannel(homeshopping_id=2, name="고요", channel=9, live_url="", image="/logo")
        await homeshopping.add_channel(session, silent)
    async with db.reads() as session:
        with pytest.raises(homeshopping.StreamNotFound):
            await homeshopping.stream(session, homeshopping_id=2, src=None, now=NOON)
