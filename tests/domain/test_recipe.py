"""Recipes are found by name and by ingredient, rated once by each, and use up what is left."""

import asyncio
import random
import unicodedata
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from domain import recipe
from domain.kernel import CursorInvalid, UserId, Window
from domain.recipe import Leftover
from domain.recipe.models import Material, Rating, RecipeGram
from domain.recipe.using_up import Candidate, agree, amount_of, combination
from tests.kitchen import a_recipe
from tests.shop import NOON

ME, YOU = UserId(1), UserId(2)
ALL = Window(50)


@pytest.fixture
async def book(db):
    """Six dishes; two of them are equally popular."""
    async with db.sessions.begin() as session:
        await a_recipe(session, 1, "김치찌개", "김치 300 g", "돼지고기", "두부 1 모", scraps=10)
        await a_recipe(session, 2, "참치김치찌개", "김치 200 g", "참치", scraps=99)
        await a_recipe(session, 3, "김치찌개우동", "우동면", "김치 100 g", scraps=5)
        await a_recipe(session, 4, "된장찌개", "된장", "두부 0.5 모", "양파 1 개", scraps=50)
        await a_recipe(session, 5, "두부전", "두부 1 모", "계란 2 개", scraps=50)
        title = "100% 맛있는 Tofu 김치_볶음"
        await a_recipe(session, 6, "볶음", "김치", "두부", title=title, scraps=1)
    return db


async def by_name(db, keyword, window=ALL):
    async with db.reads() as session:
        found = await recipe.search_by_name(session, keyword, window=window)
    return [each.recipe_id for each in found.part.rows], found.total


async def having(db, *groups, at_least=None, window=ALL):
    async with db.reads() as session:
        found = await recipe.search_by_materials(
            session,
            groups,
            at_least=len(groups) if at_least is None else at_least,
            window=window,
        )
    return [each.recipe_id for each in found.part.rows], found.total


async def test_the_very_dish_comes_first_then_what_begins_with_it(book):
    """Exact, then prefix, then anywhere in the dish's name, then in the title."""
    assert await by_name(book, "김치찌개") == ([1, 3, 2], 3)
    assert await by_name(book, "김치 찌개") == ([1, 3, 2], 3)
    assert await by_name(book, "김치") == ([1, 3, 2, 6], 4)


async def test_alike_the_more_popular_comes_first_then_the_lower_id(book):
    """The order is total, so that pages never overlap."""
    assert await by_name(book, "두부") == ([5], 1)
    assert await by_name(book, "찌개") == ([2, 4, 1, 3], 4)


async def test_pages_and_cursors_walk_through_the_same_list_once(book):
    """Fault 8.1.12: page 2 and later are not page 1 again, and the total is true."""
    pages = [await by_name(book, "찌개", Window(2, page)) for page in (1, 2, 3)]
    assert pages == [([2, 4], 4), ([1, 3], 4), ([], 4)]

    walked, window = [], Window(1)
    while True:
        async with book.reads() as session:
            found = await recipe.search_by_name(session, "찌개", window=window)
        assert found.total == 4
        walked += [each.recipe_id for each in found.part.rows]
        if found.part.next_cursor is None:
            break
        window = Window(1, cursor=found.part.next_cursor)
    assert walked == [2, 4, 1, 3]


@pytest.mark.parametrize("keyword", ["100%", "김치_볶음", "TOFU", "tofu 맛있는", "%", "_"])
async def test_wildcards_are_letters_and_case_does_not_matter(book, keyword):
    """Fault 8.5: LIKE's wildcards are escaped; every word must be there, in any order."""
    assert await by_name(book, keyword) == ([6], 1)


@pytest.mark.parametrize("keyword", ["", "  ", "없는요리", "찌김", "김%찌개", "/", "\\"])
async def test_what_is_not_there_is_not_found(book, keyword):
    """Nor is anything, for a blank keyword."""
    assert await by_name(book, keyword) == ([], 0)


async def test_a_keyword_is_found_however_it_is_composed(book):
    """A Mac types Hangul in pieces."""
    assert await by_name(book, unicodedata.normalize("NFD", "된장찌개")) == ([4], 1)


async def test_recipes_with_all_ingredients_are_counted_truly(book):
    """Fault 8.1.12: the total counts recipes with all names, not with any."""
    assert await having(book, ["김치"], ["두부"]) == ([1, 6], 2)
    assert await having(book, ["김치"], ["두부"], window=Window(1, 2)) == ([6], 2)
    assert await having(book, ["김치"], ["없는것"]) == ([], 0)
    assert await having(book, ["두"]) == ([], 0)
    assert await having(book) == ([], 0)


async def test_any_of_a_groups_names_will_do_and_more_groups_come_first(book):
    """What has most of the ingredients, then what is popular."""
    found = await having(book, ["두부"], ["달걀", "계란"], ["김치"], at_least=1)
    assert found == ([5, 1, 6, 2, 4, 3], 6)
    assert await having(book, ["두부"], ["달걀", "계란"]) == ([5], 1)


