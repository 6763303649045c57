"""Items are filed under their terms, by one writer at a time, and only what differs is written."""

import asyncio
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from domain.recommendation import Indexed, Item, document_counts, index_documents, index_version
from domain.recommendation.index import (
    EVERY,
    document_count,
    forget_documents,
    postings,
    postings_by_kind,
    prepare,
    titles,
)
from domain.recommendation.index.documents import file, filed_after
from domain.recommendation.index.models import Document, Suggestion
from domain.recommendation.index.postings import Filing, Posted, merged
from domain.recommendation.text import Source, document_terms

STEW = Source("돼지고기 김치찌개", ("김치찌개", "돼지고기", "배추김치"), ("찌개",), 40)
SOUP = Source("맑은 두부 된장국", ("된장국", "두부", "된장"), ("국",), 90)
ROAST = Source("삼겹살 구이", ("삼겹살", "마늘"), ("구이",), 10)


def a_recipe(number, source):
    """A recipe that is to be found."""
    return Indexed(Item("recipe", number), source)


async def indexed(analytics, *docs, now):
    """File them in one transaction; return how many differed."""
    async with analytics.sessions.begin() as session:
        return await index_documents(session, docs, now=now)


async def lists(analytics, *terms, kind="recipe"):
    """Return what is filed under the terms, as plain lists."""
    async with analytics.reads() as session:
        found = await postings(session, kind, terms)
    return {term: list(map(int, posted.ids)) for term, posted in found.items()}


async def everything(analytics):
    """Return every list of every kind, with its impacts."""
    async with analytics.reads() as session:
        terms = {term for row in await session.scalars(select(Document.terms)) for term in row}
        found = await postings_by_kind(session, ("recipe", "kok", "homeshopping"), terms)
    return {
        (kind, term, int(item), int(impact))
        for kind, by_term in found.items()
        for term, posted in by_term.items()
        for item, impact in zip(posted.ids, posted.impacts, strict=True)
    }


async def offered(analytics):
    """Return what is suggested, and how many items each leads to."""
    async with analytics.reads() as session:
        rows = await session.execute(select(Suggestion.text, Suggestion.weight))
        return dict(map(tuple, rows))


async def test_an_item_is_filed_under_each_of_its_terms(analytics, clock):
    """With the impact that the term has in it; the rank is that of the term of all."""
    await indexed(analytics, a_recipe(7, STEW), now=clock())
    assert await everything(analytics) == {
        ("recipe", term, 7, impact) for term, impact in document_terms(STEW).items()
    }
    async with analytics.reads() as session:
        every = (await postings(session, "recipe", [EVERY]))[EVERY]
    assert (every.ids.dtype, every.impacts.dtype) == (np.int64, np.uint8)
    assert (list(every.ids), list(every.impacts)) == ([7], [40])


async def test_ids_ascend_in_whatever_order_items_come(analytics, clock):
    """Before, between and behind those that are there; ids of 64 bits too."""
    for number in (50, 1 << 40, 3, 20, 7):
        await indexed(analytics, a_recipe(number, STEW), now=clock())
    assert (await lists(analytics, EVERY))[EVERY] == [3, 7, 20, 50, 1 << 40]


async def test_kinds_do_not_mix(analytics, clock):
    """A recipe and a product of the same number are two items."""
    product = Indexed(Item("kok", 7), ROAST)
    await indexed(analytics, a_recipe(7, STEW), product, now=clock())
    assert await lists(analytics, "@삼겹살", kind="kok") == {"@삼겹살": [7]}
    assert await lists(analytics, "@삼겹살") == {}
    async with analytics.reads() as session:
        counts = await document_counts(session)
        both = await postings_by_kind(session, ("recipe", "homeshopping"), [EVERY])
    assert counts == {"recipe": 1, "kok": 1, "homeshopping": 0}
    assert [list(by_term) for by_term in both.values()] == [[EVERY], []]


async def test_no_terms_ask_nothing(analytics):
    """An empty list of terms is no statement, and an unknown term no list."""
    assert await lists(analytics) == {}
    assert await lists(analytics, "없다", "") == {}


