"""Products of one shop that go with products of the other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final

from domain import homeshopping, kok
from domain.kernel import Session, UserId, folded
from domain.kok import Want, Way
from domain.recommendation.errors import NoKeyword, NothingToGoBy
from domain.recommendation.ingredients import ingredient_keyword, ingredients_of
from domain.recommendation.kinds import Item
from domain.recommendation.kinship import Titles, terms_of
from domain.recommendation.reasons import Reason, ReasonCode
from domain.recommendation.varied import Trait, plain_title, varied

ALIKE_MAX: Final = 5
OF_ONE_STORE: Final = 2
# Of the best so many are in stock often enough to fill an answer.
LOOKED_AT_MAX: Final = 40
CANDIDATES_MAX: Final = 500
WANTED_MAX: Final = 100
# One goes by what was put into the cart or liked lately; so many products say enough.
SOURCES_MAX: Final = 20
WORDS_MAX: Final = 80
WAYS: Final[Mapping[Way, ReasonCode]] = {"liked": "like_liked", "in_cart": "like_in_cart"}
TASTE: Final = Reason(code="like_taste")


@dataclass(frozen=True, slots=True)
class Shown:
    """A product of the broadcasts, when it is shown if it is, and why it is recommended."""

    goods: homeshopping.Goods
    showing: homeshopping.Showing | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Alike:
    """A kok product like another, and why."""

    card: kok.Card
    reason: Reason


@dataclass(frozen=True, slots=True)
class Likeness:
    """The kok products most like another; ``lacking`` are those whose neighbours would do, too."""

    rows: Sequence[Alike]
    lacking: Sequence[Item]


@dataclass(frozen=True, slots=True)
class ForShopper:
    """What goes with what a shopper likes and means to buy; ``by_name`` says with which.

    Both by their numbers, since many go with several products; ``by_id`` holds each once.
    ``lacking`` are the products whose neighbours would do, too, when there are too few.
    """

    terms: Sequence[str]
    liked_count: int
    cart_count: int
    source_count: int
    recommended: Sequence[int]
    by_name: Mapping[str, Sequence[int]]
    by_id: Mapping[int, Shown]
    lacking: Sequence[Item]


async def kok_like_shown(
    session: Session, product_id: int, *, near: Sequence[int] = (), limit: int = ALIKE_MAX
) -> Likeness:
    """Return the kok products most like a product of the broadcasts; of an unknown one, none.

    Those with words in common come first, then those that are ``near``; none is sold out.
    """
    known = await homeshopping.called(session, [product_id])
    if not known:
        return Likeness((), ())
    name = known[0].name
    akin = (await _akin(session, name))[: max(LOOKED_AT_MAX, limit)]
    ids = [each.kok_product_id for each in akin]
    others = [number for number in near if number not in ids] if len(ids) < limit else []
    there = await kok.offers(session, [*ids, *others]) if ids or others else {}
    rules = [there[n] for n in ids if n in there and not there[n].sold_out]
    found = [Alike(each, kinship(name, each.name)) for each in _spread(rules, most=limit)]
    meant = [there[n] for n in others if n in there and not there[n].sold_out]
    similar = Reason(code="similar_meaning", what=name)
    found += [Alike(each, similar) for each in _spread(meant, most=limit - len(found))]
    few = [Item("homeshopping", product_id)] if len(rules) < limit else []
    return Likeness(found, few)


async def shown_like_wanted(
    session: Session, *, by: UserId, limit: int, near: Sequence[int] = ()
) -> ForShopper:
    """Return the food of the broadcasts that goes with what the user likes or has in the cart.

    At most ``limit`` for each of these products, and in all, each product's best first; of many
    products the newest of the cart and of the likes count. What is ``near`` fills up, and nothing
    is sold out. Raises NothingToGoBy, NoKeyword.
    """
    wanted = await kok.wants(session, by=by, limit=WANTED_MAX)
    if not wanted:
        raise NothingToGoBy
    liked, in_cart = ([w for w in wanted if w.way == way] for way in ("liked", "in_cart"))
    sources = _sources(in_cart, liked)
    words = list(dict.fromkeys(chain.from_iterable(terms_of(n).words for n in sources)))
    if not words:
        raise NoKeyword
    found = await homeshopping.named_like(
        session, words[:WORDS_MAX], ingredients_only=False, limit=CANDIDATES_MAX
    )
    titles = Titles(found, name_of=lambda each: each.name)
    goods = {name: titles.akin(name, otherwise=_cheaper)[:limit] for name in sources}
    by_id = {each.product_id: each for each in chain.from_iterable(goods.values())}
    best = chain.from_iterable(zip_longest(*goods.values()))
    picked = list(dict.fromkeys(each.product_id for each in best if each))[:limit]
    few = len(picked) < limit
    meant = await _meant(session, near, known=by_id) if few else []
    by_id |= {each.product_id: each for each in meant}
    picked += [each.product_id for each in meant][: limit - len(picked)]
    showings, reasons = await _showings(session, by_id), _reasons(sources, goods)
    return ForShopper(
        terms=list(dict.fromkeys(filter(None, map(_said, sources)))),
        liked_count=len(liked),
        cart_count=len(in_cart),
        source_count=len(sources),
        recommended=picked,
        by_name={name: [e.product_id for e in own] for name, own in goods.items() if own},
        by_id={n: Shown(e, showings.get(n), reasons.get(n, TASTE)) for n, e in by_id.items()},
        lacking=[Item("kok", each.kok_product_id) for each in sources.values()] if few else (),
    )


async def _showings(
    session: Session, product_ids: Collection[int]
) -> Mapping[int, homeshopping.Showing]:
    return await homeshopping.showings(session, product_ids) if product_ids else {}


async def _akin(session: Session, name: str) -> Sequence[kok.Card]:
    words = terms_of(name).words
    found = await kok.named_like(session, words, ingredients_only=False, limit=CANDIDATES_MAX)
    titles = Titles(found, name_of=lambda each: each.name)
    return titles.akin(name, otherwise=lambda each: (-each.review_cnt, each.kok_product_id))


async def _meant(
    session: Session, near: Sequence[int], *, known: Collection[int]
) -> list[homeshopping.Goods]:
    others = [number for number in near if number not in known]
    there = await homeshopping.offers(session, others) if others else {}
    meant = (there[number] for number in others if number in there)
    return [each for each in meant if each.is_food and not each.sold_out]


def _spread(cards: Sequence[kok.Offer], *, most: int) -> list[kok.Offer]:
    def traits(card: kok.Offer) -> tuple[Trait, ...]:
        return Trait(plain_title(card.name), 1), Trait(card.store_name, OF_ONE_STORE)

    return varied(cards, most=most, traits=traits)


def _sources(in_cart: Sequence[Want], liked: Sequence[Want]) -> dict[str, Want]:
    sources: dict[str, Want] = {}
    for want in chain.from_iterable(zip_longest(in_cart, liked)):
        if want is not None and want.name and len(sources) < SOURCES_MAX:
            sources.setdefault(want.name, want)
    return sources


def _reasons(
    sources: Mapping[str, Want], goods: Mapping[str, Sequence[homeshopping.Goods]]
) -> dict[int, Reason]:
    """Return with which source each product goes, the first that it goes with."""
    reasons: dict[int, Reason] = {}
    for name, want in sources.items():
        reason = Reason(code=WAYS[want.way], what=name)
        for each in goods[name]:
            reasons.setdefault(each.product_id, reason)
    return reasons


async def akin_to(session: Session, name: str, *, limit: int) -> list[int]:
    """Return the kok products that are the same food as one of that name, else the same kind.

    Whether any is left of them does not matter.
    """
    akin = await _akin(session, name)
    own = set(ingredients_of(name))
    same = [each for each in akin if not own.isdisjoint(ingredients_of(each.name))]
    return [each.kok_product_id for each in (same or akin)[:limit]]


def kinship(name: str, other: str) -> Reason:
    """Return what two titles have in common: an ingredient, else the word they are found by."""
    theirs = set(ingredients_of(other))
    for ingredient in ingredients_of(name):
        if ingredient in theirs:
            return Reason(code="same_ingredient", what=ingredient.name)
    text = folded(other)
    heads = terms_of(name).heads
    shared = next((head[0] for head in heads if any(word in text for word in head)), "")
    return Reason(code="same_kind", what=shared)


def _cheaper(goods: homeshopping.Goods) -> tuple[float, ...]:
    return goods.sale_price, goods.product_id


def _said(name: str) -> str | None:
    heads = terms_of(name).heads
    return ingredient_keyword(name) or (heads[0][0] if heads else None)
