"""Which products are an ingredient that a recipe asks for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from domain import homeshopping, kok
from domain.kernel import Session, folded
from domain.recommendation.ingredients import spellings
from domain.recommendation.kinship import telling
from domain.recommendation.similar import Shown

GOODS_MAX: Final = 5
SHOWN_MAX: Final = 2
CANDIDATES_MAX: Final = 300
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
    """The products that are an ingredient; the broadcasts' come first."""

    shown: Sequence[Shown]
    kok: Sequence[kok.Card]


async def goods_for(session: Session, ingredient: str) -> Goods:
    """Return up to five products whose name says the ingredient, two of the broadcasts at most.

    The name says it where the word ends there, blanks or not; the earlier in the name the better,
    then the shorter name. Products that say it in another spelling come after.
    """
    sought = folded(ingredient)
    ways = list(dict.fromkeys((sought, *map(folded, spellings(ingredient)))))[:WAYS_MAX]
    words = telling([*_spaced(sought), *ways[1:]])
    found = await homeshopping.named_like(
        session, words, ingredients_only=True, limit=CANDIDATES_MAX
    )
    kok_found = await kok.named_like(session, words, ingredients_only=True, limit=CANDIDATES_MAX)
    seen: set[str] = set()
    goods = list(_once(_saying(ways, found), seen, most=SHOWN_MAX))
    kok_goods = list(_once(_saying(ways, kok_found), seen, most=GOODS_MAX - len(goods)))
    showings = await homeshopping.showings(session, [g.product_id for g in goods]) if goods else {}
    return Goods([Shown(each, showings.get(each.product_id)) for each in goods], kok_goods)


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
    letters = ([re.escape(letter) for letter in way if letter != " "] for way in ways)
    patterns = [re.compile(" ?".join(each) + GOES_ON) for each in letters]
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


def _once(rows: Sequence[Row], seen: set[str], *, most: int) -> Iterator[Row]:
    """Yield the first rows whose names nobody has seen, whatever their punctuation."""
    left = most
    for row in rows:
        plain = PUNCTUATION.sub("", folded(row.name))
        if left and plain not in seen:
            seen.add(plain)
            left -= 1
            yield row
