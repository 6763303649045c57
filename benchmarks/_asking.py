"""One question for every GET route: how the n-th of many different askers would put it."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final, Literal
from urllib.parse import quote, urlencode

from benchmarks.filling import Size, is_kok, lines_of
from demo.catalogue import load_catalogue

# "either": strangers may ask, and whoever is signed in is told more.
Who = Literal["stranger", "either", "shopper", "admin"]

WORD: Final = re.compile(r"[가-힣]{2,}")
DAYS: Final = 14
PAGES: Final = 10
POPULAR: Final = 50


@dataclass(frozen=True, slots=True)
class Turn:
    """The n-th request; every shopper has their turn."""

    size: Size
    number: int
    today: date

    @property
    def user_id(self) -> int:
        """Return who asks, or would."""
        return 1 + self.number % self.size.users

    @property
    def kok_id(self) -> int:
        """Return a product of the always-open shop."""
        return self.size.kok_ids[self.number * 7 % self.size.kok_products]

    @property
    def popular_id(self) -> int:
        """Return one of the few products that many look at."""
        return self.size.kok_ids[self.number % POPULAR]

    @property
    def hs_id(self) -> int:
        """Return a product of the broadcasts."""
        return self.size.hs_ids[self.number * 7 % self.size.hs_products]

    @property
    def live_id(self) -> int:
        """Return a broadcast."""
        return self.size.live_ids[self.number * 7 % self.size.broadcasts]

    @property
    def recipe_id(self) -> int:
        """Return a recipe."""
        return self.size.recipe_ids[self.number * 7 % self.size.recipes]

    @property
    def day(self) -> date:
        """Return a day of the programme."""
        return self.today + timedelta(days=self.number % DAYS - DAYS // 2)

    @property
    def product_word(self) -> str:
        """Return a word that products have."""
        return words()[self.number % len(words())]

    @property
    def ingredient(self) -> str:
        """Return something that recipes take."""
        return self.ingredients(1)[0]

    def ingredients(self, count: int) -> list[str]:
        """Return different things that recipes take."""
        known = pantry()
        return [known[(self.number * 5 + k * 7) % len(known)] for k in range(count)]

    @property
    def dish(self) -> str:
        """Return the name of a dish."""
        known = load_catalogue().recipes
        return known[self.number % len(known)].cooking_name

    @property
    def order_id(self) -> int:
        """Return an order of the user's."""
        mine = self.size.orders_of(self.user_id)
        return mine[self.number // self.size.users % len(mine)]

    def line_id(self, *, kok: bool) -> int:
        """Return a line of one of the user's orders of that kind."""
        mine = [each for each in self.size.orders_of(self.user_id) if is_kok(each) is kok]
        return lines_of(mine[self.number // self.size.users % len(mine)])[0]


@dataclass(frozen=True, slots=True)
class Read:
    """A GET route as the application spells it, and how it is asked."""

    route: str
    who: Who
    path: Callable[[Turn], str]
    variant: str = ""

    @property
    def name(self) -> str:
        """Return what tells it from the others."""
        return f"{self.route} ({self.variant})" if self.variant else self.route


@cache
def words() -> list[str]:
    """Return the Korean words that both shops' products are named with, the most frequent first."""
    catalogue = load_catalogue()
    kok = Counter(word for each in catalogue.kok_products for word in WORD.findall(each.name))
    hs = Counter(word for each in catalogue.hs_products for word in WORD.findall(each.product_name))
    return sorted(kok.keys() & hs.keys(), key=lambda word: (-kok[word] - hs[word], word))


@cache
def pantry() -> list[str]:
    """Return what the recipes take."""
    return sorted({m.material_name for each in load_catalogue().recipes for m in each.materials})


def plain(route: str) -> Callable[[Turn], str]:
    """Return how a route without parameters is asked."""
    return lambda _: route


def asked(route: str, **query: object) -> Callable[[Turn], str]:
    """Return how a route is asked with the same query every time."""
    return lambda _: with_query(route, **query)


def pages(route: str, **query: object) -> Callable[[Turn], str]:
    """Return how one of the first ten pages of a list is asked for."""
    return lambda t: with_query(route, page=1 + t.number % PAGES, size=20, **query)


def with_query(route: str, **query: object) -> str:
    """Return a path with its query; a list is a repeated parameter."""
    return f"{route}?{urlencode(query, doseq=True)}"


def in_path(text: str) -> str:
    """Return a text as a part of a path."""
    return quote(text, safe="")
