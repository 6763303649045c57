"""Recipes use up what is left: by the exact rules, whatever they are read from."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from domain import recipe
from domain.recipe import Choice, Leftover, Wish
from domain.recipe.covering import Option, Search, undominated, value_of
from domain.recipe.leftovers import missing
from domain.recipe.measures import agree, amount_of
from domain.recipe.models import Material
from tests.kitchen import a_recipe
from tests.leftovers import a_text, best_cover, greedy, kitchens


@pytest.fixture
async def book(db):
    """Six dishes; two of them are equally popular."""
    async with db.sessions.begin() as session:
        await a_recipe(session, 1, "김치찌개", "김치 300 g", "돼지고기", "두부 1 모", scraps=10)
        await a_recipe(session, 2, "참치김치찌개", "김치 200 g", "참치", scraps=99)
        await a_recipe(session, 3, "김치찌개우동", "우동면", "김치 100 g", scraps=5)
        await a_recipe(session, 4, "된장찌개", "된장", "두부 0.5 모", "양파 1 개", scraps=50)
        await a_recipe(session, 5, "두부전", "두부 1 모", "계란 2 개", scraps=50)
        await a_recipe(session, 6, "볶음", "김치", "두부", scraps=1)
    return db


@pytest.mark.parametrize(
    ("written", "number"),
    [
        *[("2", 2.0), ("0.5", 0.5), (" 300 ", 300.0), ("1,000", 1000.0), ("1/2", 0.5)],
        *[("1 1/2", 1.5), ("½", 0.5), ("1½", 1.5), ("약간", 0.0), ("", 0.0), (None, 0.0)],
        *[("1~2", 0.0), ("-1", 0.0), ("nan", 0.0), ("inf", 0.0), ("1e5", 0.0), ("1/0", 0.0)],
        *[("9" * 400, 0.0), ("두 개", 0.0)],
    ],
)
def test_an_amount_is_a_number_or_none(written, number):
    """ "약간" never counts; nothing makes the sum infinite."""
    assert amount_of(written) == number


def test_units_agree_when_equal_or_unknown():
    """Grams are no pieces."""
    assert agree("g", " G ")
    assert agree("", "개")
    assert agree("개", None)
    assert not agree("g", "개")


LEFT = [Leftover("감자", 3), Leftover("양파", 2), Leftover("당근", 1)]


def of(recipe_id, *parts, scraps=0):
    """Return a recipe that needs so much of these, in pieces."""
    return a_text(recipe_id, *((name, str(amount), "개") for name, amount in parts), scraps=scraps)


def choose(book, *, number=1, left=LEFT, size=5, taste=0, method="greedy"):
    """Return the plan for these recipes."""
    known = recipe.places(recipe.merged(left))
    needs = {name: each for name, each in recipe.needs_of(book).items() if name in known}
    return recipe.plan(needs, left, Wish(number, size, taste, method))


def told(plan):
    """Return what is chosen, and what each uses."""
    return [
        (each.recipe_id, {used.material_name: used.amount for used in each.used})
        for each in plan.choices
    ]


def test_the_recipe_with_most_ingredients_goes_first_then_with_the_largest_amount():
    """Then what is left decides about the next."""
    few, much = of(1, ("감자", 1)), of(2, ("감자", 3))
    most = of(3, ("감자", 2), ("양파", 1), ("당근", 1))
    assert told(choose([few, much, most])) == [
        (3, {"감자": 2, "양파": 1, "당근": 1}),
        (1, {"감자": 1}),
    ]


def test_a_recipe_may_use_an_ingredient_in_part():
    """What it lacks is no hindrance; an empty shelf is."""
    assert told(choose([of(1, ("당근", 5)), of(2, ("당근", 1))])) == [(1, {"당근": 1})]


def test_equally_good_recipes_are_chosen_by_taste():
    """0 popular, 1 new, 2 naming most; always the same."""
    plain, popular = of(1, ("감자", 1)), of(2, ("감자", 1), scraps=9)
    naming, new = a_text(3, ("감자", "1"), ("양파",), ("당근", "약간")), of(7, ("감자", 1))
    several = [plain, popular, new, naming]
    for taste, first in ((0, 2), (1, 7), (2, 3)):
        orders = [random.Random(seed).sample(several, 4) for seed in range(5)]
        firsts = {choose(order, taste=taste).choices[0].recipe_id for order in orders}
        assert firsts == {first}


def test_combinations_share_no_recipe():
    """Fault 8.2: later combinations know the earlier ones without remembering anything."""
    several = [of(n, (LEFT[n % 3].name, 1), scraps=n) for n in range(1, 13)]

    def ids():
        plans = (choose(several, number=number, size=3) for number in (1, 2, 3))
        return [[each.recipe_id for each in plan.choices] for plan in plans]

    assert len({recipe_id for chosen in ids() for recipe_id in chosen}) == 9
    assert ids() == ids()
    assert choose(several, number=4).choices == ()


@given(kitchens(), st.integers(1, 3), st.integers(1, 4), st.integers(0, 2))
@settings(max_examples=300, deadline=None)
def test_arrays_choose_what_the_plain_rule_chooses(kitchen, number, size, taste):
    """To the last bit of every amount, for all combinations, tastes and units."""
    texts, left = kitchen
    plan = choose(texts, number=number, left=left, size=size, taste=taste)
    assert told(plan) == greedy(number, texts, left, size=size, taste=taste)


@given(kitchens(recipes_max=7), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_a_cover_is_the_best_of_all_there_are(kitchen, size):
    """Most ingredients, fewest missing, fewest recipes, most popular, lowest ids."""
    texts, left = kitchen
    plan = choose(texts, left=left, size=size, method="cover")
    assert {each.recipe_id for each in plan.choices} == best_cover(texts, left, size=size)
    assert plan.optimal


def test_a_cover_finds_what_one_after_the_other_misses():
    """The dish with most ingredients is a trap: two that share none take them all."""
    stock = [Leftover(name, 1) for name in "가나다라마바"]
    book = [
        of(number, *((name, 1) for name in names))
        for number, names in enumerate(("나다라마", "가나다", "라마바"), 1)
    ]
    assert [each for each, _ in told(choose(book, left=stock, size=2))] == [1, 2]
    cover = choose(book, left=stock, size=2, method="cover")
    assert told(cover) == [(2, {"가": 1, "나": 1, "다": 1}), (3, {"라": 1, "마": 1, "바": 1})]
    assert cover.optimal


def test_covers_share_no_recipe_either():
    """The second is the best of what the first has left."""
    several = [of(n, (LEFT[n % 3].name, 1), scraps=n) for n in range(1, 10)]
    plans = [choose(several, number=n, size=3, method="cover") for n in (1, 2, 3)]
    ids = [sorted(each.recipe_id for each in plan.choices) for plan in plans]
    assert ids == [[7, 8, 9], [4, 5, 6], [1, 2, 3]]


def test_a_search_that_is_too_long_says_that_it_proved_nothing():
    """And answers what one after the other finds, or better."""
    dice = random.Random(7)
    options = [Option(dice.getrandbits(40), n % 5, n, n, n) for n in range(1, 400)]
    kept, whole = undominated(options)
    short = Search(kept, 6, looks_max=1_000)
    short.run()
    assert whole
    assert not short.optimal
    longer = Search(kept, 6, looks_max=20_000)
    longer.run(short.picks)
    assert value_of(longer.picks) <= value_of(short.picks)


def test_what_is_dominated_is_never_needed():
    """One that takes as much, and lacks no more, stands in for it; ids decide at last."""
    best, same, less = Option(0b11, 1, 5, 1, 0), Option(0b10, 1, 5, 2, 1), Option(0b1, 0, 0, 3, 2)
    assert undominated([best, same, less])[0] == [less, best]


def test_what_earlier_dishes_used_up_is_missing():
    """What is there but not used, salt, is not."""
    stock = [Leftover("감자", 1), Leftover("소금", 9), Leftover("달걀", 1, "", ("계란",))]
    names = ["감자", "소금", "계란", "양파"]
    assert missing(Choice(1, (), frozenset()), names, stock) == ["양파"]
    assert missing(Choice(1, (), frozenset({"감자", "달걀"})), names, stock) == [
        "감자",
        "계란",
        "양파",
    ]


async def suggested(db, *, names=("두부", "김치", "계란"), amounts, units=None, **asked):
    """Return what the book suggests, and what each dish lacks."""
    left = recipe.leftovers_of(names, amounts=amounts, units=units)
    known = recipe.places(recipe.merged(left))
    wish = Wish(**({"number": 1, "size": 5} | asked))
    async with db.reads() as session:
        needs = await recipe.needs_from_book(session, list(known), counted=wish.method == "cover")
        plan = recipe.plan(needs, left, wish)
        return await recipe.suggestions(session, plan.choices, left)


def used_by(dishes):
    """Return the dishes, each with what it uses."""
    return [
        (each.card.recipe_id, {u.material_name: (u.amount, u.unit) for u in each.used})
        for each in dishes
    ]


async def test_leftovers_are_used_up_from_the_book(book):
    """Amounts are deducted, units compared, and the recipe's own unit told where none was given."""
    found = await suggested(book, amounts=[1.5, 400, 1], units=["모", "g", ""])
    assert used_by(found) == [
        (1, {"김치": (300.0, "g"), "두부": (1.0, "모")}),
        (5, {"두부": (0.5, "모"), "계란": (1.0, "개")}),
        (2, {"김치": (100.0, "g")}),
    ]
    assert [each.missing for each in found] == [("돼지고기",), (), ("참치",)]
    pieces = await suggested(book, amounts=[9, 400, 1], units=["g", "g", "g"])
    assert [each.card.recipe_id for each in pieces] == [1, 2]


