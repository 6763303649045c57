"""Lists in parts: pages, and cursors that neither repeat nor skip."""

import base64
import json
from datetime import timedelta

import pytest
from sqlalchemy import bindparam, func, select

from domain.homeshopping import Broadcast
from domain.kernel import Counted, CursorInvalid, Key, Keyset, Window, count_of
from domain.kok import KokProduct
from tests.shop import NOON, a_broadcast, a_kok_product, a_product, open_shop

BY_SCORE = Keyset(
    (
        Key(KokProduct.review_score, "review_score", descending=True),
        Key(KokProduct.kok_product_id, "kok_product_id"),
    )
)
BY_START = Keyset((Key(Broadcast.starts_at, "starts_at"), Key(Broadcast.live_id, "live_id")))
SCORES = {1: 4.7, 2: 4.7, 3: 5.0, 4: 0.1, 5: 4.7, 6: 3.3}
IN_ORDER = [3, 1, 2, 5, 6, 4]


@pytest.fixture
async def shelf(db):
    """Six products, three of one score."""
    async with db.sessions.begin() as session:
        for number in SCORES:
            await a_kok_product(session, number)
        for product in await session.scalars(select(KokProduct)):
            product.review_score = SCORES[product.kok_product_id]
    return db


async def walk(db, size: int) -> list[int]:
    """Follow the cursors to the end."""
    found, cursor = [], None
    async with db.reads() as session:
        while True:
            part = await BY_SCORE.scalars(session, select(KokProduct), Window(size, cursor=cursor))
            found += [each.kok_product_id for each in part.rows]
            if (cursor := part.next_cursor) is None:
                return found


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7])
async def test_cursors_read_everything_once_and_in_order(shelf, size):
    """Also among rows that tie, and with a decimal for a key."""
    assert await walk(shelf, size) == IN_ORDER


async def test_pages_and_cursors_are_the_same_list(shelf):
    """Page three of two is what follows the cursor of page two."""
    async with shelf.reads() as session:
        second = await BY_SCORE.scalars(session, select(KokProduct), Window(2, page=2))
        third = await BY_SCORE.scalars(session, select(KokProduct), Window(2, page=3))
        after = Window(2, cursor=second.next_cursor)
        same = await BY_SCORE.scalars(session, select(KokProduct), after)
        assert await count_of(session, select(KokProduct).limit(2)) == len(SCORES)
    assert [each.kok_product_id for each in third.rows] == IN_ORDER[4:]
    assert same == third
    assert third.next_cursor is None


GOOD = KokProduct.review_score >= bindparam("least")
COUNTED = Counted(
    select(
        KokProduct.kok_product_id, KokProduct.review_score, func.count().over().label("total")
    ).where(GOOD),
    select(func.count()).select_from(KokProduct).where(GOOD),
)


async def good_ones(shelf, window, *, least):
    async with shelf.reads() as session:
        part, total = await BY_SCORE.counted(session, COUNTED, window, given={"least": least})
    return [each.kok_product_id for each in part.rows], total, part.next_cursor


async def test_a_statement_drawn_up_once_answers_every_caller_by_what_they_give(shelf):
    """Page, size and values are each asker's own; beyond the end the number is still told."""
    assert (await good_ones(shelf, Window(2), least=4.0))[:2] == ([3, 1], 4)
    assert (await good_ones(shelf, Window(3), least=3.0))[:2] == ([3, 1, 2], 5)
    assert await good_ones(shelf, Window(3, page=2), least=4.0) == ([5], 4, None)
    assert await good_ones(shelf, Window(3, page=9), least=4.0) == ([], 4, None)
    assert await good_ones(shelf, Window(3), least=5.5) == ([], 0, None)


async def test_rows_may_be_skipped_but_a_cursor_knows_by_itself_where_to_begin(shelf):
    """Beyond the page's beginning; in statements drawn up once and in others alike."""
    _, _, cursor = await good_ones(shelf, Window(1), least=4.0)
    assert (await good_ones(shelf, Window(2, skip=1), least=4.0))[0] == [1, 2]
    assert (await good_ones(shelf, Window(2, page=2, skip=1), least=4.0))[:2] == ([5], 4)
    assert await good_ones(shelf, Window(2, skip=7), least=4.0) == ([], 4, None)
    assert (await good_ones(shelf, Window(2, cursor=cursor, skip=1), least=4.0))[0] == [1, 2]
    async with shelf.reads() as session:
        part = await BY_SCORE.scalars(session, select(KokProduct), Window(2, skip=1))
    assert [each.kok_product_id for each in part.rows] == IN_ORDER[1:3]


async def test_what_follows_a_cursor_is_drawn_up_once_too(shelf):
    """A cursor's values are given like all others, not written into the statement."""
    _, _, first = await good_ones(shelf, Window(1), least=4.0)
    _, _, second = await good_ones(shelf, Window(2), least=4.0)
    assert (await good_ones(shelf, Window(9, cursor=first), least=4.0))[0] == [1, 2, 5]
    assert (await good_ones(shelf, Window(9, cursor=second), least=4.0))[0] == [2, 5]
    assert (await good_ones(shelf, Window(9, cursor=second), least=0.0))[0] == [2, 5, 6, 4]


async def test_what_is_inserted_before_the_cursor_repeats_nothing(shelf):
    """A page would show a row again; a cursor does not."""
    async with shelf.sessions.begin() as session:
        first = await BY_SCORE.scalars(session, select(KokProduct), Window(2))
        await a_kok_product(session, 7)
        newcomer = await session.get_one(KokProduct, 7)
        newcomer.review_score = 4.9
        await session.flush()
        window = Window(9, cursor=first.next_cursor)
        rest = await BY_SCORE.scalars(session, select(KokProduct), window)
    assert [each.kok_product_id for each in rest.rows] == IN_ORDER[2:]


async def test_moments_are_keys_too(db):
    """To the microsecond."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        await a_product(session)
        for tick in (3, 1, 2):
            start = NOON + timedelta(microseconds=tick)
            await a_broadcast(session, starts_at=start)
    async with db.reads() as session:
        first = await BY_START.scalars(session, select(Broadcast), Window(1))
        window = Window(9, cursor=first.next_cursor)
        rest = await BY_START.scalars(session, select(Broadcast), window)
    ticks = [each.starts_at.microsecond for each in (*first.rows, *rest.rows)]
    assert ticks == [1, 2, 3]


def cursor_of(*values: object) -> str:
    """Write a cursor as a list would."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "가나다",
        cursor_of(),
        cursor_of(4.7),
        cursor_of(4.7, "two"),
        cursor_of(4.7, [1]),
        cursor_of(4.7, None),
        cursor_of(4.7, 2**63),
        cursor_of(4.7, 1, 1),
        cursor_of({"a": 1}, 1),
        cursor_of(float("nan"), 1),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b'{"4.7": 1}').decode(),
    ],
)
async def test_a_cursor_that_nobody_gave_out_is_refused(shelf, cursor):
    """Whatever it holds, it is the caller's mistake."""
    async with shelf.reads() as session:
        with pytest.raises(CursorInvalid):
            await BY_SCORE.scalars(session, select(KokProduct), Window(2, cursor=cursor))


@pytest.mark.parametrize("when", ["yesterday", "2026-03-02T03:00:00", 5, "2026-13-01T00:00:00Z"])
async def test_a_moment_without_a_zone_is_no_place_in_a_list(db, when):
    """Nor is anything else that is no moment."""
    window = Window(2, cursor=cursor_of(when, 1))
    async with db.reads() as session:
        with pytest.raises(CursorInvalid):
            await BY_START.scalars(session, select(Broadcast), window)
