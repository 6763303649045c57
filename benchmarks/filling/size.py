"""How large a shop is, and which ids its rows have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.kernel import AnalyticsBase, Base

# One table's rows, in the order in which foreign keys allow them.
Rows = tuple[type[Base | AnalyticsBase], Sequence[dict[str, Any]]]

FIRST_HS: Final = 1_000_001
FIRST_KOK: Final = 10_000_001
FIRST_RECIPE: Final = 6_800_001
CHANNELS: Final = 8
# How many lines an order has, by its id; every third is of one broadcast product.
LINES: Final = (1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 2, 2)
DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many there are of everything; ids count up from the first ones above, or from 1."""

    kok_products: int = 5_000
    reviews_each: int = 10
    hs_products: int = 1_000
    broadcasts: int = 2_000
    users: int = 200
    own: int = 20  # likes, cart rows, searches and ratings of each user
    messages: int = 50  # in each inbox
    orders: int = 20_000
    recipes: int = 2_000
    materials_each: int = 8

    def divided(self, by: int) -> "Size":
        """Return a shop with so many times less of everything that there are many of."""
        return Size(
            kok_products=self.kok_products // by,
            hs_products=self.hs_products // by,
            broadcasts=self.broadcasts // by,
            users=self.users // by,
            orders=self.orders // by,
            recipes=self.recipes // by,
        )

    @property
    def kok_ids(self) -> range:
        """Return the ids of the always-open shop's products."""
        return range(FIRST_KOK, FIRST_KOK + self.kok_products)

    @property
    def hs_ids(self) -> range:
        """Return the ids of the broadcasts' products."""
        return range(FIRST_HS, FIRST_HS + self.hs_products)

    @property
    def live_ids(self) -> range:
        """Return the ids of the broadcasts, in order of time."""
        return range(1, self.broadcasts + 1)

    @property
    def recipe_ids(self) -> range:
        """Return the ids of the recipes."""
        return range(FIRST_RECIPE, FIRST_RECIPE + self.recipes)

    @property
    def user_ids(self) -> range:
        """Return the ids of the users."""
        return range(1, self.users + 1)

    def orders_of(self, user_id: int) -> range:
        """Return the ids of a user's orders, the oldest first."""
        return range(user_id, self.orders + 1, self.users)

    def carts_of(self, user_id: int) -> range:
        """Return the ids of the rows of a user's cart, the newest first."""
        first = 1 + (user_id - 1) * self.own
        return range(first, first + self.own)

    @property
    def admin(self) -> int:
        """Return the user who may do everything."""
        return self.users


def is_kok(order_id: int) -> bool:
    """Tell whether an order is of the always-open shop."""
    return (order_id - 1) % 3 != 0


def lines_of(order_id: int) -> range:
    """Return the ids of an order's lines."""
    turns, rest = divmod(order_id - 1, len(LINES))
    first = 1 + turns * sum(LINES) + sum(LINES[:rest])
    return range(first, first + LINES[rest])
