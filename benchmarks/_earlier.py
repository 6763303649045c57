"""What the earlier server's operations cost, all its processes together, at the same size.

CPU ms per request, measured on a machine of two cores.
"""

from typing import Final

# How much of it is allowed.
READ_SHARE: Final = 0.2
WRITE_SHARE: Final = 0.5

EARLIER_MS: Final[dict[str, float]] = {
    "GET /api/kok/discounted (kept)": 0.6,
    "GET /api/kok/discounted (read anew)": 51,
    "GET /api/kok/product/{kok_product_id}/info (each once)": 3.2,
    "GET /api/kok/product/{kok_product_id}/info (popular ones)": 3.2,
    "GET /api/kok/product/{kok_product_id}/reviews (each once)": 3.0,
    "GET /api/kok/product/{kok_product_id}/reviews (popular ones)": 3.0,
    "GET /api/homeshopping/schedule (of a day)": 2.4,
    "GET /api/kok/search": 11,
    "GET /api/homeshopping/search": 7.3,
    "GET /api/user/info": 3.8,
    "GET /api/orders": 30,
    "GET /api/orders/count": 5,
    "GET /api/kok/carts": 8.7,
    "GET /api/recipes/{recipe_id}": 5.6,
    "GET /api/recipes/{recipe_id}/status": 20,
    "GET /api/recipes/by-ingredients": 170,
    "add to cart": 8,
    "order from cart": 11,
    "order from a broadcast": 9.2,
}
