"""One order out of words and vectors: what counts, what ties, and that no row is lost."""

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.recommendation import EXACT, MEANING, Item
from domain.recommendation.index import NOTHING, Nearest, Posted
from domain.recommendation.search.listing import Place, Places
from domain.recommendation.search.ranking import RANKED, SOME_WORDS, fused, worded
from domain.recommendation.search.scoring import (
    Catalogue,
    Scored,
    has_all,
    rarity,
    scored,
    terms_of,
)
from domain.recommendation.text import Sought

RANKS = {1: 10, 2: 10, 3: 200, 4: 0, 5: 10, 6: 10}


def posted(items):
    """Return a list of these items and impacts."""
    ids = sorted(items)
    return Posted(np.array(ids, np.int64), np.array([items[n] for n in ids], np.uint8))


ALL = Catalogue.of(posted(RANKS))
LISTS = {
    "두부": posted({1: 255, 2: 128, 3: 128}),
    "조림": posted({2: 255, 4: 255}),
    "찌개": posted({1: 255, 5: 255}),
}


def asked(*groups, joined=None, **weighed):
    """Return what is looked for."""
    return Sought(groups, joined, weighed, "두부")


def ids(mask):
    return ALL.ids[mask].tolist()


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (asked((("두부",),)), [1, 2, 3]),
        (asked((("두부",),), (("조림",),)), [2]),
        (asked((("두부", "조림"),)), [2]),
        (asked((("조림",), ("찌개",))), [1, 2, 4, 5]),
        (asked((("두부",),), (("조림",), ("찌개",))), [1, 2]),
        (asked((("없음",),)), []),
        (asked((("두부",), ("두부", "없음"))), [1, 2, 3]),
        (asked((("없음",),), joined=("두부", "찌개")), [1]),
        (asked(((),)), []),
        (asked(), []),
    ],
)
def test_every_word_is_held_in_one_of_its_ways(sought, found):
    """Groups are all needed, one conjunction of each is enough; written together counts as well."""
    assert ids(has_all(LISTS, sought, ALL)) == found
    assert ids(scored(LISTS, sought, ALL).exact) == found


def test_the_terms_of_a_question_are_all_it_reads():
    """Those that are held, those that weigh, and those of the whole written together."""
    sought = asked((("a", "b"), ("c",)), joined=("d",), e=1.0)
    assert terms_of(sought) == set("abcde")


def test_a_score_is_the_rarity_times_the_impact():
    """Of each term, by its weight; a rare term says more."""
    sought = asked((("두부",),), 두부=2.0, 조림=1.0)
    found = scored({"두부": LISTS["두부"], "조림": LISTS["조림"]}, sought, ALL)
    half = 2.0 * rarity(3, 6) * 128 / 255
    assert found.scores.tolist() == pytest.approx(
        [2 * rarity(3, 6), half + rarity(2, 6), half, rarity(2, 6), 0, 0]
    )
    assert rarity(1, 100) > rarity(50, 100) > rarity(100, 100) > 0
    assert rarity(100, 99) >= 0  # a list that is a moment newer than that of every item


def test_what_is_newer_than_the_list_of_every_item_is_passed_over():
    """It has no place yet."""
    newer = {"두부": posted({1: 255, 99: 255})}
    assert ids(has_all(newer, asked((("두부",),)), ALL)) == [1]


@given(
    known=st.sets(st.integers(1, 60)),
    wanted=st.sets(st.integers(0, 70)),
    step=st.sampled_from([1, 3, 1000]),
)
def test_a_place_is_where_the_item_is(known, wanted, step):
    """Looked up in a table, or sought where the ids leave wide gaps."""
    catalogue = Catalogue.of(posted({step * n: n for n in known}))
    places, here = catalogue.places_of(np.array(sorted(step * n for n in wanted), np.int64))
    assert catalogue.ids[places].tolist() == [step * n for n in sorted(wanted & known)]
    assert here.tolist() == [n in known for n in sorted(wanted)]


async def rows_of(sought, near=(), limit=20):
    found = await worded({"kok": LISTS}, sought, {"kok": ALL})
    ranking = (await fused(found, {"kok": near}, limit=limit))["kok"]
    assert ranking.total == len(ranking.rows) == len(set(ranking.ids.tolist()))
    return ranking, list(zip(ranking.ids.tolist(), ranking.matches.tolist(), strict=True))


async def test_what_is_exact_comes_before_what_is_like_it():
    """Some words and meaning are fused; ties go by the words, the item's rank, then its id."""
    near = [Nearest(6, 0.1), Nearest(4, 0.2)]
    ranking, rows = await rows_of(asked((("두부",),), 두부=1.0, 찌개=0.5), near)
    assert [n for n, match in rows if match == EXACT] == [1, 3, 2] == [n for n, _ in rows[:3]]
    assert rows[3:] == [(6, MEANING), (5, SOME_WORDS), (4, MEANING)]
    assert (ranking.exact, ranking.nearest_only) == (3, False)


