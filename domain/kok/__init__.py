"""Kok, the always-open shop: products, prices, reviews, searches, likes and carts."""

from domain.kok.carts import (
    QUANTITY_MAX,
    Goods,
    Wanted,
    add_to_cart,
    cart,
    change_quantity,
    remove_from_cart,
    take_from_cart,
)
from domain.kok.errors import (
    CartItemNotFound,
    KokProductNotFound,
    KokSearchNotFound,
    TooManyInCart,
)
from domain.kok.events import KokListsDoubted, KokProductChanged
from domain.kok.likes import is_liked, liked, toggle_like
from domain.kok.listings import Card, best_of_stores, discounted, top_selling
from domain.kok.lookup import Called, called, named_like
from domain.kok.models import CartItem, KokPicture, KokProduct
from domain.kok.offers import Offer, offers
from domain.kok.pages import (
    Info,
    Written,
    pictures,
    product_info,
    product_view,
    reviews,
    seller_details,
)
from domain.kok.products import add_product, change_price, get_product, release, reserve
from domain.kok.schemas import (
    KokDetailInfo,
    KokReview,
    KokSearched,
    NewKokProduct,
    ReviewStats,
    SellerInfo,
)
from domain.kok.searches import Found, forget_search, remember_search, search, search_history
from domain.kok.texts import KokText, product_ids_after, product_texts
from domain.kok.wanting import Want, Way, wanting, wants

__all__ = [
    "QUANTITY_MAX",
    "Called",
    "Card",
    "CartItem",
    "CartItemNotFound",
    "Found",
    "Goods",
    "Info",
    "KokDetailInfo",
    "KokListsDoubted",
    "KokPicture",
    "KokProduct",
    "KokProductChanged",
    "KokProductNotFound",
    "KokReview",
    "KokSearchNotFound",
    "KokSearched",
    "KokText",
    "NewKokProduct",
    "Offer",
    "ReviewStats",
    "SellerInfo",
    "TooManyInCart",
    "Want",
    "Wanted",
    "Way",
    "Written",
    "add_product",
    "add_to_cart",
    "best_of_stores",
    "called",
    "cart",
    "change_price",
    "change_quantity",
    "discounted",
    "forget_search",
    "get_product",
    "is_liked",
    "liked",
    "named_like",
    "offers",
    "pictures",
    "product_ids_after",
    "product_info",
    "product_texts",
    "product_view",
    "release",
    "remember_search",
    "remove_from_cart",
    "reserve",
    "reviews",
    "search",
    "search_history",
    "seller_details",
    "take_from_cart",
    "toggle_like",
    "top_selling",
    "wanting",
    "wants",
]
