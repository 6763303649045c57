"""The GET routes of the application, and a question to each."""

from collections.abc import Callable
from typing import Final

from benchmarks._asking import Read, Turn, asked, in_path, pages, plain, with_query

KOK: Final = "/api/kok"
HS: Final = "/api/homeshopping"
ORDERS: Final = "/api/orders"
RECIPES: Final = "/api/recipes"


def _of_line(kind: str, name: str) -> Callable[[Turn], str]:
    return lambda t: f"{ORDERS}/{kind}/{t.line_id(kok=kind == 'kok')}/{name}"


def _of_recipe(name: str) -> Callable[[Turn], str]:
    return lambda t: f"{RECIPES}/{t.recipe_id}{name}"


SYSTEM: Final = (
    Read("/healthz", "stranger", plain("/healthz")),
    Read("/readyz", "stranger", plain("/readyz")),
    Read("/api/health", "stranger", plain("/api/health")),
    Read("/api/health/ml", "stranger", plain("/api/health/ml")),
)
USER: Final = (
    Read(
        "/api/user/signup/email/check",
        "stranger",
        lambda t: with_query("/api/user/signup/email/check", email=f"new{t.number}@example.com"),
    ),
    Read("/api/user/info", "shopper", plain("/api/user/info")),
    Read("/api/realtime/token", "shopper", plain("/api/realtime/token")),
    Read("/api/user/settings", "shopper", plain("/api/user/settings")),
    Read("/api/user/sessions", "shopper", plain("/api/user/sessions")),
    Read("/api/user/admin/blacklist/stats", "admin", plain("/api/user/admin/blacklist/stats")),
    Read("/api/log/user/event", "stranger", plain("/api/log/user/event")),
    Read("/api/log/user/event/health", "stranger", plain("/api/log/user/event/health")),
    Read("/api/log/user/event/{user_id}", "shopper", lambda t: f"/api/log/user/event/{t.user_id}"),
)
KOK_SHOP: Final = (
    *(
        Read(f"{KOK}/{name}", "either", pages(f"{KOK}/{name}"), "kept")
        for name in ("discounted", "discounted/window", "discounted/max-join", "top-selling")
    ),
    *(
        Read(f"{KOK}/{name}", "either", pages(f"{KOK}/{name}", use_cache="false"), "read anew")
        for name in ("discounted", "top-selling")
    ),
    Read(f"{KOK}/discounted/baseline", "either", pages(f"{KOK}/discounted/baseline")),
    Read(
        f"{KOK}/top-selling", "either", pages(f"{KOK}/top-selling", sort_by="rating"), "by rating"
    ),
    Read(f"{KOK}/store-best-items", "either", asked(f"{KOK}/store-best-items", sort_by="rating")),
    Read(
        f"{KOK}/product/{{kok_product_id}}/info",
        "either",
        lambda t: f"{KOK}/product/{t.kok_id}/info",
        "each once",
    ),
    Read(
        f"{KOK}/product/{{kok_product_id}}/info",
        "either",
        lambda t: f"{KOK}/product/{t.popular_id}/info",
        "popular ones",
    ),
    Read(
        f"{KOK}/product/{{kok_product_id}}/tabs",
        "either",
        lambda t: f"{KOK}/product/{t.kok_id}/tabs",
    ),
    Read(
        f"{KOK}/product/{{kok_product_id}}/reviews",
        "either",
        lambda t: f"{KOK}/product/{t.kok_id}/reviews",
        "each once",
    ),
    Read(
        f"{KOK}/product/{{kok_product_id}}/reviews",
        "either",
        lambda t: f"{KOK}/product/{t.popular_id}/reviews",
        "popular ones",
    ),
    Read(
        f"{KOK}/product/{{kok_product_id}}/seller-details",
        "either",
        lambda t: f"{KOK}/product/{t.kok_id}/seller-details",
    ),
    Read(
        f"{KOK}/search",
        "either",
        lambda t: with_query(f"{KOK}/search", keyword=t.product_word, size=20),
    ),
    Read(f"{KOK}/search/history", "shopper", asked(f"{KOK}/search/history", limit=50)),
    Read(f"{KOK}/likes", "shopper", asked(f"{KOK}/likes", limit=50)),
    Read(f"{KOK}/carts", "shopper", asked(f"{KOK}/carts", limit=50)),
    Read(
        f"{KOK}/carts/recipe-recommend",
        "shopper",
        lambda t: with_query(
            f"{KOK}/carts/recipe-recommend", product_ids=f"{t.kok_id},{t.hs_id}", size=10
        ),
    ),
    Read(
        f"{KOK}/product/homeshopping-recommend",
        "shopper",
        plain(f"{KOK}/product/homeshopping-recommend"),
    ),
    Read("/api/recommendations/for-you", "shopper", plain("/api/recommendations/for-you")),
)
HOMESHOPPING: Final = (
    Read(
        f"{HS}/schedule",
        "either",
        lambda t: with_query(f"{HS}/schedule", live_date=t.day, size=500),
        "of a day",
    ),
    Read(f"{HS}/schedule", "either", asked(f"{HS}/schedule", page=1, size=20), "of all days"),
    Read(
        f"{HS}/schedule/live-stream",
        "either",
        lambda t: with_query(f"{HS}/schedule/live-stream", homeshopping_id=1 + t.number % 8),
    ),
    Read(f"{HS}/search", "either", lambda t: with_query(f"{HS}/search", keyword=t.product_word)),
    Read(f"{HS}/search/history", "shopper", asked(f"{HS}/search/history", limit=20)),
    Read(f"{HS}/product/{{live_id}}", "either", lambda t: f"{HS}/product/{t.live_id}"),
    Read(f"{HS}/product/{{product_id}}/check", "either", lambda t: f"{HS}/product/{t.hs_id}/check"),
    Read(
        f"{HS}/product/{{product_id}}/kok-recommend",
        "either",
        lambda t: f"{HS}/product/{t.hs_id}/kok-recommend",
    ),
    Read(
        f"{HS}/product/{{product_id}}/recipe-recommend",
        "either",
        lambda t: f"{HS}/product/{t.hs_id}/recipe-recommend",
    ),
    Read(f"{HS}/likes", "shopper", asked(f"{HS}/likes", limit=50)),
    *(
        Read(f"{HS}/notifications/{name}", "shopper", asked(f"{HS}/notifications/{name}", limit=20))
        for name in ("orders", "broadcasts", "all")
    ),
)
ORDER: Final = (
    Read(ORDERS, "shopper", asked(ORDERS, limit=30)),
    Read(f"{ORDERS}/count", "shopper", plain(f"{ORDERS}/count")),
    Read(f"{ORDERS}/recent", "shopper", asked(f"{ORDERS}/recent", days=30)),
    Read(f"{ORDERS}/{{order_id}}", "shopper", lambda t: f"{ORDERS}/{t.order_id}"),
    Read(f"{ORDERS}/payment/{{order_id}}", "shopper", lambda t: f"{ORDERS}/payment/{t.order_id}"),
    *(
        Read(f"{ORDERS}/kok/{{kok_order_id}}/{name}", "shopper", _of_line("kok", name))
        for name in ("status", "with-status")
    ),
    *(
        Read(
            f"{ORDERS}/homeshopping/{{homeshopping_order_id}}/{name}",
            "shopper",
            _of_line("homeshopping", name),
        )
        for name in ("status", "with-status")
    ),
    Read(
        f"{ORDERS}/kok/notifications/history",
        "shopper",
        asked(f"{ORDERS}/kok/notifications/history", limit=20),
    ),
)
RECIPE: Final = (
    Read(
        f"{RECIPES}/by-ingredients",
        "shopper",
        lambda t: with_query(
            f"{RECIPES}/by-ingredients", ingredient=t.ingredients(4), amount=[2, 1, 3, 1], size=5
        ),
    ),
    Read(
        f"{RECIPES}/by-ingredients",
        "shopper",
        lambda t: with_query(
            f"{RECIPES}/by-ingredients",
            ingredient=t.ingredients(4),
            amount=[2, 1, 3, 1],
            method="cover",
        ),
        "cover",
    ),
    Read(
        f"{RECIPES}/search",
        "shopper",
        lambda t: with_query(f"{RECIPES}/search", recipe=t.dish, method="recipe"),
        "by name",
    ),
    Read(
        f"{RECIPES}/search",
        "shopper",
        lambda t: with_query(f"{RECIPES}/search", recipe=t.ingredient, method="ingredient"),
        "by ingredient",
    ),
    Read(f"{RECIPES}/cache/stats", "shopper", plain(f"{RECIPES}/cache/stats")),
    Read(f"{RECIPES}/pantry", "shopper", plain(f"{RECIPES}/pantry")),
    *(
        Read(f"{RECIPES}/{{recipe_id}}{name}", "shopper", _of_recipe(name))
        for name in ("", "/url", "/rating", "/status")
    ),
    Read(
        f"{RECIPES}/{{ingredient}}/product-recommend",
        "shopper",
        lambda t: f"{RECIPES}/{in_path(t.ingredient)}/product-recommend",
    ),
)
SEARCH: Final = (
    Read("/api/search", "either", lambda t: with_query("/api/search", q=t.dish)),
    Read(
        "/api/search/suggestions",
        "stranger",
        lambda t: with_query("/api/search/suggestions", q=t.product_word[:1]),
    ),
    Read("/api/search/popular", "stranger", plain("/api/search/popular")),
    Read("/api/search/recent", "shopper", plain("/api/search/recent")),
)
READS: Final = (*SYSTEM, *USER, *KOK_SHOP, *HOMESHOPPING, *ORDER, *RECIPE, *SEARCH)
