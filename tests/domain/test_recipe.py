"""Recipes are found by name and by ingredient, and rated once by each."""

import asyncio
import unicodedata
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from domain import recipe
from domain.kernel import CursorInvalid, UserId, Window
from domain.recipe.models import Rating, RecipeGram
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


async def test_the_order_of_a_search_is_strict(book):
    """Nobody ties: keys of neighbours differ."""
    found, _ = await by_name(book, "찌개")
    assert all(one != other for one, other in pairwise(found))
