"""The larder says what the book says, and what was entered is believed for a week."""

import asyncio
import random
from datetime import timedelta

import pytest
from sqlalchemy import update

from domain import recipe, recommendation
from domain.kernel import UserId, open_database
from domain.recipe import Leftover, Wish
from domain.recommendation import Progress, Shelves, Source, larder
from domain.recommendation.index.models import Larder
from tests.kitchen import a_recipe
from tests.leftovers import AMOUNTS, NAMES, a_text
from tests.library import file
from tests.shop import NOON

ME, YOU = UserId(1), UserId(2)
WEEK = timedelta(days=7)


async def needs(analytics, *names):
    """Return what the larder says of these ingredients, plainly."""
    async with analytics.reads() as session:
        found = await larder.needs(session, names)
    if found is None:
        return None
    return {name: _plain(each) for name, each in found.items()}


def _plain(each):
    return sorted(
        (*map(int, row[:4]), each.measures[row[4]]) for row in zip(*each.rows, strict=True)
    )


async def stored(analytics, *texts, recipes=None):
    """Put the recipes into the larder, which is whole with so many."""
    async with analytics.sessions.begin() as session:
        await larder.store(session, texts)
    async with analytics.sessions.begin() as session:
        return await larder.settle(session, recipes=len(texts) if recipes is None else recipes)


POTATO, STEW = a_text(1, ("감자", "2", "개"), scraps=5), a_text(2, ("두부", "1", "모"), ("감자",))


async def test_the_larder_is_closed_until_it_has_the_whole_book(analytics):
    """Half a book would suggest half as well."""
    assert await needs(analytics, "감자") is None
    assert not await stored(analytics, POTATO, recipes=2)
    assert await needs(analytics, "감자") is None
    assert await stored(analytics, STEW, recipes=2)
    assert await needs(analytics, "감자", "두부", "없음") == {
        "감자": [(1, 5, 1, 0, (2.0, "개")), (2, 0, 2, 1, (0.0, None))],
        "두부": [(2, 0, 2, 0, (1.0, "모"))],
    }
    assert await stored(analytics, a_text(3), recipes=9), "once open it stays so"


async def test_the_larder_opens_when_what_the_book_dropped_is_forgotten(db, analytics):
    """Nothing else may change for a long time."""
    async with db.sessions.begin() as session:
        await a_recipe(session, 1, "감자조림", "감자 2 개")
    await stored(analytics, POTATO, STEW, recipes=1)
    assert await needs(analytics, "감자") is None
    shelves = Shelves(db, analytics)
    await recommendation.index_page(shelves, "recipe", Progress(), limit=9, now=NOON)
    await file(analytics, {"recipe": {2: Source("두부전골", (), (), 0)}})
    await recommendation.forget_strays(shelves, "recipe", Progress(), limit=9)
    assert set(await needs(analytics, "감자", "두부")) == {"감자"}


async def test_a_changed_recipe_is_kept_as_it_is_now(analytics):
    """Under its new ingredients, and no more under its old ones; a forgotten one under none."""
    await stored(analytics, POTATO, STEW)
    await needs(analytics, "감자", "두부")  # which are kept
    await stored(analytics, a_text(2, ("양파", "1/2", "개"), ("감자", "9", "g"), scraps=7))
    assert await needs(analytics, "감자", "두부", "양파") == {
        "감자": [(1, 5, 1, 0, (2.0, "개")), (2, 7, 2, 1, (9.0, "g"))],
        "양파": [(2, 7, 2, 0, (0.5, "개"))],
    }
    async with analytics.sessions.begin() as session:
        await larder.forget(session, [2, 99])
        await larder.forget(session, [])
        await larder.store(session, [])
    assert await needs(analytics, "감자", "양파") == {"감자": [(1, 5, 1, 0, (2.0, "개"))]}


async def test_what_was_read_is_not_read_again_until_something_changes(analytics):
    """The version says so; what is slipped past it goes unseen."""
    await stored(analytics, POTATO)
    before = await needs(analytics, "감자", "없음")
    async with analytics.sessions.begin() as session:
        await session.execute(
            update(Larder).where(Larder.material_name == "감자").values(needs=b"garbage")
        )
    assert await needs(analytics, "감자", "없음") == before


