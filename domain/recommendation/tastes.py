"""What somebody cares for, by what they did: likes, the cart, orders and what they looked at."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from domain import homeshopping, kok, recipe
from domain.kernel import Session, UserId, Window
from domain.recommendation.kinds import Item, Kind
from domain.recommendation.reasons import ReasonCode
from domain.recommendation.text import keywords

Way = Literal["in_cart", "liked", "ordered", "viewed"]

WANTED_MAX: Final = 100
LIKED_MAX: Final = 50
# What was bought need not be bought again; what was looked at is not wanted yet.
WEIGHTS: Final[Mapping[Way, float]] = {
    "in_cart": 1.0,
    "liked": 0.9,
    "ordered": 0.5,
    "viewed": 0.4,
}
REASONS: Final[Mapping[Way, ReasonCode]] = {
    "in_cart": "like_in_cart",
    "liked": "like_liked",
    "ordered": "like_ordered",
    "viewed": "like_viewed",
}
HALF_LIFE: Final = timedelta(days=14)
SEEDS_MAX: Final = 12
KEYWORDS_MAX: Final = 10


class Viewed(NamedTuple):
    """Somebody looked at a page: that of a kok product, a recipe, or a broadcast."""

    page: Literal["kok", "recipe", "live"]
    number: int
    at: datetime


class Act(NamedTuple):
    """Something that somebody did about an item."""

    way: Way
    item: Item
    name: str
    at: datetime


class Seed(NamedTuple):
    """An item that somebody cares for, how much, and by what they did last of what counts most."""

    item: Item
    name: str
    weight: float
    way: Way


@dataclass(frozen=True, slots=True)
class Taste:
    """What somebody cares for, the most first; ``known`` is all they need not be told of."""

    seeds: Sequence[Seed]
    known: frozenset[Item]

    @property
    def weights(self) -> Mapping[Item, float]:
        """Return how much each item is cared for."""
        return {seed.item: seed.weight for seed in self.seeds}

    @property
    def keywords(self) -> Mapping[str, float]:
        """Return the foods that are cared for, and how much, the most first."""
        weights = defaultdict[str, float](float)
        for seed in self.seeds:
            for keyword in keywords(seed.name):
                weights[keyword] += seed.weight
        most = sorted(weights.items(), key=lambda each: (-each[1], each[0]))
        return dict(most[:KEYWORDS_MAX])


async def acts_of(
    session: Session, *, by: UserId, viewed: Sequence[Viewed], ordered: Sequence[Act]
) -> Sequence[Act]:
    """Return all that the user did, given what others know of it: six statements at most."""
    wants = await kok.wants(session, by=by, limit=WANTED_MAX)
    liked = await homeshopping.liked(session, by=by, window=Window(LIKED_MAX))
    acts = [Act(w.way, Item("kok", w.kok_product_id), w.name, w.since) for w in wants]
    for each in liked.rows:
        product = each.broadcast.product
        item = Item("homeshopping", product.product_id)
        acts.append(Act("liked", item, product.name, each.since))
    return [*acts, *ordered, *await _viewed(session, viewed)]


def taste_of(acts: Sequence[Act], *, now: datetime) -> Taste:
    """Return what these acts say about somebody; an act counts half as much after 14 days.

    Of many items the twelve that count most are gone by. It is a pure function of both.
    """
    weights = defaultdict[Item, float](float)
    best: dict[Item, tuple[float, Act]] = {}
    for act in acts:
        days = max((now - act.at) / HALF_LIFE, 0.0)
        weight = WEIGHTS[act.way] * math.exp2(-days)
        weights[act.item] += weight
        if act.item not in best or weight > best[act.item][0]:
            best[act.item] = weight, act
    named = [item for item in weights if best[item][1].name]
    most = sorted(named, key=lambda item: (-weights[item], item))[:SEEDS_MAX]
    seeds = [Seed(i, best[i][1].name, weights[i], best[i][1].way) for i in most]
    return Taste(seeds, frozenset(weights))


async def _viewed(session: Session, viewed: Sequence[Viewed]) -> list[Act]:
    numbers = {
        page: sorted({each.number for each in viewed if each.page == page})
        for page in ("kok", "recipe", "live")
    }
    shown = await homeshopping.products_of(session, numbers["live"]) if numbers["live"] else {}
    names = {
        "kok": await _kok_names(session, numbers["kok"]),
        "homeshopping": await _shown_names(session, set(shown.values())),
        "recipe": await _recipe_names(session, numbers["recipe"]),
    }
    acts = []
    for page, number, at in viewed:
        kind: Kind = "homeshopping" if page == "live" else page
        item = Item(kind, shown.get(number, 0) if page == "live" else number)
        if name := names[kind].get(item.item_id):
            acts.append(Act("viewed", item, name, at))
    return acts


async def _kok_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    return {e.kok_product_id: e.name for e in await kok.called(session, ids)} if ids else {}


async def _shown_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    return {e.product_id: e.name for e in await homeshopping.called(session, ids)} if ids else {}


async def _recipe_names(session: Session, ids: Collection[int]) -> dict[int, str]:
    found = await recipe.cards(session, ids) if ids else {}
    return {number: card.cooking_name for number, card in found.items()}
