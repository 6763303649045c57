"""What may be asked about recipes: a bounded number of statements each."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import FromClause, Select, and_, bindparam, case, distinct, func, or_, select

from domain.kernel import BigId, Key, Keyset, Session, Slice, Window, folded, wanted_grams
from domain.recipe.errors import RecipeNotFound
from domain.recipe.models import Material, Recipe, RecipeGram
from domain.recipe.schemas import Found, MaterialRow, RecipeCard, RecipePage

# Core's columns: an entity's attributes cost more on every read.
R: Final = Recipe.__table__.c
M: Final = Material.__table__.c
CARD: Final = tuple(R[name] for name in RecipeCard.__annotations__)
MATERIAL: Final = tuple(M[name] for name in MaterialRow.__annotations__)
# The first few pairs leave so few recipes that asking for more pairs costs more than it saves.
GRAMS_MAX: Final = 4
PLACES: Final = tuple(RecipeGram.__table__.alias(f"filed_{n}") for n in range(GRAMS_MAX))

_SCRAPS: Final = Key(R.scrap_count, "scrap_count", descending=True)
_ID: Final = Key(R.recipe_id, "recipe_id")


_OF_ONE: Final = bindparam("recipe_id", type_=BigId)
_OF_THESE: Final = bindparam("ids", expanding=True, type_=BigId)
# A recipe with its ingredients in one statement, and so in one round trip.
_PAGE: Final = (
    select(*CARD, *MATERIAL)
    .outerjoin_from(Recipe, Material, and_(M.recipe_id == R.recipe_id, M.material_name != ""))
    .where(R.recipe_id == _OF_ONE)
)
_CARDS: Final = select(*CARD).where(R.recipe_id.in_(_OF_THESE))
# From the recipe, so that one without ingredients is told from none.
_NAMES: Final = (
    select(R.recipe_id, M.id, M.material_name)
    .outerjoin_from(Recipe, Material, M.recipe_id == R.recipe_id)
    .where(R.recipe_id.in_(_OF_THESE))
)


async def recipe_page(session: Session, recipe_id: int) -> RecipePage:
    """Return a recipe with its ingredients by name. Raises RecipeNotFound."""
    rows = (await session.execute(_PAGE, {"recipe_id": recipe_id})).all()
    if not rows:
        raise RecipeNotFound
    # Sorted here: databases collate Korean each in their own way.
    materials = sorted((r for r in rows if r.id is not None), key=lambda r: (r.material_name, r.id))
    return RecipePage(cast("RecipeCard", rows[0]), cast("Sequence[MaterialRow]", materials))


async def cards(session: Session, recipe_ids: Collection[int]) -> Sequence[RecipeCard]:
    """Return the cards of the recipes there are among these, in no order."""
    found = await session.execute(_CARDS, {"ids": list(recipe_ids)})
    return cast("Sequence[RecipeCard]", found.all())


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
    if not wanted_grams(sought):
        return Found(0, Slice((), None))
    rank = _rank(sought)
    order = Keyset((Key(rank, "rank"), _SCRAPS, _ID))
    listed = _naming(sought)
    ids = listed.with_only_columns(R.recipe_id).subquery()
    return await _part(session, listed.add_columns(rank), of=ids, window=window, order=order)


async def search_by_materials(
    session: Session, groups: Sequence[Collection[str]], *, at_least: int, window: Window
) -> Found:
    """Return a part of the recipes with an ingredient of at least so many of the groups.

    Those with more come first; alike, the one that was scrapped more often. A group holds the
    names of one thing. Raises CursorInvalid.
    """
    if not groups:
        return Found(0, Slice((), None))
    which = case(*((M.material_name.in_(group), n) for n, group in enumerate(groups)))
    count = func.count(distinct(which))
    names = {name for group in groups for name in group}
    having = select(M.recipe_id, count.label("matched")).where(M.material_name.in_(names))
    found = having.group_by(M.recipe_id).having(count >= at_least).subquery()
    listed = select(*CARD, found.c.matched).join_from(
        Recipe, found, found.c.recipe_id == R.recipe_id
    )
    order = Keyset((Key(found.c.matched, "matched", descending=True), _SCRAPS, _ID))
    return await _part(session, listed, of=found, window=window, order=order)


def _naming(sought: str) -> Select[Any]:
    # Pairs leave fewer than single letters; any of them will do, for the text decides.
    wanted = sorted(wanted_grams(sought), key=lambda gram: (-len(gram), gram))[:GRAMS_MAX]
    named = select(*CARD)
    for gram, place in zip(wanted, PLACES, strict=False):
        named = named.where(place.c.gram == gram, place.c.recipe_id == R.recipe_id)
    for word in sought.split():
        texts = (R.cooking_name, R.recipe_title)
        named = named.where(or_(*(text.contains(word, autoescape=True) for text in texts)))
    return named


def _rank(sought: str) -> Any:  # noqa: ANN401 (a column of the database's)
    ways = dict.fromkeys((sought, sought.replace(" ", "")))
    dish = R.cooking_name
    # LIKE without wildcards: as little concerned about case as the other two.
    return case(
        (or_(*(dish.like(_escaped(way), escape="/") for way in ways)), 0),
        (or_(*(dish.startswith(way, autoescape=True) for way in ways)), 1),
        (or_(*(dish.contains(way, autoescape=True) for way in ways)), 2),
        else_=3,
    ).label("rank")


def _escaped(text: str) -> str:
    for letter in "/%_":
        text = text.replace(letter, f"/{letter}")
    return text


async def _part(
    session: Session, listed: Select[Any], *, of: FromClause, window: Window, order: Keyset
) -> Found:
    """Return the part of what is listed that is wanted, and the length of what it is of."""
    total = select(func.count()).select_from(of)
    counted = listed.add_columns(total.scalar_subquery().label("total"))
    part: Slice[Any] = await order.rows(session, counted, window)
    if part.rows:
        return Found(part.rows[0].total, part)
    first = window.page == 1 and window.cursor is None
    return Found(0 if first else int(await session.scalar(total) or 0), part)
