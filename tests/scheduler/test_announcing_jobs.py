"""People are told of what goes on air and goes with what they want: by the rules of the push."""

import asyncio
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from sqlalchemy import select, update

from domain import homeshopping, kernel, kok, recommendation
from domain.kernel import LiveId, OutboxRow
from domain.recommendation.announcing import Announcement, Notice, Told
from domain.user import UserSettings
from scheduler.jobs import homeshopping as broadcasts
from scheduler.jobs import notification
from scheduler.jobs import recommendation as jobs
from tests.embedders import HashEmbedder
from tests.kitchen import hs_grocery, kok_grocery
from tests.scheduler.laws import rests, ring_all
from tests.shop import a_broadcast, a_user, open_shop

READY = "recommendation.ready"
ANNOUNCING = tuple(job for job in jobs.JOBS if job.name.endswith(("announce", "forget")))
POTATO, CARROT = 1, 2
KOK_POTATO, KOK_CARROT, KOK_OTHER_POTATO = 11, 12, 13


class Alike(HashEmbedder):
    """Finds that tins for tarts are alike, and all else lies at a right angle."""

    def _vector(self, text):
        vector = np.zeros(64, np.float32)
        vector[int("에그" in text)] = 1
        return vector


@pytest.fixture
async def index(sqlite_analytics_url):
    """An empty analytics database."""
    database = kernel.open_database(sqlite_analytics_url)
    yield database
    await database.close()


@pytest.fixture
def tools(tools, index):
    """What the jobs may use."""
    return replace(tools, analytics=index)


@pytest.fixture
async def market(db, clock):
    """Potatoes and carrots in both shops, and what is no kin of anything."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await hs_grocery(session, POTATO, "강원도 햇감자 5kg", now=clock())
        await hs_grocery(session, CARROT, "제주 흙당근 3kg", now=clock())
        await kok_grocery(session, KOK_POTATO, "세척 감자 1kg", now=clock())
        await kok_grocery(session, KOK_CARROT, "유기농 당근 1kg", now=clock())
        await kok_grocery(session, KOK_OTHER_POTATO, "수미감자 10kg", now=clock())
    return db


@pytest.fixture
def begin(market, tools, clock):
    """Put a broadcast of the product on air; return its id."""

    async def begin(product_id=POTATO, *, minutes=60):
        async with market.sessions.begin() as session:
            planned = await a_broadcast(
                session, product_id, starts_at=clock(), minutes=minutes, now=clock()
            )
        await ring_all(broadcasts.JOBS, tools)
        await ring_all(notification.JOBS, tools)
        return planned.live_id

    return begin


async def people(db, clock, count, *, like=KOK_POTATO):
    """Open accounts that like a product."""
    async with db.sessions.begin() as session:
        fans = [await a_user(session, f"fan{like}-{n}", now=clock()) for n in range(count)]
        for fan in fans:
            await kok.toggle_like(session, like, by=fan, now=clock())
    return fans


async def told(db):
    """Return the events that tell somebody, in their order."""
    async with db.reads() as session:
        rows = select(OutboxRow.topics, OutboxRow.body).where(OutboxRow.kind == READY)
        found = (await session.execute(rows.order_by(OutboxRow.id))).all()
    for topics, body in found:
        assert topics == [f"user:{body['data']['user_id']}"]
        assert body["type"] == f"{READY}.v1"
    return [body["data"] for _, body in found]


async def noticed(db):
    """Return who is written down as told of what."""
    async with db.reads() as session:
        rows = await session.execute(select(Notice.user_id, Notice.live_id))
        return sorted(map(tuple, rows))


async def drained(tools):
    """Ring until nothing is due."""
    await ring_all(ANNOUNCING, tools)
    for _ in range(20):
        async with tools.db.reads() as session:
            if not await recommendation.anything_to_announce(session):
                return
        await ring_all(ANNOUNCING, tools)
    raise AssertionError("it never ends")


async def test_whoever_likes_its_kin_is_told_when_a_product_goes_on_air(db, begin, tools, clock):
    """With what it goes with, why, and a version; and a like of something else tells nothing."""
    (fan,) = await people(db, clock, 1)
    await people(db, clock, 1, like=KOK_CARROT)
    live_id = await begin()
    await drained(tools)
    (event,) = await told(db)
    assert event.pop("product")["product_id"] == POTATO
    assert event == {
        "user_id": fan,
        "live_id": live_id,
        "goes_with": {"kok_product_id": KOK_POTATO, "name": "세척 감자 1kg"},
        "reason": {"code": "like_liked", "what": "세척 감자 1kg", "count": 0},
        "version": 1,
    }
    assert await noticed(db) == [(fan, live_id)]


async def test_the_cart_counts_and_the_newest_wish_is_told(db, begin, tools, clock):
    """One notice however many of somebody's products are akin."""
    (fan,) = await people(db, clock, 1)
    clock.forward(minutes=5)
    async with db.sessions.begin() as session:
        await kok.add_to_cart(
            session, KOK_OTHER_POTATO, by=fan, quantity=1, recipe_id=None, now=clock()
        )
    await begin()
    await drained(tools)
    (event,) = await told(db)
    assert event["reason"]["code"] == "like_in_cart"
    assert event["goes_with"]["kok_product_id"] == KOK_OTHER_POTATO