async def test_a_foreign_cursor_is_refused(book):
    """A list only knows its own."""
    for cursor in ("x", "W10", "WyIxIiwyLDNd"):
        with pytest.raises(CursorInvalid):
            await by_name(book, "찌개", Window(2, cursor=cursor))


async def test_a_recipe_lists_its_ingredients_by_name(db):
    """Names are kept composed and trimmed; nameless ones are left out."""
    async with db.sessions.begin() as session:
        names = (unicodedata.normalize("NFD", "양파"), "감자 2 개", "", "당근")
        await a_recipe(session, 1, "카레", *names)
    async with db.reads() as session:
        page = await recipe.recipe_page(session, 1)
        listed = await recipe.material_names(session, [1, 2])
        filed = set(await session.scalars(select(RecipeGram.gram)))

    assert [each.material_name for each in page.materials] == ["감자", "당근", "양파"]
    assert (page.materials[0].measure_amount, page.materials[0].measure_unit) == ("2", "개")
    assert listed == {1: ["양파", "감자", "당근"]}
    assert filed == {"카", "레", "카레"}


async def test_an_unknown_recipe_is_not_found(db):
    """Neither its page nor its rating."""
    async with db.sessions.begin() as session:
        for question in (
            recipe.recipe_page(session, 9),
            recipe.check_recipe(session, 9),
            recipe.rate(session, 9, by=ME, stars=3, now=NOON),
        ):
            with pytest.raises(recipe.RecipeNotFound):
                await question
        assert await recipe.material_names(session, [9]) == {}
        assert await recipe.ratings(session, [9]) == {}


async def test_a_rating_is_one_per_person_and_may_change(book):
    """The average counts everybody once."""
    for who, stars in ((ME, 5), (YOU, 2), (ME, 0)):
        async with book.sessions.begin() as session:
            await recipe.rate(session, 1, by=who, stars=stars, now=NOON)
    async with book.reads() as session:
        assert await recipe.ratings(session, [1, 2]) == {1: 1.0}
        assert await session.scalar(select(func.count()).select_from(Rating)) == 2


async def test_an_outline_is_a_recipe_with_its_stars_and_its_ingredients(db):
    """Each ingredient once, in any order; unknown recipes are left out."""
    async with db.sessions.begin() as session:
        await a_recipe(session, 1, "카레", "양파", "감자", "", "양파")
        await a_recipe(session, 2, "물")
    for who, stars in ((ME, 4), (YOU, 1)):
        async with db.sessions.begin() as session:
            await recipe.rate(session, 1, by=who, stars=stars, now=NOON)
    async with db.reads() as session:
        found = {each.recipe_id: each for each in await recipe.outlines(session, [1, 2, 9])}
        page = await recipe.recipe_page(session, 1)

    assert found.keys() == {1, 2}
    assert (found[1].stars, found[1].material_names) == (2.5, {"양파", "감자"})
    assert (found[2].stars, found[2].material_names) == (0.0, frozenset())
    assert found[1].recipe_title == page.card.recipe_title
    assert found[1].scrap_count == page.card.scrap_count
    assert found[1].cooking_introduction == page.card.cooking_introduction


async def test_ratings_at_once_are_one_rating(book):
    """Whichever came last counts."""

    async def rate(stars):
        async with book.sessions.begin() as session:
            await recipe.rate(session, 1, by=ME, stars=stars, now=NOON)

    await asyncio.gather(*(rate(stars) for stars in (1, 2, 3, 4, 5)))

    async with book.reads() as session:
        assert await session.scalar(select(func.count()).select_from(Rating)) == 1
        assert (await recipe.ratings(session, [1]))[1] in {1.0, 2.0, 3.0, 4.0, 5.0}


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


def of(recipe_id, *parts, scraps=0):
    """Return a candidate that needs (which, how much) of the leftovers."""
    made = [(n, need, "개") for n, need in enumerate(parts)]
    return Candidate(recipe_id, scraps, {str(which) for which, _ in parts}, made)


LEFT = [Leftover("감자", 3), Leftover("양파", 2), Leftover("당근", 1)]


def choose(candidates, *, number=1, left=LEFT, size=5, taste=0):
    return combination(number, candidates, leftovers=left, size=size, taste=taste)


def test_the_recipe_with_most_ingredients_goes_first_then_with_the_largest_amount():
    """Then what is left decides about the next."""
    few, much, most = of(1, (0, 1)), of(2, (0, 3)), of(3, (0, 2), (1, 1), (2, 1))
    chosen = choose([few, much, most])
    assert [choice.recipe_id for choice in chosen] == [3, 1]
    assert [(u.material_name, u.amount) for u in chosen[0].used] == [
        ("감자", 2),
        ("양파", 1),
        ("당근", 1),
    ]


def test_a_recipe_may_use_an_ingredient_in_part():
    """What it lacks is no hindrance; an empty shelf is."""
    chosen = choose([of(1, (2, 5)), of(2, (2, 1))])
    assert [(c.recipe_id, c.used[0].amount) for c in chosen] == [(1, 1)]


