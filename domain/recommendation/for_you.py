"""What one person may like: products of both shops and recipes, each with its reason.

Items that share words with what somebody cares for are scored by how high they stand in each of
these lists, and in that of the vectors near their taste (reciprocal rank fusion: Cormack, Clarke &
Büttcher, SIGIR 2009), weighted by how much each is cared for. What is popular or on air comes
after, and is all that a newcomer sees.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final, TypeVar, cast

from domain import homeshopping, kok, recipe
from domain.kernel import Session, Window
from domain.recommendation.dishes import Dish
from domain.recommendation.ingredients import spellings
from domain.recommendation.kinship import Titles, terms_of
from domain.recommendation.nearby import Near
from domain.recommendation.reasons import Reason
from domain.recommendation.similar import TASTE, Alike, Shown
from domain.recommendation.tastes import REASONS, Seed, Taste
from domain.recommendation.text import keywords
from domain.recommendation.varied import Trait, plain_title, varied

CANDIDATES_MAX: Final = 500
WORDS_MAX: Final = 80
LOOKED_AT_MAX: Final = 80
# Of each list so many count; further down, one place more or less says little.
RANKS_MAX: Final = 50
RANK_OFFSET: Final = 20
NEAR_WEIGHT: Final = 0.5
OF_ONE_STORE: Final = 2
POPULAR: Final = Reason(code="popular")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ForYou:
    """Three lists, the best first; ``newcomer`` is of whom nothing is known yet."""

    kok: Sequence[Alike]
    shown: Sequence[Shown]
    recipes: Sequence[Dish]
    newcomer: bool


@dataclass(slots=True)
class _Scores:
    """How well each item of a kind does, and why: for the list in which it does best."""

    total: defaultdict[int, float]
    best: dict[int, tuple[float, Reason]]

    def add(self, ids: Iterable[int], weight: float, reason: Reason) -> None:
        """Count a list, the best first."""
        for rank, number in enumerate(ids):
            part = weight / (RANK_OFFSET + rank)
            self.total[number] += part
            if number not in self.best or part > self.best[number][0]:
                self.best[number] = part, reason

    def ranked(self, *, besides: Collection[int]) -> list[int]:
        """Return the ids, the best first, of equals the lower."""
        left = (number for number in self.total if number not in besides)
        return sorted(left, key=lambda number: (-self.total[number], number))

    def reason(self, number: int) -> Reason:
        """Return why the item is there."""
        return self.best[number][1]


async def for_you(
    session: Session, taste: Taste, *, near: Near, limit: int, now: datetime
) -> ForYou:
    """Return up to so many items of each kind for somebody of that taste.

    ``near`` are those whose vectors lie near it. Nothing is told that they like, have in the cart,
    bought or looked at, nor what is sold out. The same is answered to the same at the same time.
    """
    return ForYou(
        kok=await _kok(session, taste, near=near.get("kok", ()), limit=limit),
        shown=await _shown(session, taste, near=near.get("homeshopping", ()), limit=limit, now=now),
        recipes=await _recipes(session, taste, near=near.get("recipe", ()), limit=limit),
        newcomer=not taste.seeds,
    )


async def _kok(session: Session, taste: Taste, *, near: Sequence[int], limit: int) -> list[Alike]:
    known = {item.item_id for item in taste.known if item.kind == "kok"}
    words = _words(taste)
    found = await kok.named_like(session, words, ingredients_only=False, limit=CANDIDATES_MAX)
    scores = _scores(
        taste, found, number=lambda each: each.kok_product_id, name=lambda each: each.name
    )
    scores.add(near, NEAR_WEIGHT, TASTE)
    ids = scores.ranked(besides=known)[:LOOKED_AT_MAX]
    rows = [Alike(card, scores.reason(n)) for n, card in await _in_stock(session, ids)]
    picked = varied(rows, most=limit, traits=lambda row: _kok_traits(row, limit))
    if len(picked) == limit:
        return picked
    best = await kok.best_of_stores(session, bought=None, by_rating=False, limit=LOOKED_AT_MAX)
    passed = known | {each.card.kok_product_id for each in picked}
    others = [c.kok_product_id for c in best if c.kok_product_id not in passed]
    fresh = [Alike(card, POPULAR) for _, card in await _in_stock(session, others)]
    most = limit - len(picked)
    return picked + varied(fresh, most=most, traits=lambda row: _kok_traits(row, limit))


async def _shown(
    session: Session, taste: Taste, *, near: Sequence[int], limit: int, now: datetime
) -> list[Shown]:
    known = {item.item_id for item in taste.known if item.kind == "homeshopping"}
    words = _words(taste)
    found = await homeshopping.named_like(
        session, words, ingredients_only=False, limit=CANDIDATES_MAX
    )
    scores = _scores(taste, found, number=lambda each: each.product_id, name=lambda each: each.name)
    scores.add(near, NEAR_WEIGHT, TASTE)
    ids = scores.ranked(besides=known)[:LOOKED_AT_MAX]
    offers = await homeshopping.offers(session, ids) if ids else {}
    there = [n for n in ids if n in offers and not offers[n].sold_out]
    showings = await homeshopping.showings(session, there) if there else {}
    rows = [Shown(offers[n], showings.get(n), scores.reason(n)) for n in there]
    # What can be watched now or soon; sorted stably, so the better comes first among these.
    rows.sort(key=lambda row: _turn(row, now))
    picked = varied(rows, most=limit, traits=lambda row: _shown_traits(row, limit))
    picked.sort(key=lambda row: _turn(row, now))
    if len(picked) == limit:
        return picked
    passed = known | {each.goods.product_id for each in picked}
    fresh = await _coming(session, besides=passed)
    return picked + varied(
        fresh, most=limit - len(picked), traits=lambda row: _shown_traits(row, limit)
    )


async def _recipes(
    session: Session, taste: Taste, *, near: Sequence[int], limit: int
) -> list[Dish]:
    known = {item.item_id for item in taste.known if item.kind == "recipe"}
    groups = {name: frozenset(spellings(name)) for name in taste.keywords}
    found = await recipe.search_by_materials(
        session, list(groups.values()), at_least=1, window=Window(LOOKED_AT_MAX)
    )
    cards = {card.recipe_id: card for card in found.part.rows}
    others = [number for number in near if number not in cards]
    cards |= await recipe.cards(session, others) if others else {}
    if len(cards) < limit + len(known):
        most = await recipe.popular(session, limit=LOOKED_AT_MAX)
        cards |= {card.recipe_id: card for card in most if card.recipe_id not in cards}
    made_of = await recipe.material_names(session, cards) if cards else {}
    scores = _Scores(defaultdict(float), {})
    for name, weight in taste.keywords.items():
        having = [n for n in cards if not groups[name].isdisjoint(made_of[n])]
        scores.add(having, weight, TASTE)
    scores.add([number for number in near if number in cards], NEAR_WEIGHT, TASTE)
    ids = scores.ranked(besides=known)
    ids += [number for number in cards if number not in scores.total and number not in known]
    dishes = [Dish(cards[n], made_of[n], _uses(made_of[n], groups, near=n in near)) for n in ids]
    return varied(dishes, most=limit, traits=lambda dish: _dish_traits(dish, limit))


async def _in_stock(session: Session, ids: Sequence[int]) -> list[tuple[int, kok.Offer]]:
    there = await kok.offers(session, ids) if ids else {}
    return [(n, there[n]) for n in ids if n in there and not there[n].sold_out]


async def _coming(session: Session, *, besides: Collection[int]) -> list[Shown]:
    coming: dict[int, Shown] = {}
    for each in await homeshopping.coming(session, limit=LOOKED_AT_MAX):
        number = each.product.product_id
        if number not in besides and number not in coming and not each.product.sold_out:
            on_air = each.status is homeshopping.BroadcastStatus.LIVE
            reason = Reason(code="on_air" if on_air else "coming_up")
            # Its views have all that is asked of goods and a showing, and cannot be written to.
            goods = cast("homeshopping.Goods", each.product)
            coming[number] = Shown(goods, cast("homeshopping.Showing", each), reason)
    return list(coming.values())


def _words(taste: Taste) -> list[str]:
    words = chain.from_iterable(terms_of(seed.name).words for seed in taste.seeds)
    return list(dict.fromkeys(words))[:WORDS_MAX]


def _scores(
    taste: Taste,
    rows: Sequence[Row],
    *,
    number: Callable[[Row], int],
    name: Callable[[Row], str],
) -> _Scores:
    scores = _Scores(defaultdict(float), {})
    titles = Titles(rows, name_of=name)
    for seed in taste.seeds:
        akin = titles.akin(seed.name, otherwise=lambda row: (number(row),))
        scores.add(map(number, akin[:RANKS_MAX]), seed.weight, _because(seed))
    return scores


def _because(seed: Seed) -> Reason:
    return Reason(code=REASONS[seed.way], what=seed.name)


def _uses(
    materials: Collection[str], groups: Mapping[str, frozenset[str]], *, near: bool
) -> Reason:
    used = [name for name, group in groups.items() if not group.isdisjoint(materials)]
    if used:
        return Reason(code="uses_wanted", what=", ".join(used), count=len(used))
    return TASTE if near else POPULAR


def _turn(row: Shown, now: datetime) -> tuple[int, float]:
    """Return 0 for what is on air, 1 for what comes, the soonest first, and 2 for the rest."""
    if row.showing is None or row.showing.ends_at <= now:
        return 2, 0.0
    if row.showing.starts_at <= now:
        return 0, 0.0
    return 1, row.showing.starts_at.timestamp()


def _food(title: str) -> str:
    sold = keywords(title)
    return sold[0] if sold else plain_title(title)


def _kok_traits(row: Alike, limit: int) -> tuple[Trait, ...]:
    return _traits(row.card.name, row.card.store_name, limit)


def _shown_traits(row: Shown, limit: int) -> tuple[Trait, ...]:
    return _traits(row.goods.name, row.goods.store_name, limit)


def _traits(title: str, store: str, limit: int) -> tuple[Trait, ...]:
    return (
        Trait(plain_title(title), 1),
        Trait(_food(title), max(2, limit // 3)),
        Trait(store, OF_ONE_STORE),
    )


def _dish_traits(dish: Dish, limit: int) -> tuple[Trait, ...]:
    return (
        Trait(plain_title(dish.card.cooking_name), 1),
        Trait((dish.reason.code, dish.reason.what), max(2, limit // 3)),
    )
