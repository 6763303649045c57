"""What is looked for is found by its words and its meaning, on both engines, or else by rules."""

import base64

import pytest

from domain import kernel, recommendation
from domain.kernel import CursorInvalid
from domain.recommendation import EXACT, KINDS, MEANING, Source
from tests.embedders import BrokenEmbedder, HashEmbedder
from tests.kitchen import a_recipe, hs_grocery, kok_grocery
from tests.library import SOURCES, embed, file, found, library


@pytest.fixture
async def db(sqlite_url):
    """The shop's own database, empty."""
    database = kernel.open_database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def books(db, analytics):
    """Everything filed and embedded."""
    embedder = HashEmbedder()
    await file(analytics, SOURCES)
    await embed(analytics, embedder)
    return library(db, analytics, embedder)


def exact(findings):
    return [tuple(row.item) for row in findings.rows if row.match == EXACT]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("두부조림", ("recipe", 3)),
        ("두부 조림", ("recipe", 3)),
        ("참치김치찌개", ("recipe", 2)),
        ("참치 김치 찌개", ("recipe", 2)),
        ("삼겹살", ("kok", 13)),
        ("ㄷㅂㅈㄹ", ("recipe", 3)),
        ("엔ㅁㅇㄻㅇㄹ 두부조림", None),
    ],
)
async def test_a_word_finds_what_has_it(books, text, first):
    """However it is spaced, and by its initial consonants; not with words that nothing has."""
    assert [*exact(await found(books, text)), None][0] == first


@pytest.mark.parametrize(
    ("typed", "meant", "first"),
    [
        ("해물파젼", "해물파전", ("recipe", 5)),
        ("계란말리", "계란말이", ("recipe", 4)),
        ("enqnwhfla", "두부조림", ("recipe", 3)),
        ("enqn 조림", "두부 조림", ("recipe", 3)),
        ("enqnwhflal", "두부조림", ("recipe", 3)),
        ("삼겹쌀", "삼겹살", ("kok", 13)),
    ],
)
async def test_a_slip_is_put_right(books, typed, meant, first):
    """The answer says what was searched instead."""
    findings = await found(books, typed)
    assert findings.corrected == meant
    assert exact(findings)[0] == first


async def test_a_sentence_on_the_other_keyboard_is_read(books):
    """Its words are not looked up one by one, and none is put right."""
    sentence = "rlacl Wlro aktdlTrp Rmfgdlsms rjt"
    assert (await found(books, sentence)).corrected is None
    assert (await found(books, "enqn whfla enqn whfla enqnwhfla")).corrected == (
        "두부 조림 두부 조림 두부조림"
    )


async def test_what_is_spelt_right_is_not_corrected(books):
    """Nor is what nobody could have meant; what was typed is left as it is."""
    assert (await found(books, "tofu")).corrected is None
    assert (await found(books, "두부조림")).corrected is None
    assert (await found(books, "뷁쉙쀍뚫")).corrected is None


async def test_every_spelling_of_an_ingredient_finds_it(books):
    """달걀 is 계란."""
    assert ("recipe", 4) in exact(await found(books, "계란"))
    assert ("recipe", 4) in exact(await found(books, "달걀"))


async def test_nothing_found_is_answered_with_the_nearest(books):
    """By the vectors, none of them exact; the total counts them."""
    findings = await found(books, "뷁쉙쀍뚫")
    assert findings.exact == 0
    assert findings.total == sum(findings.totals.values()) == len(findings.rows) > 0
    assert {row.match for row in findings.rows} == {MEANING}
    assert findings.semantic


async def test_all_kinds_take_turns(books):
    """The best of each comes before the second of any; what is exact before what is like it."""
    findings = await found(books, "두부")
    kinds = [row.item.kind for row in findings.rows if row.match == EXACT]
    assert kinds[:3] == list(KINDS)
    matches = [row.match for row in findings.rows]
    assert matches == sorted(matches, key=lambda match: match != EXACT)


async def test_one_kind_is_shown_alone(books):
    """The totals of the others are told all the same."""
    findings, every = await found(books, "두부", "kok"), await found(books, "두부")
    assert {row.item.kind for row in findings.rows} == {"kok"}
    assert findings.totals == every.totals
    assert findings.total == every.totals["kok"] == len(findings.rows)


async def _pages(books, text, **window):
    first = await found(books, text, size=2, **window)
    rows, cursor = [*first.rows], first.next_cursor
    while cursor is not None:
        part = await found(books, text, size=2, cursor=cursor)
        assert part.total == first.total
        rows += part.rows
        cursor = part.next_cursor
    return first, rows


