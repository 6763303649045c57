"""What may be asked about recipes: a bounded number of statements each."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    distinct,
    func,
    literal_column,
    or_,
    select,
)

from domain.kernel import (
    BigId,
    Counted,
    Key,
    Keyset,
    Session,
    Slice,
    Window,
    as_grams,
    containing,
    escaped,
    filed_under,
    folded,
    like,
    rarest,
)
from domain.recipe.errors import RecipeNotFound
from domain.recipe.models import Material, Recipe, RecipeGram
from domain.recipe.schemas import Found, MaterialRow, RecipeCard, RecipePage

# Core's tables: entities cost more on every read.
RECIPES: Final = Recipe.__table__
MATERIALS: Final = Material.__table__
R: Final = RECIPES.c
M: Final = MATERIALS.c
CARD: Final = tuple(R[name] for name in RecipeCard.__annotations__)
MATERIAL: Final = tuple(M[name] for name in MaterialRow.__annotations__)
# Statements are drawn up for each number of words and of ingredients, which takes longer than to
# run them; so many are kept.
SHAPES_MAX: Final = 64

FOUND: Final = "found"
_FOUND_RANK: Final = literal_column(f"{FOUND}.rank", Integer)
_ALIKE: Final = (
    Key(R.scrap_count, "scrap_count", descending=True),
    Key(R.recipe_id, "recipe_id"),
)
_BY_RANK: Final = Keyset((Key(_FOUND_RANK, "rank"), *_ALIKE))
_BY_MATCHES: Final = Keyset((Key(_FOUND_RANK, "rank", descending=True), *_ALIKE))
# How a dish is named that is looked for, with blanks or without: so, beginning so, containing it.
_RANK: Final = case(
    *(
        (or_(*(like(R.cooking_name, f"{way}_{n}") for n in range(2))), rank)
        for rank, way in enumerate(("is", "begins", "has"))
    ),
    else_=3,
).label("rank")
_OF_ONE: Final = bindparam("recipe_id", type_=BigId)
OF_THESE: Final = bindparam("ids", expanding=True, type_=BigId)
# A recipe with its ingredients in one statement, and so in one round trip.
_PAGE: Final = (
    select(*CARD, *MATERIAL)
    .outerjoin_from(RECIPES, MATERIALS, and_(M.recipe_id == R.recipe_id, M.material_name != ""))
    .where(R.recipe_id == _OF_ONE)
)
# From the recipe, so that one without ingredients is told from none.
_NAMES: Final = (
    select(R.recipe_id, M.id, M.material_name)
    .outerjoin_from(RECIPES, MATERIALS, M.recipe_id == R.recipe_id)
    .where(R.recipe_id.in_(OF_THESE))
)


async def recipe_page(session: Session, recipe_id: int) -> RecipePage:
    """Return a recipe with its ingredients by name. Raises RecipeNotFound."""
    rows = (await session.execute(_PAGE, {"recipe_id": recipe_id})).all()
    if not rows:
        raise RecipeNotFound
    # Sorted here: databases collate Korean each in their own way.
    materials = sorted((r for r in rows if r.id is not None), key=lambda r: (r.material_name, r.id))
    return RecipePage(cast("RecipeCard", rows[0]), cast("Sequence[MaterialRow]", materials))


async def material_names(
    session: Session, recipe_ids: Collection[int]
) -> Mapping[int, Sequence[str]]:
    """Return each recipe's ingredients, named once, in the recipe's order.

    Unknown recipes are left out.
    """
    found = await session.execute(_NAMES, {"ids": list(recipe_ids)})
    names: dict[int, dict[str, None]] = {}
    # Sorted here; the ids of one without ingredients are alone in their recipe.
    for recipe_id, _, name in sorted(found.all(), key=lambda row: (row[0], row[1] or 0)):
        own = names.setdefault(recipe_id, {})
        if name:
            own[name] = None
    return {recipe_id: list(own) for recipe_id, own in names.items()}


async def search_by_name(session: Session, keyword: str, *, window: Window) -> Found:
    """Return a part of the recipes whose dish or title contains every word of the keyword.

    A dish of that very name comes first, then dishes that begin with it, then dishes that contain
    it, then the rest; alike, the one that was scrapped more often. A blank keyword finds nothing.
    Raises CursorInvalid.
    """
    sought = folded(keyword)
    grams = rarest(sought)
    if not grams:
        return Found(0, Slice((), None))
    words, joined = sought.split(), sought.replace(" ", "")
    patterns = {f"word_{n}": containing(word) for n, word in enumerate(words)}
    for n, way in enumerate((sought, joined)):
        exact = escaped(way)
        patterns |= {f"is_{n}": exact, f"begins_{n}": f"{exact}%", f"has_{n}": f"%{exact}%"}
    listed = _naming(len(grams), len(words))
    given = as_grams(grams) | patterns
    part, total = await _BY_RANK.counted(session, listed, window, given=given)
    return Found(total, part)


async def search_by_materials(
    session: Session, groups: Sequence[Collection[str]], *, at_least: int, window: Window
) -> Found:
    """Return a part of the recipes with an ingredient of at least so many of the groups.

    Those with more come first; alike, the one that was scrapped more often. A group holds the
    names of one thing. Raises CursorInvalid.
    """
    if not groups:
        return Found(0, Slice((), None))
    given: dict[str, object] = {f"group_{n}": list(group) for n, group in enumerate(groups)}
    given["names"] = list({name for group in groups for name in group})
    given["at_least"] = at_least
    listed = _made_of(len(groups))
    part, total = await _BY_MATCHES.counted(session, listed, window, given=given)
    return Found(total, part)


@lru_cache(maxsize=SHAPES_MAX)
def _naming(grams: int, words: int) -> Counted:
    filed = filed_under(RecipeGram.__table__, grams).subquery()
    named = select(R.recipe_id, _RANK, func.count().over().label("total")).select_from(
        filed.join(RECIPES, R.recipe_id == filed.c.recipe_id)
    )
    texts = (R.cooking_name, R.recipe_title)
    for n in range(words):
        named = named.where(or_(*(like(text, f"word_{n}") for text in texts)))
    return _listed(named)


@lru_cache(maxsize=SHAPES_MAX)
def _made_of(groups: int) -> Counted:
    names = (named(f"group_{n}") for n in range(groups))
    which = case(*((M.material_name.in_(group), n) for n, group in enumerate(names)))
    count = func.count(distinct(which))
    having = select(M.recipe_id, count.label("rank"), func.count().over().label("total"))
    having = having.where(M.material_name.in_(named("names"))).group_by(M.recipe_id)
    return _listed(having.having(count >= bindparam("at_least", type_=Integer)))


def _listed(ranked: Select[Any]) -> Counted:
    """Return the cards of the recipes that were found, with their rank and number.

    Both are found while there are only ids: what is sorted to be counted had better be narrow.
    """
    found = ranked.subquery(FOUND)
    cards = select(*CARD, found.c.rank, found.c.total)
    listed = cards.select_from(found.join(RECIPES, R.recipe_id == found.c.recipe_id))
    return Counted(listed, select(func.count()).select_from(found))


def named(name: str) -> BindParameter[Any]:
    """Return the parameter for a list of ingredients' names."""
    return bindparam(name, expanding=True, type_=M.material_name.type)
