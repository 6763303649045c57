"""The rules for leftovers, written plainly: every recipe is looked at, every time."""

from collections.abc import Sequence
from itertools import combinations

from hypothesis import strategies as st

from domain import recipe
from domain.recipe import Ingredient, Leftover, RecipeText
from domain.recipe.measures import agree, amount_of

NAMES = ("감자", "양파", "당근", "달걀", "두부", "소금")
AMOUNTS = (None, "약간", "1", "2", "0.1", "0.3", "1/3", "½", "300", "0.0000001")
UNITS = (None, "", "g", " G", "개")


def a_text(recipe_id: int, *ingredients: tuple, scraps: int = 0) -> RecipeText:
    """Return a recipe of these ingredients: each a name, an amount and a unit."""
    rows = ((*each, None, None)[:3] for each in ingredients)
    made_of = tuple(Ingredient(place, *row) for place, row in enumerate(rows))
    return RecipeText(recipe_id, "", "", "", "", "", scraps, made_of)


def uses_of(text: RecipeText, stock: Sequence[Leftover], left: Sequence[float]) -> dict:
    """Return how much the recipe uses of which leftover, in the order it names them."""
    which_of = recipe.places(stock)
    uses: dict[int, float] = {}
    for each in text.ingredients:
        which = which_of.get(each.material_name)
        if which is None or not agree(stock[which].unit, each.measure_unit):
            continue
        used = min(amount_of(each.measure_amount), left[which] - uses.get(which, 0.0))
        if used > recipe.EPSILON:
            uses[which] = uses.get(which, 0.0) + used
    return uses


def greedy(
    number: int, book: Sequence[RecipeText], left: Sequence[Leftover], *, size: int, taste: int
) -> list:
    """Return the ids of the combination, and what each uses, by the rule itself."""
    stock, taken, chosen = recipe.merged(left), set(), []
    for each in range(1, number + 1):
        rest, chosen = [one.amount for one in stock], []
        while len(chosen) < size:
            rows = [
                (text, uses_of(text, stock, rest)) for text in book if text.recipe_id not in taken
            ]
            rows = [row for row in rows if row[1]]
            if not rows:
                break
            text, uses = min(rows, key=lambda row: _rank(*row, stock, taste if each == 1 else 0))
            for which, used in uses.items():
                rest[which] -= used
            taken.add(text.recipe_id)
            chosen.append((text.recipe_id, {stock[w].name: used for w, used in uses.items()}))
    return chosen


def _rank(text: RecipeText, uses: dict, stock: Sequence[Leftover], taste: int) -> tuple:
    named = {recipe.places(stock).get(each.material_name) for each in text.ingredients} - {None}
    popular = (-text.scrap_count, text.recipe_id)
    liking = {1: (-text.recipe_id,), 2: (-len(named), *popular)}.get(taste, popular)
    return -len(uses), -sum(uses.values()), liking


def best_cover(book: Sequence[RecipeText], left: Sequence[Leftover], *, size: int) -> set[int]:
    """Return the ids of the best choice, of every choice there is."""
    stock = recipe.merged(left)
    full = [each.amount for each in stock]
    there = {name for name, w in recipe.places(stock).items() if full[w] > recipe.EPSILON}
    options = [
        (frozenset(uses_of(text, stock, full)), len(recipe.names_of(text) - there), text)
        for text in book
    ]

    def value(choice: tuple) -> tuple:
        return (
            -len(frozenset().union(*(each[0] for each in choice))),
            sum(each[1] for each in choice),
            len(choice),
            -sum(each[2].scrap_count for each in choice),
            sorted(each[2].recipe_id for each in choice),
        )

    every = (choice for k in range(size + 1) for choice in combinations(options, k))
    return {each[2].recipe_id for each in min(every, key=value)}


@st.composite
def kitchens(draw: st.DrawFn, *, recipes_max: int = 12) -> tuple[list[RecipeText], list[Leftover]]:
    """Draw a book and what is left; many recipes take the same, and some name things twice."""
    names, scraps = st.sampled_from(NAMES), st.integers(0, 2)
    row = st.tuples(names, st.sampled_from(AMOUNTS), st.sampled_from(UNITS))
    rows = draw(
        st.lists(st.tuples(scraps, st.lists(row, max_size=5)), min_size=1, max_size=recipes_max)
    )
    book = [a_text(n, *made_of, scraps=often) for n, (often, made_of) in enumerate(rows, 1)]
    amounts = st.sampled_from((0.0, 0.1, 0.7, 1.0, 2.3, 400.0))
    left = st.builds(
        Leftover, st.sampled_from(NAMES[:5]), amounts, st.sampled_from(("", "g", "개"))
    )
    return book, draw(st.lists(left, min_size=1, max_size=5))