@pytest.mark.parametrize("text", ["두부", "양파", "뷁쉙쀍뚫", "ㄱㅊ"])
async def test_paging_to_the_end_gives_exactly_the_total(books, text):
    """Each row once, by cursor and by page, in one order."""
    first, rows = await _pages(books, text)
    assert len({row.item for row in rows}) == len(rows) == first.total
    numbered = [
        row
        for page in range(1, first.total // 2 + 3)
        for row in (await found(books, text, size=2, page=page)).rows
    ]
    assert numbered == rows


async def test_a_cursor_goes_on_behind_its_row_whatever_was_filed(books, analytics, db):
    """In another process, whose index has more before and after the place where it was left."""
    first = await found(books, "두부", "recipe", "kok", "homeshopping", size=2)
    seen = {row.item for row in first.rows}
    more = {number: Source(f"두부 {number}종", ("두부",), (), 200) for number in range(31, 39)}
    await file(analytics, {"kok": more})
    elsewhere = library(db, analytics, books.embedder)
    rest, cursor = [], first.next_cursor
    while cursor is not None:
        part = await found(elsewhere, "두부", size=3, cursor=cursor)
        rest += [row.item for row in part.rows]
        cursor = part.next_cursor
    assert len(rest) == len(set(rest))
    assert seen.isdisjoint(rest)


async def test_the_same_question_has_the_same_answer(books, analytics, db):
    """A pure function of the index and the words."""
    again = library(db, analytics, HashEmbedder())
    for text in ("두부", "김치", "비 오는 날 생각나는 전"):
        assert (await found(books, text)).rows == (await found(again, text)).rows


async def test_a_better_item_comes_first_among_equals(books, analytics):
    """Two of the same words, told apart by their rank, and then by their ids."""
    twins = {41: 1, 42: 9, 43: 9}
    await file(
        analytics,
        {"kok": {n: Source("특제 들깨수제비", (), (), rank) for n, rank in twins.items()}},
    )
    findings = await found(books, "특제 들깨수제비", "kok")
    assert exact(findings) == [("kok", 42), ("kok", 43), ("kok", 41)]


async def test_a_page_that_is_turned_asks_nobody_anew(books):
    """The ranking is kept; the model is asked once."""
    first = await found(books, "두부", size=2)
    asked = len(books.embedder.asked)
    await found(books, "두부", size=2, cursor=first.next_cursor)
    await found(books, " 두부 ", size=2, page=2)
    assert len(books.embedder.asked) == asked


async def test_without_the_model_the_words_answer(books, db, analytics):
    """And the answer says so."""
    findings = await found(library(db, analytics, BrokenEmbedder()), "두부조림")
    assert exact(findings)[0] == ("recipe", 3)
    assert not findings.semantic
    assert MEANING not in {row.match for row in findings.rows}


async def test_a_model_that_is_back_is_asked_again(books, db, analytics):
    """What was answered without it is not kept in its stead."""
    embedder = BrokenEmbedder()
    mending = library(db, analytics, embedder)
    assert not (await found(mending, "두부")).semantic
    embedder.mended = True
    assert (await found(mending, "두부")).semantic


async def test_a_model_without_vectors_here_adds_nothing(books, db, analytics):
    """Another model's numbers mean nothing."""
    other = library(db, analytics, HashEmbedder(32, name="other"))
    findings = await found(other, "두부조림")
    assert not findings.semantic
    assert exact(findings)[0] == ("recipe", 3)


async def _stock(db):
    async with db.sessions.begin() as session:
        for number in range(1, 6):
            await a_recipe(session, number, f"두부조림 {number}", "두부")
        await kok_grocery(session, 11, "두부 한 모")
        for number in (21, 22):
            await hs_grocery(session, number, f"손두부 {number}")


@pytest.mark.parametrize("away", ["unindexed", "gone"])
async def test_without_an_index_the_rules_answer(db, analytics, away):
    """Before anything is filed, and while its database is away; to the last row."""
    await _stock(db)
    nowhere = kernel.open_database("sqlite+aiosqlite:////nowhere/at/all.db")
    books = library(db, nowhere if away == "gone" else analytics, HashEmbedder())
    first, rows = await _pages(books, "두부")
    assert (first.total, first.exact, first.semantic) == (8, 8, False)
    assert first.totals == {"recipe": 5, "kok": 1, "homeshopping": 2}
    assert [row.item.kind for row in rows] == [*KINDS, "recipe", "homeshopping", *["recipe"] * 3]
    assert len({row.item for row in rows}) == 8
    assert (await found(books, "두부", size=3, page=3)).rows == rows[6:]
    alone = await found(books, "두부", "kok")
    assert (alone.total, alone.totals["recipe"]) == (1, 5)
    await nowhere.close()


@pytest.mark.parametrize(
    "content",
    [
        *("", "{}", "null", "[" * 300, "[1,2]", '[1,2,"kok"]', '[1,2,["kok"],3]', '[1,2,"x",3]'),
        *('[1,-1,"kok",3]', '["1",2,"kok",3]', '[1,2,"kok",true]', '[1,2,"kok",3.5]'),
        f'[1,2,"kok",{2**63}]',
    ],
)
async def test_a_forged_cursor_is_refused(books, content):
    """Of another shape, of no kind, of a number that is none."""
    cursor = base64.urlsafe_b64encode(content.encode()).decode()
    with pytest.raises(CursorInvalid):
        await found(books, "두부", cursor=cursor)
    with pytest.raises(CursorInvalid):
        await found(books, "두부", cursor="!" + cursor)


async def test_a_cursor_beyond_the_end_finds_nothing(books):
    """Its place may be anywhere; its row nowhere."""
    end = recommendation.search.listing.Place(1, 2**62, recommendation.Item("kok", 999))
    findings = await found(books, "두부", cursor=end.cursor())
    assert (findings.rows, findings.next_cursor) == ([], None)
    assert findings.total > 0


async def test_cards_tell_every_kind_alike(db):
    """Those that are there; a product that is sold out says so."""
    await _stock(db)
    items = [recommendation.Item(kind, n) for kind, n in (("recipe", 1), ("kok", 11), ("kok", 99))]
    items.append(recommendation.Item("homeshopping", 21))
    async with db.reads() as session:
        cards = await recommendation.cards(session, items)
    assert set(cards) == {item for item in items if item.item_id != 99}
    dish, tofu, shown = (cards[item] for item in items if item in cards)
    assert (dish.title, dish.price) == ("두부조림 1", None)
    assert (tofu.price, tofu.discounted_price, tofu.sold_out) == (10_000, 8_000, False)
    assert (shown.subtitle, shown.live_id) == ("바다상회", None)