async def test_combinations_of_the_book_share_nothing_and_end_after_three(book):
    """Fault 8.2: no tracker; asking again, in any order, gives the same."""
    asked = {"amounts": [1, 100, 1], "size": 1}
    found = {n: used_by(await suggested(book, number=n, **asked)) for n in (3, 1, 2, 4)}
    ids = [recipe_id for n in (1, 2, 3) for recipe_id, _ in found[n]]
    assert len(ids) == len(set(ids)) == 3
    assert found[4] == []
    assert found[1] == used_by(await suggested(book, number=1, **asked))


async def test_the_book_knows_what_a_cover_lacks(book):
    """Of two dishes that take as much, the one that lacks less."""
    found = await suggested(
        book, names=("김치", "두부", "양파"), amounts=[100, 1, 1], size=2, method="cover"
    )
    assert [(each.card.recipe_id, each.missing) for each in found] == [
        (4, ("된장",)),
        (2, ("참치",)),
    ]


async def test_nothing_left_suggests_nothing(book):
    """Nor does what no recipe asks for."""
    assert await suggested(book, amounts=[0, 0, 0]) == []
    assert await suggested(book, names=("없음", "아무", "것"), amounts=[1, 1, 1]) == []
    assert await suggested(book, amounts=[0, 0, 0], method="cover") == []