async def test_writers_at_once_lose_nothing(analytics):
    """Each waits for the other: they change the same ingredient."""
    texts = [a_text(n, ("감자", "1"), (f"재료{n}", "2")) for n in range(1, 9)]

    async def one(text):
        async with analytics.sessions.begin() as session:
            await larder.store(session, [text])

    await asyncio.gather(*map(one, texts))
    async with analytics.sessions.begin() as session:
        assert await larder.settle(session, recipes=8)
    assert [row[0] for row in (await needs(analytics, "감자"))["감자"]] == list(range(1, 9))


@pytest.fixture
async def filled(db, analytics):
    """A book of eighty random recipes, all of them in the larder."""
    dice = random.Random(11)
    async with db.sessions.begin() as session:
        for recipe_id in range(1, 81):
            whole = [
                (dice.choice(NAMES), dice.choice(AMOUNTS[1:]), dice.choice(("g", "G", "개")))
                for _ in range(dice.randint(0, 6))
            ]
            rows = [" ".join(each[: dice.randint(1, 3)]) for each in whole]
            await a_recipe(session, recipe_id, "요리", *rows, scraps=dice.randint(0, 3))
    async with db.reads() as session:
        texts = await recipe.recipe_texts(session, range(1, 81))
    assert await stored(analytics, *texts)
    return Shelves(db, analytics)


def told(found):
    """Return what was chosen, in plain values."""
    return [
        (each.card.recipe_id, each.used, each.missing, each.material_count) for each in found.dishes
    ]


@pytest.fixture
async def alone(db):
    """The book, while the analytics database cannot be reached."""
    nowhere = open_database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    yield Shelves(db, nowhere)
    await nowhere.close()


async def test_the_larder_and_the_book_suggest_the_same(filled, alone):
    """All combinations, tastes, units and both methods; a database that is gone changes nothing."""
    for seed in range(12):
        dice = random.Random(seed)
        left = [
            Leftover(name, dice.choice([0, 0.7, 2, 400]), dice.choice(["", "g", "개"]))
            for name in dice.sample(NAMES, 4)
        ]
        method = dice.choice(("greedy", "cover"))
        wish = Wish(dice.randint(1, 3), dice.randint(1, 5), dice.randint(0, 2), method)
        by_larder = await recommendation.use_up(filled, left, wish)
        by_book = await recommendation.use_up(alone, left, wish)
        assert told(by_larder) == told(by_book)
        assert by_larder.optimal == by_book.optimal == (True if method == "cover" else None)


async def test_what_the_book_no_longer_has_is_not_suggested(filled):
    """The larder may be a moment behind; then the book itself is asked."""
    ghost = a_text(999, *((name, "1", "") for name in NAMES), scraps=9)
    await stored(filled.analytics, ghost)
    left = [Leftover(name, 400) for name in NAMES]
    found = await recommendation.use_up(filled, left, Wish(1, 5))
    assert found.dishes
    assert 999 not in {each.card.recipe_id for each in found.dishes}


async def test_long_lists_are_weighed_off_the_event_loop(filled):
    """And say the same as short ones."""
    many = [a_text(n, ("마늘", "1", "개"), scraps=n) for n in range(1_000, 4_000)]
    async with filled.db.sessions.begin() as session:
        await a_recipe(session, 3_999, "마늘볶음", "마늘 1 개", scraps=3_999)
    await stored(filled.analytics, *many)
    found = await recommendation.use_up(filled, [Leftover("마늘", 1)], Wish(1, 1))
    assert [each.card.recipe_id for each in found.dishes] == [3_999]


async def test_an_ingredient_is_found_in_any_spelling(db, analytics):
    """Told in the word that was typed; the very name goes to the leftover of that name."""
    async with db.sessions.begin() as session:
        await a_recipe(session, 1, "찜", "달걀 2 개", "소금", scraps=9)
        await a_recipe(session, 2, "말이", "계란 1 개", "대파 1 대")
    shelves = Shelves(db, analytics)
    found = await recommendation.use_up(shelves, [Leftover("계란", 3)], Wish(1, 5))
    assert told(found) == [
        (1, (recipe.Used("계란", 2.0, "개"),), ("소금",), 2),
        (2, (recipe.Used("계란", 1.0, "개"),), ("대파",), 2),
    ]
    both = [Leftover("계란", 1), Leftover("달걀", 1)]
    exact = await recommendation.use_up(shelves, both, Wish(1, 5))
    assert [(each.card.recipe_id, each.used[0].material_name) for each in exact.dishes] == [
        (1, "달걀"),
        (2, "계란"),
    ]