def test_equally_good_recipes_are_chosen_by_taste():
    """0 popular, 1 new, 2 naming most; always the same."""
    plain, popular, new = of(1, (0, 1)), of(2, (0, 1), scraps=9), of(7, (0, 1))
    naming = of(3, (0, 1))
    naming.names |= {"1", "2"}
    several = [plain, popular, new, naming]
    for taste, first in ((0, 2), (1, 7), (2, 3)):
        orders = [random.Random(seed).sample(several, 4) for seed in range(5)]
        assert {choose(order, taste=taste)[0].recipe_id for order in orders} == {first}


def test_combinations_share_no_recipe():
    """Fault 8.2: later combinations know the earlier ones without remembering anything."""
    several = [of(n, (n % 3, 1), scraps=n) for n in range(1, 13)]
    found = [[c.recipe_id for c in choose(several, number=n, size=3)] for n in (1, 2, 3)]
    assert len({recipe_id for ids in found for recipe_id in ids}) == 9
    assert found == [[c.recipe_id for c in choose(several, number=n, size=3)] for n in (1, 2, 3)]


def plainly(candidates, left, size):
    """Choose greedily by looking at every recipe every time."""
    stock, chosen, rest = [each.amount for each in left], [], list(candidates)
    while len(chosen) < size:
        worth = []
        for place, each in enumerate(rest):
            used = {}
            for which, required in each.needs:
                amount = min(required, stock[which] - used.get(which, 0.0))
                if amount > 1e-9:
                    used[which] = used.get(which, 0.0) + amount
            worth.append(((-len(used), -sum(used.values()), place), used))
        if not worth:
            break
        (count, _, place), used = min(worth, key=lambda pair: pair[0])
        if not count:
            break
        chosen.append(rest[place].recipe_id)
        del rest[place]
        for which, amount in used.items():
            stock[which] -= amount
    return chosen


@pytest.mark.parametrize("seed", range(40))
def test_looking_only_at_the_best_bounds_finds_the_same(seed):
    """The short way and the plain way choose alike, on random kitchens."""
    dice = random.Random(seed)
    left = [Leftover(str(n), dice.choice([0.0, 0.5, 1, 2, 3.7])) for n in range(5)]
    several = [
        of(
            n,
            *(
                (dice.randrange(5), dice.choice([0.1, 0.5, 1, 2]))
                for _ in range(dice.randint(1, 4))
            ),
        )
        for n in range(30)
    ]
    chosen = [choice.recipe_id for choice in choose(several, left=left, size=10)]
    assert chosen == plainly(several, left, 10)


async def suggested(db, *, names=("두부", "김치", "계란"), amounts, units=None, **asked):
    left = recipe.leftovers_of(names, amounts=amounts, units=units)
    asked = {"number": 1, "size": 5, "taste": 0} | asked
    async with db.reads() as session:
        found = await recipe.suggest(session, left, **asked)
    return [
        (each.card.recipe_id, {u.material_name: (u.amount, u.unit) for u in each.used})
        for each in found
    ]


async def test_leftovers_are_used_up_from_the_book(book):
    """Amounts are deducted, units compared, and the recipe's own unit told where none was given."""
    found = await suggested(book, amounts=[1.5, 400, 1], units=["모", "g", ""])
    assert found == [
        (1, {"김치": (300.0, "g"), "두부": (1.0, "모")}),
        (5, {"두부": (0.5, "모"), "계란": (1.0, "개")}),
        (2, {"김치": (100.0, "g")}),
    ]
    pieces = await suggested(book, amounts=[9, 400, 1], units=["g", "g", "g"])
    assert [recipe_id for recipe_id, _ in pieces] == [1, 2]


async def test_combinations_of_the_book_share_nothing_and_end_after_three(book):
    """Fault 8.2: no tracker; asking again, in any order, gives the same."""
    asked = {"amounts": [1, 100, 1], "size": 1}
    found = {n: await suggested(book, number=n, **asked) for n in (3, 1, 2, 4)}
    ids = [recipe_id for n in (1, 2, 3) for recipe_id, _ in found[n]]
    assert len(ids) == len(set(ids)) == 3
    assert found[4] == []
    assert found[1] == await suggested(book, number=1, **asked)


async def test_nothing_left_suggests_nothing(book):
    """Nor does what no recipe asks for."""
    assert await suggested(book, amounts=[0, 0, 0]) == []
    assert await suggested(book, names=("없음", "아무", "것"), amounts=[1, 1, 1]) == []


async def test_every_ingredient_of_a_suggestion_is_counted(book):
    """Also those that are not there."""
    left = recipe.leftovers_of(["된장", "양파", "소금"], amounts=[1, 1, 1], units=None)
    async with book.reads() as session:
        (found,) = await recipe.suggest(session, left, number=1, size=5, taste=0)
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


async def test_the_order_of_a_search_is_strict(book):
    """Nobody ties: keys of neighbours differ."""
    found, _ = await by_name(book, "찌개")
    assert all(one != other for one, other in pairwise(found))
