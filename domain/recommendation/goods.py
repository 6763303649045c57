"""Which products are an ingredient that a recipe asks for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, TypeVar

from domain import homeshopping, kok
from domain.kernel import Session, folded
from domain.recommendation.ingredients import spellings
from domain.recommendation.kinds import Item
from domain.recommendation.kinship import telling
from domain.recommendation.nearby import NOTHING, Near
from domain.recommendation.reasons import Reason
from domain.recommendation.similar import Shown

GOODS_MAX: Final = 5
SHOWN_MAX: Final = 2
CANDIDATES_MAX: Final = 300
# Of the best so many are in stock often enough to fill an answer.
LOOKED_AT_MAX: Final = 40
WAYS_MAX: Final = 8
# Longer names are not written with one more blank.
SPACED_LETTERS_MAX: Final = 8
# Names that hold the one word and mean the other thing.
MISTAKEN: Final = {"안심": "쌀", "양파": "아몬드", "쌀": "수프"}
# Where a Korean word goes on, it is another word.
GOES_ON: Final = r"(?![0-9a-z가-힣])"
PUNCTUATION: Final = re.compile(r"[\W_]+")

Row = TypeVar("Row", homeshopping.Goods, kok.Card)


@dataclass(frozen=True, slots=True)
class Goods:
    """The products that are an ingredient, and why each is; the broadcasts' come first."""

    shown: Sequence[Shown]
    kok: Sequence[kok.Card]
    reasons: Mapping[Item, Reason]


async def goods_for(session: Session, ingredient: str, *, near: Near = NOTHING) -> Goods:
    """Return up to five products whose name says the ingredient, two of the broadcasts at most.

    The name says it where the word ends there, blanks or not; the earlier in the name the better,
    then the shorter name. Products that say it in another spelling come after. What is ``near``
    stands in when no name says it. Nothing is sold out.
    """
    sought = folded(ingredient)
    ways = list(dict.fromkeys((sought, *map(folded, spellings(ingredient)))))[:WAYS_MAX]
    words = telling([*_spaced(sought), *ways[1:]])
    found = await homeshopping.named_like(
        session, words, ingredients_only=True, limit=CANDIDATES_MAX
    )
    kok_found = await kok.named_like(session, words, ingredients_only=True, limit=CANDIDATES_MAX)
    kok_saying = await _in_stock(session, _saying(ways, kok_found)[:LOOKED_AT_MAX])
    seen: set[str] = set()
    goods: Sequence[homeshopping.Goods] = list(_once(_saying(ways, found), seen, most=SHOWN_MAX))
    kok_goods: Sequence[kok.Card] = list(_once(kok_saying, seen, most=GOODS_MAX - len(goods)))
    if not goods and not kok_goods and near:
        goods, kok_goods = await _standing_in(session, near)
    showings = await homeshopping.showings(session, [g.product_id for g in goods]) if goods else {}
    why = partial(_why, ingredient, sought=ways[0])
    shown = [Shown(each, showings.get(each.product_id), why(each.name)) for each in goods]
    reasons = {Item("homeshopping", each.goods.product_id): each.reason for each in shown}
    reasons |= {Item("kok", each.kok_product_id): why(each.name) for each in kok_goods}
    return Goods(shown, kok_goods, reasons)


async def _in_stock(session: Session, cards: Sequence[kok.Card]) -> list[kok.Card]:
    there = await kok.offers(session, [c.kok_product_id for c in cards]) if cards else {}
    return [c for c in cards if c.kok_product_id in there and not there[c.kok_product_id].sold_out]


async def _standing_in(
    session: Session, near: Near
) -> tuple[Sequence[homeshopping.Goods], Sequence[kok.Card]]:
    ids, kok_ids = near.get("homeshopping", ()), near.get("kok", ())
    offers = await homeshopping.offers(session, ids) if ids else {}
    kok_offers = await kok.offers(session, kok_ids) if kok_ids else {}
    food = (offers[n] for n in ids if n in offers and offers[n].is_food)
    goods = [each for each in food if not each.sold_out][:SHOWN_MAX]
    kok_goods = [kok_offers[n] for n in kok_ids if n in kok_offers and not kok_offers[n].sold_out]
    return goods, kok_goods[: GOODS_MAX - len(goods)]


def _why(ingredient: str, name: str, *, sought: str) -> Reason:
    if _pattern(sought).search(folded(name)):
        return Reason(code="is_ingredient", what=ingredient)
    ways = map(folded, spellings(ingredient))
    if any(_pattern(way).search(folded(name)) for way in ways):
        return Reason(code="other_spelling", what=ingredient)
    return Reason(code="similar_meaning", what=ingredient)


def _spaced(word: str) -> Iterator[str]:
    """Yield the word as it is, without its blanks, and with one more blank somewhere."""
    yield word
    letters = word.replace(" ", "")
    yield letters
    if 2 < len(letters) <= SPACED_LETTERS_MAX:
        least = 2 if len(letters) > 3 else 1
        for at in range(least, len(letters) - least + 1):
            yield f"{letters[:at]} {letters[at:]}"


def _saying(ways: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose name says one of the ways, the best first."""
    patterns = [_pattern(way) for way in ways]
    wrong = MISTAKEN.get(ways[0])
    ranked: list[tuple[tuple[int, int, int], int]] = []
    for number, row in enumerate(rows):
        name = folded(row.name)
        if wrong is not None and wrong in name:
            continue
        for way, pattern in enumerate(patterns):
            if said := pattern.search(name):
                ranked.append(((way > 0, said.start(), len(name)), number))
                break
    return [rows[number] for _, number in sorted(ranked)]


@lru_cache(maxsize=512)
def _pattern(way: str) -> re.Pattern[str]:
    letters = (re.escape(letter) for letter in way if letter != " ")
    return re.compile(" ?".join(letters) + GOES_ON)


def _once(rows: Sequence[Row], seen: set[str], *, most: int) -> Iterator[Row]:
    """Yield the first rows whose names nobody has seen, whatever their punctuation."""
    left = most
    for row in rows:
        plain = PUNCTUATION.sub("", folded(row.name))
        if left and plain not in seen:
            seen.add(plain)
            left -= 1
            yield row