async def entered(db, *, by=ME, now=NOON):
    async with db.reads() as session:
        found = await recommendation.entered(session, by=by, now=now)
    return [(each.ingredient, each.amount, each.unit) for each in found]


async def remember(db, *leftovers, by=ME, now=NOON):
    async with db.sessions.begin() as session:
        await recommendation.remember_entered(session, leftovers, by=by, now=now)


async def test_what_was_entered_last_counts_for_a_week(db):
    """Each ingredient once, one's own only, the newest first."""
    await remember(db, Leftover("감자", 2, "개"), Leftover("양파", 1), Leftover("감자", 1))
    later = NOON + timedelta(days=3)
    await remember(db, Leftover("양파", 0.5, "개"), now=later)
    await remember(db, Leftover("양파", 9), by=YOU)
    assert await entered(db, now=later) == [("양파", 0.5, "개"), ("감자", 3.0, "개")]
    assert await entered(db, now=NOON + WEEK) == [("양파", 0.5, "개"), ("감자", 3.0, "개")]
    assert await entered(db, now=NOON + WEEK + timedelta(seconds=1)) == [("양파", 0.5, "개")]
    assert await entered(db, by=YOU) == [("양파", 9.0, "")]


async def test_an_amount_of_nothing_says_that_it_is_gone(db):
    """And of what was never there, nothing."""
    await remember(db, Leftover("감자", 2), Leftover("양파", 1))
    await remember(db, Leftover("감자", 0), Leftover("당근", 0))
    assert await entered(db) == [("양파", 1.0, "")]


async def test_one_forgets_ones_own_entries(db):
    """In any composition; somebody else's do not exist."""
    await remember(db, Leftover("감자", 2))
    async with db.sessions.begin() as session:
        with pytest.raises(recommendation.EntryNotFound):
            await recommendation.forget_entered(session, "감자", by=YOU)
    async with db.sessions.begin() as session:
        await recommendation.forget_entered(session, " 감자 ", by=ME)
    assert await entered(db) == []


async def test_old_entries_are_deleted_a_few_at_a_time(db):
    """Those that still count stay."""
    await remember(db, *(Leftover(name, 1) for name in NAMES))
    now = NOON + WEEK + timedelta(seconds=1)
    await remember(db, Leftover("무", 1), now=now)
    counts = []
    for _ in range(3):
        async with db.sessions.begin() as session:
            counts.append(await recommendation.forget_old_entries(session, now=now, limit=4))
    assert counts == [4, 2, 0]
    assert await entered(db, now=now) == [("무", 1.0, "")]


async def test_entering_the_same_at_once_is_entering_it_once(db):
    """Whichever came last counts."""
    names = list(NAMES)

    async def one(amount):
        leftovers = [Leftover(name, amount) for name in random.Random(amount).sample(names, 6)]
        await remember(db, *leftovers)

    await asyncio.gather(*map(one, range(1, 6)))
    found = await entered(db)
    assert {name for name, _, _ in found} == set(NAMES)
    assert len(found) == 6


async def test_what_was_entered_is_owned_after_what_was_bought(db):
    """Bought, entered, in the cart: the first of these counts, in any spelling."""
    async with db.sessions.begin() as session:
        await a_recipe(session, 1, "전골", "달걀", "두부", "대파", "무청묵", "소금")
    holdings = [
        recommendation.Holding(source="cart", product_name="국산 대파 1단", quantity=1, cart_id=3),
        recommendation.Holding(source="cart", product_name="두부 300g", quantity=1, cart_id=4),
        recommendation.Holding(source="entered", product_name="두부", amount=1.0, unit="모"),
        recommendation.Holding(source="entered", product_name="계란", amount=2.0, unit=""),
        recommendation.Holding(source="entered", product_name="무청묵", amount=1.0, unit=""),
        recommendation.Holding(
            source="order", product_name="유정란 계란 30구", quantity=1, order_id=5
        ),
    ]
    async with db.reads() as session:
        found = await recommendation.ingredient_status(session, 1, holdings=holdings)
        notes = await recommendation.recipe_notes(session, [1], holdings=holdings)
    standing = {
        each.material_name: (each.status, each.holding and each.holding.source)
        for each in found.ingredients
    }
    assert standing == {
        "달걀": ("owned", "order"),
        "두부": ("owned", "entered"),
        "대파": ("cart", "cart"),
        "무청묵": ("owned", "entered"),
        "소금": ("not_owned", None),
    }
    assert notes[1].ingredients_owned == 3