async def test_what_did_not_change_is_not_written(analytics, clock):
    """The version stays, so that nobody reads anew; one that differs is told from the others."""
    await indexed(analytics, a_recipe(1, STEW), a_recipe(2, SOUP), now=clock())
    async with analytics.reads() as session:
        before = await index_version(session)
    assert await indexed(analytics, a_recipe(1, STEW), a_recipe(2, SOUP), now=clock()) == 0
    async with analytics.reads() as session:
        assert await index_version(session) == before
    assert await indexed(analytics, a_recipe(1, STEW), a_recipe(2, ROAST), now=clock()) == 1
    async with analytics.reads() as session:
        assert await index_version(session) == before + 1


async def test_a_changed_text_leaves_its_old_terms(analytics, clock):
    """It is found by the new ones, and nothing of it by the others."""
    await indexed(analytics, a_recipe(1, STEW), a_recipe(2, SOUP), now=clock())
    await indexed(analytics, a_recipe(1, ROAST), now=clock())
    wanted = {
        ("recipe", term, number, impact)
        for number, source in ((1, ROAST), (2, SOUP))
        for term, impact in document_terms(source).items()
    }
    assert await everything(analytics) == wanted
    assert await lists(analytics, "=김치찌개") == {}
    async with analytics.reads() as session:
        assert await titles(session, "recipe", [1, 2, 3]) == {1: ROAST.title, 2: SOUP.title}


async def test_another_rank_is_another_impact(analytics, clock):
    """Nothing else of the item changed."""
    await indexed(analytics, a_recipe(1, STEW), now=clock())
    await indexed(analytics, a_recipe(1, replace(STEW, quality=200)), now=clock())
    async with analytics.reads() as session:
        assert list((await postings(session, "recipe", [EVERY]))[EVERY].impacts) == [200]


async def test_what_is_kept_beside_the_text_counts_as_a_change(analytics, clock):
    """Though nobody looks for it."""
    beside = replace(a_recipe(1, STEW), beside=[["두부", "1", "모"]])
    await indexed(analytics, beside, now=clock())
    assert await indexed(analytics, beside, now=clock()) == 0
    more = replace(beside, beside=[["두부", "2", "모"]])
    assert await indexed(analytics, more, now=clock()) == 1


async def test_a_forgotten_item_leaves_nothing_behind(analytics, clock):
    """No posting, no suggestion, no title; the others stay, and so does an unknown one away."""
    await indexed(analytics, a_recipe(1, STEW), a_recipe(2, SOUP), now=clock())
    async with analytics.sessions.begin() as session:
        assert await forget_documents(session, [Item("recipe", 1), Item("kok", 2)]) == 1
    assert {row[2] for row in await everything(analytics)} == {2}
    assert set(await offered(analytics)) == {"된장국", "두부", "된장"}
    async with analytics.reads() as session:
        assert await document_count(session, "recipe") == 1
        assert await titles(session, "recipe", [1]) == {}
    async with analytics.sessions.begin() as session:
        assert await forget_documents(session, [Item("recipe", 1)]) == 0


async def test_suggestions_count_the_items_they_lead_to(analytics, clock):
    """Up and down with them, and gone at none."""
    await indexed(analytics, a_recipe(1, STEW), a_recipe(2, STEW), now=clock())
    assert (await offered(analytics))["김치찌개"] == 2
    await indexed(analytics, a_recipe(2, SOUP), now=clock())
    assert (await offered(analytics))["김치찌개"] == 1
    await indexed(analytics, a_recipe(1, SOUP), now=clock())
    assert await offered(analytics) == {"된장국": 2, "두부": 2, "된장": 2}


async def test_a_suggestion_is_kept_with_how_it_is_typed(analytics, clock):
    """By its keystrokes and by its initial consonants."""
    await indexed(analytics, a_recipe(1, SOUP), now=clock())
    async with analytics.reads() as session:
        row = await session.get(Suggestion, "된장국")
    assert (row.keystrokes, row.initials) == ("ㄷㅗㅣㄴㅈㅏㅇㄱㅜㄱ", "ㄷㅈㄱ")


