"""Searching by the exact rules of each context, for when there is no index to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from domain import homeshopping, kok, recipe
from domain.kernel import Session, Window
from domain.recommendation.kinds import Item, Kind
from domain.recommendation.search.listing import Row
from domain.recommendation.search.ranking import EXACT

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Part:
    """The ids of one part of what was found, and how many there are in all."""

    ids: Sequence[int]
    total: int


class Rule(Protocol):
    """Finds what contains the keyword."""

    async def __call__(self, session: Session, keyword: str, window: Window) -> Part: ...


async def _recipes(session: Session, keyword: str, window: Window) -> Part:
    found = await recipe.search_by_name(session, keyword, window=window)
    return Part([each.recipe_id for each in found.part.rows], found.total)


async def _kok(session: Session, keyword: str, window: Window) -> Part:
    found = await kok.search(session, keyword, window=window)
    return Part([each.kok_product_id for each in found.part.rows], found.total)


async def _homeshopping(session: Session, keyword: str, window: Window) -> Part:
    found, total = await homeshopping.search_products(session, keyword, window=window)
    return Part([each.product_id for each in found.rows], total)


RULES: Final[Mapping[Kind, Rule]] = {
    "recipe": _recipes,
    "kok": _kok,
    "homeshopping": _homeshopping,
}


@dataclass(frozen=True, slots=True)
class ByRules:
    """One part of what the rules found, and how much each of them found in all."""

    rows: Sequence[Row]
    totals: Mapping[Kind, int]


async def by_rules(
    session: Session, keyword: str, *, kinds: Sequence[Kind], shown: Sequence[Kind], part: range
) -> ByRules:
    """Return the rows at those positions: the first of each kind that is shown, then the second.

    Of the other ``kinds`` only the totals are told.
    """
    size = len(part)
    first = {
        kind: await RULES[kind](session, keyword, Window(size if kind in shown else 1))
        for kind in kinds
    }
    totals = {kind: found.total for kind, found in first.items()}
    which, ranks = _places([totals[kind] for kind in shown], part)
    ids: dict[tuple[int, int], int] = {}
    for n, kind in enumerate(shown):
        wanted = ranks[which == n].tolist()
        since, found = 0, first[kind]
        if wanted and wanted[-1] >= len(found.ids):
            since = wanted[0]
            found = await RULES[kind](session, keyword, Window(len(wanted), skip=since))
        ids |= {(n, since + place): item_id for place, item_id in enumerate(found.ids)}
    chosen = zip(which.tolist(), ranks.tolist(), strict=True)
    # What vanished between two statements is passed over.
    rows = [Row(Item(shown[n], ids[n, rank]), EXACT) for n, rank in chosen if (n, rank) in ids]
    return ByRules(rows, totals)


def _places(totals: Sequence[int], part: range) -> tuple[Numbers, Numbers]:
    """Return of which list, and at which place in it, the rows are: the lists take turns."""
    which = np.repeat(np.arange(len(totals)), totals)
    ranks = np.concatenate([np.arange(total) for total in totals])
    order = np.lexsort((which, ranks))[part.start : part.stop]
    return which[order], ranks[order]