async def test_nobody_is_told_twice_of_one_broadcast(db, begin, tools, clock):
    """Even if it is noted again, as after a fact that was heard twice."""
    (fan,) = await people(db, clock, 1)
    live_id = await begin()
    await drained(tools)
    async with db.sessions.begin() as session:
        session.add(Announcement(live_id=live_id, akin=[KOK_POTATO], noted_at=clock()))
    await drained(tools)
    assert await noticed(db) == [(fan, live_id)]
    assert len(await told(db)) == 1


async def test_three_a_day_are_enough(db, begin, tools, clock):
    """By the day in Seoul: what comes after midnight is told again, with the next version."""
    await people(db, clock, 1)
    for _ in range(5):
        await begin()
        await drained(tools)
        clock.forward(minutes=61)
        await ring_all(broadcasts.JOBS, tools)
    assert [each["version"] for each in await told(db)] == [1, 2, 3]
    clock.forward(hours=8)  # past midnight in Seoul, still the same day in UTC
    await begin()
    await drained(tools)
    assert [each["version"] for each in await told(db)] == [1, 2, 3, 4]


async def test_whoever_wants_no_notifications_is_left_alone(db, begin, tools, clock):
    """The others are told."""
    quiet, fan = await people(db, clock, 2)
    async with db.sessions.begin() as session:
        mute = update(UserSettings).where(UserSettings.user_id == quiet)
        await session.execute(mute.values(receive_notification=False))
    live_id = await begin()
    await drained(tools)
    assert await noticed(db) == [(fan, live_id)]


async def test_what_is_over_or_sold_out_is_not_told(db, begin, tools, clock):
    """The clock was away for an hour; and nothing is left of the carrots."""
    await people(db, clock, 1)
    await people(db, clock, 1, like=KOK_CARROT)
    await begin(minutes=60)
    clock.forward(minutes=90)
    await ring_all(broadcasts.JOBS, tools)
    carrots = await begin(CARROT)
    async with db.sessions.begin() as session:
        live = await session.get_one(homeshopping.Broadcast, carrots)
        product = await session.get_one(homeshopping.Product, live.product_id)
        product.sold_out = True
    await drained(tools)
    assert await told(db) == []
    async with db.reads() as session:
        assert not (await session.scalars(select(Announcement.live_id))).all()


async def test_a_broadcast_that_ends_in_the_middle_stops_the_telling(db, begin, tools, clock):
    """Those who were told were told; the rest is not."""
    fans = await people(db, clock, 3)
    live_id = await begin()
    await recommendation.find_akin(recommendation.Shelves(db, tools.analytics))
    async with db.sessions.begin() as session:
        assert await recommendation.tell_some(session, now=clock(), limit=2) == 2
    async with db.sessions.begin() as session:
        await homeshopping.cancel(session, LiveId(live_id), now=clock())
    await drained(tools)
    assert await noticed(db) == [(fan, live_id) for fan in fans[:2]]