async def test_two_writers_lose_nothing(analytics, clock):
    """Each list is changed by one after the other, whichever is first."""
    sources = (STEW, SOUP, ROAST)
    batches = [
        [a_recipe(number * 10 + n, sources[n % 3]) for n in range(10)] for number in range(8)
    ]
    await asyncio.gather(*(indexed(analytics, *batch, now=clock()) for batch in batches))
    async with analytics.reads() as session:
        assert await document_count(session, "recipe") == 80
        assert await index_version(session) == 8
    assert len(await everything(analytics)) == sum(
        len(document_terms(doc.source)) for batch in batches for doc in batch
    )
    assert (await offered(analytics))["두부"] == 80 // 10 * 3


async def test_a_writer_who_files_what_another_forgets_is_in_order(analytics, clock):
    """The lists say of each item what its document says."""
    docs = [a_recipe(number, STEW) for number in range(20)]
    await indexed(analytics, *docs, now=clock())

    async def forget():
        async with analytics.sessions.begin() as session:
            await forget_documents(session, [doc.item for doc in docs])

    again = [a_recipe(number, SOUP) for number in range(10, 30)]
    await asyncio.gather(forget(), indexed(analytics, *again, now=clock()))
    async with analytics.reads() as session:
        rows = (await session.execute(select(Document.item_id, Document.terms))).all()
    assert await everything(analytics) == {
        ("recipe", term, row.item_id, impact) for row in rows for term, impact in row.terms.items()
    }


async def test_a_transaction_that_fails_files_nothing(analytics, clock):
    """The lists, the documents and the version share one fate."""
    await indexed(analytics, a_recipe(1, STEW), now=clock())
    before = await everything(analytics)
    async with analytics.sessions() as session:
        await index_documents(session, [a_recipe(2, SOUP)], now=clock())
        await session.rollback()
    assert await everything(analytics) == before
    async with analytics.reads() as session:
        assert await index_version(session) == 1


async def test_many_are_filed_like_one_after_the_other(analytics, clock):
    """More than go into one statement, and more terms than are read at once."""
    docs = [
        a_recipe(n, Source(f"{n} 번째 {chr(0xAC00 + n * 7)}{chr(0xAC00 + n * 5)}찌개", (), (), 1))
        for n in range(1_100)
    ]
    assert await indexed(analytics, *docs, now=clock()) == 1_100
    assert await indexed(analytics, *docs, now=clock()) == 0
    assert await everything(analytics) == {
        ("recipe", term, doc.item.item_id, impact)
        for doc in docs
        for term, impact in document_terms(doc.source).items()
    }
    async with analytics.reads() as session:
        assert await filed_after(session, "recipe", 1_097, limit=5) == [1_098, 1_099]


async def test_the_last_of_two_texts_of_one_item_is_filed(analytics, clock):
    """A batch may hold an item twice."""
    prepared = prepare([a_recipe(1, STEW), a_recipe(1, SOUP)])
    async with analytics.sessions.begin() as session:
        assert await file(session, prepared, now=clock()) == [Item("recipe", 1)]
    assert await lists(analytics, "=된장국", "=김치찌개") == {"=된장국": [1]}


ids = st.integers(0, 12)
impacts = st.integers(1, 255)


@given(st.dictionaries(ids, impacts), st.dictionaries(ids, impacts), st.sets(ids))
def test_merging_is_what_a_dictionary_would_do(old, add, drop):
    """Whatever is added, replaced and dropped at once; the order is that of the ids."""
    drop -= add.keys()
    numbers = sorted(old)
    posted = Posted(
        np.array(numbers, np.int64), np.array([old[number] for number in numbers], np.uint8)
    )
    new = merged(posted, add, sorted(drop))
    wanted = {number: impact for number, impact in {**old, **add}.items() if number not in drop}
    assert list(new.ids) == sorted(wanted)
    assert dict(zip(map(int, new.ids), map(int, new.impacts), strict=True)) == wanted
    assert (new.ids.dtype, new.impacts.dtype) == (np.int64, np.uint8)


def test_a_filing_changes_only_what_differs():
    """A term that stays as it was touches no list."""
    filing = Filing()
    filing.change(1, {"가": 1, "나": 2, "다": 3}, {"가": 1, "나": 5, "라": 4})
    assert dict(filing.add) == {"나": {1: 5}, "라": {1: 4}}
    assert dict(filing.drop) == {"다": [1]}
