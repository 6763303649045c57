"""The main writes, each with the answer it takes to be counted as done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks._asking import Turn

ROUNDS: Final = 6  # so often may each user change something before rows run out


@dataclass(frozen=True, slots=True)
class Change:
    """A write as the n-th of many users would do it: method, path and body."""

    name: str
    method: str
    path: Callable[[Turn], str]
    body: Callable[[Turn], object]


def _nothing(_: Turn) -> None:
    return None


def _cart_row(t: Turn, first: int) -> int:
    mine = t.size.carts_of(t.user_id)
    return mine[(first + t.number // t.size.users) % len(mine)]


def _at(path: str) -> Callable[[Turn], str]:
    return lambda _: path


# Carts have twenty rows: each of the three below keeps to its own.
CHANGES: Final = (
    Change(
        "add to cart",
        "POST",
        _at("/api/kok/carts"),
        lambda t: {"kok_product_id": t.kok_id, "kok_quantity": 1},
    ),
    Change(
        "change a cart's quantity",
        "PATCH",
        lambda t: f"/api/kok/carts/{_cart_row(t, 0)}",
        lambda t: {"kok_quantity": 2 + t.number % 5},
    ),
    Change(
        "remove from cart", "DELETE", lambda t: f"/api/kok/carts/{_cart_row(t, ROUNDS)}", _nothing
    ),
    Change(
        "order from cart",
        "POST",
        _at("/api/orders/kok/carts/order"),
        lambda t: {"selected_items": [{"kok_cart_id": _cart_row(t, 2 * ROUNDS), "quantity": 1}]},
    ),
    Change(
        "order from a broadcast",
        "POST",
        _at("/api/orders/homeshopping/order"),
        lambda t: {"product_id": t.hs_id, "quantity": 1},
    ),
    Change(
        "like a product",
        "POST",
        _at("/api/kok/likes/toggle"),
        lambda t: {"kok_product_id": t.kok_id},
    ),
    Change(
        "like a broadcast",
        "POST",
        _at("/api/homeshopping/likes/toggle"),
        lambda t: {"live_id": t.live_id},
    ),
    Change(
        "remember a search, kok",
        "POST",
        _at("/api/kok/search/history"),
        lambda t: {"keyword": t.product_word},
    ),
    Change(
        "remember a search, home shopping",
        "POST",
        _at("/api/homeshopping/search/history"),
        lambda t: {"keyword": t.product_word},
    ),
    Change(
        "rate a recipe",
        "POST",
        lambda t: f"/api/recipes/{t.recipe_id}/rating",
        lambda t: {"rating": t.number % 6},
    ),
    Change(
        "read a message",
        "PUT",
        lambda t: f"/api/homeshopping/notifications/{_message(t)}/read",
        _nothing,
    ),
    Change(
        "log an activity",
        "POST",
        _at("/api/log/user/activity"),
        lambda t: {"action": "page_view", "path": "/kok", "label": t.product_word},
    ),
)


def _message(t: Turn) -> int:
    # Unread ones: every third of each user's, which lie a number of users apart.
    turn = 3 * (t.number // t.size.users) % t.size.messages
    return turn * t.size.users + t.user_id
