"""A product is liked once by each user, however often and fast they ask."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain import kok
from domain.kernel import UserId
from domain.kok.models import KokLike
from tests.shelf import a_kok, shelve
from tests.shop import NOON

JIMIN, STRANGER = UserId(1), UserId(2)


@pytest.fixture
async def shelf(db):
    """Three products."""
    await shelve(db, a_kok(1), a_kok(2, discounted_price=0), a_kok(3))
    return db


async def toggle(db, kok_product_id, by=JIMIN, now=NOON):
    async with db.sessions.begin() as session:
        return await kok.toggle_like(session, kok_product_id, by=by, now=now)


async def liked(db, by=JIMIN, limit=9):
    async with db.reads() as session:
        return [each.kok_product_id for each in await kok.liked(session, by=by, limit=limit)]


async def test_a_like_comes_and_goes(shelf):
    """Each time the other way; the newest first."""
    assert await toggle(shelf, 1)
    assert await toggle(shelf, 3, now=NOON + timedelta(seconds=1))
    assert await liked(shelf) == [3, 1]
    assert await liked(shelf, limit=1) == [3]
    assert not await toggle(shelf, 3)
    assert await liked(shelf) == [1]
    assert await toggle(shelf, 3, now=NOON - timedelta(seconds=1))
    assert await liked(shelf) == [1, 3]


async def test_likes_are_each_users_own(shelf):
    """One's changing one's mind is nothing to another."""
    assert await toggle(shelf, 1)
    assert await toggle(shelf, 1, by=STRANGER)
    assert not await toggle(shelf, 1, by=STRANGER)
    async with shelf.reads() as session:
        assert await kok.is_liked(session, 1, by=JIMIN)
        assert not await kok.is_liked(session, 2, by=JIMIN)
        assert not await kok.is_liked(session, 1, by=STRANGER)


async def test_what_is_not_there_cannot_be_liked(shelf):
    """And leaves nothing behind."""
    with pytest.raises(kok.KokProductNotFound):
        await toggle(shelf, 987_654)
    assert await liked(shelf) == []


@pytest.mark.parametrize("times", [2, 9, 10])
async def test_toggles_at_once_are_all_counted(shelf, times):
    """Fault 8.2: first likes at once deadlocked, or stayed twice and could never be taken back.

    Each sees what the one before it left, so their number says how it ends.
    """
    seen = await asyncio.gather(*(toggle(shelf, 1) for _ in range(times)))

    assert sorted(seen) == [False] * (times // 2) + [True] * (times - times // 2)
    async with shelf.reads() as session:
        rows = (await session.scalars(select(KokLike.user_id))).all()
    assert rows == [JIMIN] * (times % 2)


async def test_neighbours_do_not_wait_for_each_other(shelf):
    """Fault 8.2: a like locked everybody's likes of the product, and the gaps between."""
    wanted = [(product, UserId(who)) for who in range(1, 9) for product in (1, 2, 3)]
    seen = await asyncio.gather(*(toggle(shelf, product, by=who) for product, who in wanted))

    assert seen == [True] * len(wanted)
    assert sorted(await liked(shelf, by=UserId(5))) == [1, 2, 3]
