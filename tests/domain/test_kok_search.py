"""A product is found by any part of its name or its store's, and what was sought is remembered."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain import kok
from domain.kernel import UserId, Window, grams
from domain.kok.models import KokGram, KokSearch
from tests.shelf import a_kok, shelve
from tests.shop import NOON

JIMIN, STRANGER = UserId(1), UserId(2)
SHELF = {
    1: ("국산콩 두부 2모", "콩마을"),
    2: ("연두부 1kg", "콩마을"),
    3: ("부두 낚시 세트", "바다상회"),
    4: ("50% 할인 양파", "햇살농장"),
    5: ("50점 양파", "햇살농장"),
    6: ("Deep_Blue 생수 1KG", "O'Neil"),
    7: ("back\\slash", "바다상회"),
}


@pytest.fixture
async def shelf(db):
    """Seven products of different names."""
    await shelve(db, *(a_kok(i, name, store_name=store) for i, (name, store) in SHELF.items()))
    return db


async def ids_of(db, keyword, **window):
    async with db.reads() as session:
        found = await kok.search(session, keyword, window=Window(**({"size": 20} | window)))
    return [each.kok_product_id for each in found.part.rows]


@pytest.mark.parametrize(
    ("keyword", "ids"),
    [
        ("두부", [2, 1]),
        ("두", [3, 2, 1]),
        ("콩마을", [2, 1]),
        ("국산콩 두부", [1]),
        ("국산콩  두부", [1]),
        ("두부 2", [1]),
        ("두부 국산", []),
        ("연두부 1", [2]),
        ("1kg", [6, 2]),
        ("1KG", [6, 2]),
        ("deep_b", [6]),
        ("o'neil", [6]),
        ("없는상품", []),
        ("두부두부", []),
        ("두부 콩", []),
    ],
)
async def test_a_part_of_a_name_is_enough(shelf, keyword, ids):
    """In its order, within one of the two texts, whatever the case; the newest product first."""
    assert await ids_of(shelf, keyword) == ids


@pytest.mark.parametrize(
    ("keyword", "ids"),
    [("50%", [4]), ("%", [4]), ("50_", []), ("_", [6]), ("p_B", [6]), ("k\\s", [7]), ("'", [6])],
)
async def test_wildcards_mean_themselves(shelf, keyword, ids):
    """Fault 8.5: LIKE wildcards were not escaped."""
    assert await ids_of(shelf, keyword) == ids


@pytest.mark.parametrize("keyword", ["", " ", "\u3000", "\x1c"])
async def test_blank_finds_nothing(shelf, keyword):
    """Rather than everything."""
    assert await ids_of(shelf, keyword) == []


async def test_the_longest_keyword_is_one_statement(shelf):
    """A hundred letters have a hundred pairs, more than a database joins."""
    assert await ids_of(shelf, "".join(chr(0xAC00 + n) for n in range(100))) == []


@pytest.mark.parametrize("keyword", ["양파", "양파 할인", "세트"])
async def test_the_total_is_true_on_every_page(shelf, keyword):
    """Also beyond the last one, where there is no row to carry it."""
    every = await ids_of(shelf, keyword)
    async with shelf.reads() as session:
        for page in (1, 2, 3):
            found = await kok.search(session, keyword, window=Window(1, page=page))
            assert found.total == len(every)
            assert [each.kok_product_id for each in found.part.rows] == every[page - 1 : page]


async def test_a_cursor_goes_on_where_the_part_ended(shelf):
    """Also when a newer product came in between."""
    async with shelf.reads() as session:
        first = await kok.search(session, "두", window=Window(2))
    await shelve(shelf, a_kok(9, "새 두부"))
    async with shelf.reads() as session:
        rest = await kok.search(session, "두", window=Window(2, cursor=first.part.next_cursor))

    assert [each.kok_product_id for each in first.part.rows] == [3, 2]
    assert [each.kok_product_id for each in rest.part.rows] == [1]
    assert (first.total, rest.total, rest.part.next_cursor) == (3, 4, None)


async def test_a_product_is_filed_under_all_its_grams(shelf):
    """Those of its name and of its store's."""
    async with shelf.reads() as session:
        filed = await session.scalars(select(KokGram.gram).where(KokGram.kok_product_id == 3))
        assert set(filed) == grams(*SHELF[3])


async def test_what_was_sought_is_remembered(db):
    """The newest first; each user their own."""
    async with db.sessions.begin() as session:
        for minute, word in enumerate(("두부", "양파", "두부")):
            at = NOON + timedelta(minutes=minute)
            await kok.remember_search(session, word, by=JIMIN, now=at)
        await kok.remember_search(session, "생수", by=STRANGER, now=NOON)
    async with db.reads() as session:
        mine = await kok.search_history(session, by=JIMIN, limit=2)

    assert [each.keyword for each in mine] == ["두부", "양파"]
    assert mine[0].searched_at == NOON + timedelta(minutes=2)


async def test_the_same_again_at_once_is_one_search(db):
    """Whoever saves what they just looked for sees it once."""
    async with db.sessions.begin() as session:
        first = await kok.remember_search(session, "두부", by=JIMIN, now=NOON)
    later = NOON + timedelta(seconds=9)
    async with db.sessions.begin() as session:
        again = await kok.remember_search(session, "두부", by=JIMIN, now=later)
    async with db.reads() as session:
        kept = await kok.search_history(session, by=JIMIN, limit=9)

    assert (again.id, [each.id for each in kept]) == (first.id, [first.id])
    assert kept[0].searched_at == later == again.searched_at


async def test_a_search_is_forgotten_by_who_made_it(db):
    """Another's does not exist; the second time neither does one's own."""
    async with db.sessions.begin() as session:
        mine = await kok.remember_search(session, "두부", by=JIMIN, now=NOON)
    for who in (STRANGER, JIMIN, JIMIN):
        async with db.sessions.begin() as session:
            left = await session.scalar(select(func.count()).select_from(KokSearch))
            if who is JIMIN and left:
                await kok.forget_search(session, mine.id, by=who)
            else:
                with pytest.raises(kok.KokSearchNotFound):
                    await kok.forget_search(session, mine.id, by=who)
    async with db.reads() as session:
        assert await kok.search_history(session, by=JIMIN, limit=9) == []