async def test_a_recipe_that_is_gone_spoils_the_plan(book):
    """Whoever planned by older knowledge plans anew."""
    async with book.reads() as session:
        assert await recipe.suggestions(session, [Choice(99, ())], LEFT) is None


async def test_every_ingredient_of_a_suggestion_is_counted(book):
    """Also those that are not there."""
    (found,) = await suggested(book, names=("된장", "양파", "소금"), amounts=[1, 1, 1])
    async with book.reads() as session:
        count = await session.scalar(
            select(func.count()).select_from(Material).where(Material.recipe_id == 4)
        )
    assert (found.card.recipe_id, found.material_count) == (4, count)


def test_how_much_is_left_must_be_clear():
    """One of the two lists at least, each as long as the names."""
    with pytest.raises(recipe.LeftoversUnclear):
        recipe.leftovers_of(["a"], amounts=None, units=None)
    with pytest.raises(recipe.AmountsMiscounted):
        recipe.leftovers_of(["a"], amounts=[1, 2], units=None)
    with pytest.raises(recipe.UnitsMiscounted):
        recipe.leftovers_of(["a"], amounts=[1], units=["g", "g"])
    assert recipe.leftovers_of([" a "], amounts=None, units=["g "]) == [Leftover("a", 1.0, "g")]
