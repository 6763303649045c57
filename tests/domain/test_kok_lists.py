"""Lists of product cards have one order, whatever part of them is asked for."""

import pytest

from domain import kok
from domain.kernel import CursorInvalid, Window
from tests.shelf import a_kok, shelve
from tests.shop import NOON


async def walked(db, read, size=2):
    """Return the ids of the whole list, read part by part behind its cursor."""
    ids, cursor = [], None
    while True:
        async with db.reads() as session:
            part = await read(session, window=Window(size, cursor=cursor))
        ids += [each.kok_product_id for each in part.rows]
        cursor = part.next_cursor
        if cursor is None:
            return ids


def by_count(session, window):
    return kok.top_selling(session, by_rating=False, window=window)


def by_rating(session, window):
    return kok.top_selling(session, by_rating=True, window=window)


async def test_the_deepest_discount_comes_first(db):
    """Alike ones by the newest id; what costs its list price is not there."""
    rates = {1: 10, 2: 30, 3: 0, 4: 30, 5: 20}
    await shelve(db, *(a_kok(each, discount_rate=rate) for each, rate in rates.items()))

    assert await walked(db, kok.discounted) == [4, 2, 5, 1]
    async with db.reads() as session:
        second = await kok.discounted(session, window=Window(3, page=2))
        beyond = await kok.discounted(session, window=Window(3, page=9))
    assert [each.kok_product_id for each in second.rows] == [1]
    assert (list(beyond.rows), beyond.next_cursor) == ([], None)


async def test_the_latest_price_decides(db):
    """Not the deepest it ever had."""
    await shelve(db, a_kok(1, discount_rate=50), a_kok(2, discount_rate=30))
    async with db.sessions.begin() as session:
        await kok.change_price(session, 1, rate=0, price=10_000, now=NOON)

    assert await walked(db, kok.discounted) == [2]


async def test_what_sells_best_is_told_by_reviews(db):
    """By their number, then their score; or the other way round; the newest id last of all."""
    reviewed = {1: (5, 4.5), 2: (9, 3.1), 3: (9, 4.5), 4: (0, 0.0), 5: (3, 0.0), 6: (5, 4.5)}
    await shelve(
        db,
        *(a_kok(i, review_cnt=cnt, review_score=score) for i, (cnt, score) in reviewed.items()),
    )
    assert await walked(db, by_count) == [3, 2, 6, 1, 5]
    assert await walked(db, by_rating) == [3, 6, 1, 2]


async def test_pages_do_not_overlap(db):
    """Fault 8.1.11: the second page is the second page, and a list ends."""
    await shelve(db, *(a_kok(each, review_cnt=each) for each in range(1, 6)))
    async with db.reads() as session:
        pages = [await by_count(session, Window(2, page=page)) for page in (1, 2, 3, 4)]

    ids = [[each.kok_product_id for each in page.rows] for page in pages]
    assert ids == [[5, 4], [3, 2], [1], []]
    assert [page.next_cursor is None for page in pages] == [False, False, True, True]


async def test_another_lists_cursor_is_refused(db):
    """It says nothing about this list."""
    await shelve(db, *(a_kok(each, review_cnt=each) for each in range(1, 4)))
    async with db.reads() as session:
        cursor = (await kok.discounted(session, window=Window(1))).next_cursor
        with pytest.raises(CursorInvalid):
            await by_count(session, Window(1, cursor=cursor))


async def test_the_best_of_some_stores(db):
    """All that the stores sell which were bought from, the best first, no more than asked."""
    await shelve(
        db,
        a_kok(1, store_name="콩마을", review_cnt=1, review_score=5.0),
        a_kok(2, store_name="콩마을", review_cnt=3, review_score=2.0),
        a_kok(3, store_name="햇살농장", review_cnt=9, review_score=4.0),
        a_kok(4, store_name="바다상회", review_cnt=2, review_score=3.0),
        a_kok(5, store_name="바다상회"),
    )

    async def best(bought, *, by_rating=False, limit=10):
        async with db.reads() as session:
            found = await kok.best_of_stores(
                session, bought=bought, by_rating=by_rating, limit=limit
            )
        return [each.kok_product_id for each in found]

    assert await best([1, 5]) == [2, 4, 1, 5]
    assert await best([1, 5], by_rating=True) == [1, 4, 2, 5]
    assert await best([1, 5], limit=2) == [2, 4]
    assert await best(None) == [3, 2, 4, 1, 5]
    assert await best([]) == []
