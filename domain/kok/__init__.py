"""Kok, the always-open shop: products, prices, reviews and carts."""

from domain.kok.carts import (
    QUANTITY_MAX,
    add_to_cart,
    cart,
    change_quantity,
    remove_from_cart,
    take_from_cart,
)
from domain.kok.errors import CartItemNotFound, KokProductNotFound, TooManyInCart
from domain.kok.models import CartItem, KokProduct
from domain.kok.products import (
    add_product,
    change_price,
    discounted,
    get_product,
    product_view,
    release,
    reserve,
)
from domain.kok.schemas import (
    KokDetailInfo,
    KokReview,
    NewKokProduct,
    ReviewStats,
    SellerInfo,
)

__all__ = [
    "QUANTITY_MAX",
    "CartItem",
    "CartItemNotFound",
    "KokDetailInfo",
    "KokProduct",
    "KokProductNotFound",
    "KokReview",
    "NewKokProduct",
    "ReviewStats",
    "SellerInfo",
    "TooManyInCart",
    "add_product",
    "add_to_cart",
    "cart",
    "change_price",
    "change_quantity",
    "discounted",
    "get_product",
    "product_view",
    "release",
    "remove_from_cart",
    "reserve",
    "take_from_cart",
]
