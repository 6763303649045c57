"""Why something is recommended: a code, and the words that fill in its sentence."""

from typing import Literal

from domain.kernel import View

ReasonCode = Literal[
    "same_ingredient",  # it is the same food: ``what``
    "same_kind",  # its title ends in the same word: ``what``
    "uses_products",  # a dish with ``count`` of the products' foods: ``what``
    "similar_meaning",  # no word in common, but the vectors lie close
    "is_ingredient",  # its title says the ingredient that was asked for: ``what``
    "other_spelling",  # its title says it in another spelling
    "like_liked",  # goes with something liked: ``what``
    "like_in_cart",  # goes with something in the cart: ``what``
    "like_ordered",  # goes with something ordered lately: ``what``
    "like_viewed",  # goes with something looked at lately: ``what``
    "uses_wanted",  # a dish with ``count`` of the foods one cares for: ``what``
    "like_taste",  # its vector lies close to all one cares for
    "on_air",
    "coming_up",
    "popular",
]


class Reason(View):
    """Why; ``what`` is the name that it is about, and ``count`` how many, where there are some."""

    code: ReasonCode
    what: str = ""
    count: int = 0
