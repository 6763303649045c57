"""Products of one shop that go with products of the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final

from domain import homeshopping, kok
from domain.kernel import Session, UserId
from domain.recommendation.errors import NoKeyword, NothingToGoBy
from domain.recommendation.ingredients import ingredient_keyword
from domain.recommendation.kinship import Titles, terms_of

ALIKE_MAX: Final = 5
CANDIDATES_MAX: Final = 500
WANTED_MAX: Final = 100
# One goes by what was put into the cart or liked lately; so many products say enough.
SOURCES_MAX: Final = 20
WORDS_MAX: Final = 80


@dataclass(frozen=True, slots=True)
class Shown:
    """A product of the broadcasts, and when it is shown if it is."""

    goods: homeshopping.Goods
    showing: homeshopping.Showing | None


@dataclass(frozen=True, slots=True)
class ForShopper:
    """What goes with what a shopper likes and means to buy; ``by_name`` says with which.

    Both by their numbers, since many go with several products; ``by_id`` holds each once.
    """

    terms: Sequence[str]
    liked_count: int
    cart_count: int
    source_count: int
    recommended: Sequence[int]
    by_name: Mapping[str, Sequence[int]]
    by_id: Mapping[int, Shown]


async def kok_like_shown(session: Session, product_id: int) -> Sequence[kok.Card]:
    """Return the kok products most like a product of the broadcasts; of an unknown one, none."""
    known = await homeshopping.called(session, [product_id])
    if not known:
        return ()
    words = terms_of(known[0].name).words
    found = await kok.named_like(session, words, ingredients_only=False, limit=CANDIDATES_MAX)
    titles = Titles(found, name_of=lambda each: each.name)
    alike = titles.akin(
        known[0].name, otherwise=lambda each: (-each.review_cnt, each.kok_product_id)
    )
    return alike[:ALIKE_MAX]


async def shown_like_wanted(session: Session, *, by: UserId, limit: int) -> ForShopper:
    """Return the food of the broadcasts that goes with what the user likes or has in the cart.

    At most ``limit`` for each of these products, and in all, each product's best first; of many
    products the newest of the cart and of the likes count.
    Raises NothingToGoBy, NoKeyword.
    """
    wanted = await kok.wanted_names(session, by=by, limit=WANTED_MAX)
    if not wanted.liked and not wanted.in_cart:
        raise NothingToGoBy
    newest = chain.from_iterable(zip_longest(wanted.in_cart, wanted.liked))
    names = list(dict.fromkeys(filter(None, newest)))[:SOURCES_MAX]
    words = list(dict.fromkeys(chain.from_iterable(terms_of(n).words for n in names)))
    if not words:
        raise NoKeyword
    found = await homeshopping.named_like(
        session, words[:WORDS_MAX], ingredients_only=False, limit=CANDIDATES_MAX
    )
    titles = Titles(found, name_of=lambda each: each.name)
    goods = {name: titles.akin(name, otherwise=_cheaper)[:limit] for name in names}
    best = chain.from_iterable(zip_longest(*goods.values()))
    picked = list(dict.fromkeys(each.product_id for each in best if each is not None))[:limit]
    by_id = {each.product_id: each for each in chain.from_iterable(goods.values())}
    showings = await homeshopping.showings(session, by_id) if by_id else {}
    return ForShopper(
        terms=list(dict.fromkeys(filter(None, map(_said, names)))),
        liked_count=len(wanted.liked),
        cart_count=len(wanted.in_cart),
        source_count=len(names),
        recommended=picked,
        by_name={name: [e.product_id for e in own] for name, own in goods.items() if own},
        by_id={number: Shown(each, showings.get(number)) for number, each in by_id.items()},
    )


def _cheaper(goods: homeshopping.Goods) -> tuple[float, ...]:
    return goods.sale_price, goods.product_id


def _said(name: str) -> str | None:
    heads = terms_of(name).heads
    return ingredient_keyword(name) or (heads[0][0] if heads else None)