async def test_a_list_is_filled_up_only_as_far_as_is_wanted():
    """And never cut where everything is exact."""
    near = [Nearest(4, 0.1), Nearest(5, 0.2), Nearest(6, 0.3)]
    assert [n for n, _ in (await rows_of(asked((("두부",),), 두부=1.0), near, limit=4))[1]] == [
        1,
        3,
        2,
        4,
    ]
    ranking, rows = await rows_of(asked((("두부",),), 두부=1.0), near, limit=1)
    assert len(rows) == ranking.exact == 3


async def test_the_nearest_answer_where_no_word_does():
    """In their order."""
    near = [Nearest(6, 0.1), Nearest(2, 0.2), Nearest(99, 0.3), Nearest(1, 0.4)]
    ranking, rows = await rows_of(asked((("없음",),), 없음=1.0), near)
    assert rows == [(6, MEANING), (2, MEANING), (1, MEANING)]
    assert ranking.nearest_only


async def test_meaning_decides_between_equal_words():
    """The vectors have their say among what is exact."""
    _, rows = await rows_of(asked((("두부",),)), [Nearest(2, 0.1)])
    assert [n for n, _ in rows] == [2, 3, 1]


@pytest.mark.parametrize("count", [RANKED - 1, RANKED, RANKED + 1, 3 * RANKED])
async def test_a_long_list_is_in_the_order_of_its_scores(count):
    """Also behind the places that are told apart."""
    scores = np.random.default_rng(7).permutation(count) / count + 1
    every = Catalogue.of(posted(dict.fromkeys(range(count), 1)))
    words = Scored(every, scores, np.ones(count, np.bool_))
    found = await fused({"kok": words}, {}, limit=20)
    assert found["kok"].ids.tolist() == np.argsort(-scores).tolist()


async def test_an_empty_index_has_nothing():
    """Not even a list of every item."""
    nothing = await worded(
        {"kok": {}}, asked((("두부",),), 두부=1.0), {"kok": Catalogue.of(NOTHING)}
    )
    ranking = (await fused(nothing, {"kok": [Nearest(1, 0.1)]}, limit=9))["kok"]
    assert (ranking.total, ranking.exact, ranking.nearest_only) == (0, 0, False)


@given(
    scores=st.lists(st.integers(0, 3), min_size=1, max_size=40),
    exact=st.sets(st.integers(0, 39)),
    near=st.lists(st.integers(0, 45), unique=True),
    limit=st.integers(1, 30),
)
def test_no_row_is_lost_or_told_twice(scores, exact, near, limit):
    """All that is exact, then as many others as there is room for and there are."""
    every = Catalogue.of(posted(dict.fromkeys(range(len(scores)), 1)))
    held = np.array([n in exact for n in range(len(scores))])
    neighbours = [Nearest(n, 0.5) for n in near]
    words = Scored(every, np.array(scores, float), held)
    found = asyncio.run(fused({"kok": words}, {"kok": neighbours}, limit=limit))["kok"]
    worth = set(np.flatnonzero(scores).tolist()) | {n for n in near if n < len(scores)}
    others = worth - set(np.flatnonzero(held).tolist())
    wanted = held.sum() + min(max(0, limit - held.sum()), len(others))
    assert len(found.ids) == len(set(found.ids.tolist())) == wanted
    assert (found.matches[: found.exact] == EXACT).all()
    assert EXACT not in found.matches[found.exact :]
    tail = found.scores[found.exact :]
    assert (np.diff(found.scores[: found.exact]) <= 0).all()
    assert (np.diff(tail) <= 0).all()
    assert found.rows == list(found)


def test_a_place_is_read_back_as_it_was_written():
    """Whatever its numbers."""
    place = Place(3, 7, Item("kok", 2**40))
    assert Place.of(place.cursor()) == place


async def test_a_row_that_moved_is_found_where_it_is():
    """A row that has gone left its place to the next."""
    ranking, _ = await rows_of(asked((("두부",),), 두부=1.0))
    places = Places({"kok": ranking})
    items = [row.item for row in places.part(0, 9)]
    assert places.start(None, Place(1, 0, items[0])) == 1
    assert places.start(None, Place(1, 5, items[1])) == 2
    assert places.start(None, Place(1, 1, Item("kok", 99))) == 1
    assert places.start(None, Place(1, 1, Item("recipe", items[1].item_id))) == 1