async def test_the_telling_goes_on_where_it_was_cut_off(db, begin, tools, clock):
    """A step that is undone tells nobody, and its people are told by the next."""
    fans = await people(db, clock, 5)
    live_id = await begin()
    await recommendation.find_akin(recommendation.Shelves(db, tools.analytics))
    async with db.sessions.begin() as session:
        assert await recommendation.tell_some(session, now=clock(), limit=2) == 2

    async def cut_off():
        async with db.sessions.begin() as session:
            await recommendation.tell_some(session, now=clock(), limit=2)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await cut_off()
    assert [each["user_id"] for each in await told(db)] == fans[:2]
    await drained(tools)
    assert [each["user_id"] for each in await told(db)] == fans
    assert await noticed(db) == [(fan, live_id) for fan in fans]


async def test_what_is_written_is_what_is_told_by_two_clocks_at_once(db, begin, tools, clock):
    """Of several broadcasts at a time; at most three each, and none twice."""
    fans = await people(db, clock, 6)
    for _ in range(5):
        await begin()
    for _ in range(5):
        await recommendation.find_akin(recommendation.Shelves(db, tools.analytics))

    async def one_clock():
        while True:
            async with db.sessions.begin() as session:
                left = await recommendation.anything_to_announce(session)
                if not left:
                    return
                await recommendation.tell_some(session, now=clock(), limit=4)

    async with asyncio.timeout(60), asyncio.TaskGroup() as clocks:
        for _ in range(3):
            clocks.create_task(one_clock())
    events = await told(db)
    assert sorted((each["user_id"], each["live_id"]) for each in events) == await noticed(db)
    for fan in fans:
        mine = [each["version"] for each in events if each["user_id"] == fan]
        assert mine == [1, 2, 3]
    async with db.reads() as session:
        counts = (await session.scalars(select(Told.version))).all()
    assert counts == [3] * len(fans)


async def test_two_clocks_that_look_for_kin_at_once_find_it_once(db, begin, tools, clock):
    """The one that comes late changes nothing."""
    (fan,) = await people(db, clock, 1)
    live_id = await begin()
    look = partial(recommendation.find_akin, recommendation.Shelves(db, tools.analytics))
    await asyncio.gather(look(), look())
    await drained(tools)
    assert await noticed(db) == [(fan, live_id)]


async def test_without_kin_the_vectors_may_know_some(db, begin, tools, index, clock):
    """Only what lies very near; without them there is nobody to tell."""
    async with db.sessions.begin() as session:
        await kok_grocery(session, 31, "에그 타르트 틀", is_ingredient=False, now=clock())
        await hs_grocery(session, 32, "에그타르트틀", is_food=False, now=clock())
    fans = await people(db, clock, 2, like=31)
    await begin(32)
    await drained(tools)
    assert await told(db) == []
    await recommendation.index_changes(recommendation.Shelves(db, index), limit=100, now=clock())
    while await recommendation.embed_pending(index, Alike(), limit=100, clock=clock):
        pass
    live_id = await begin(32)
    await drained(tools)
    assert await noticed(db) == [(fan, live_id) for fan in fans]


async def test_the_law_of_the_topic_holds_without_the_analytics_database(db, begin, tools, clock):
    """Rules alone tell whom they know."""
    await people(db, clock, 1)
    gone = kernel.open_database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    await begin()
    await drained(replace(tools, analytics=gone))
    await gone.close()
    assert len(await told(db)) == 1


async def test_notices_are_forgotten_after_a_week(db, begin, tools, clock):
    """How often somebody was told stays: versions go on."""
    (fan,) = await people(db, clock, 1)
    await begin()
    await drained(tools)
    clock.forward(days=6)
    await ring_all(ANNOUNCING, tools)
    assert len(await noticed(db)) == 1
    clock.forward(days=2)
    await ring_all(ANNOUNCING, tools)
    assert await noticed(db) == []
    await rests(tuple(job for job in ANNOUNCING if job.name.endswith("announce")), tools)
    live_id = await begin()
    await drained(tools)
    assert [(e["live_id"], e["version"]) for e in await told(db)][-1] == (live_id, 2)
    assert await noticed(db) == [(fan, live_id)]
