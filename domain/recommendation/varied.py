"""Lists that do not say the same five times.

Relevance decides the order, and each next row has to bring something new: no more than so many of
one title, one food or one store, as long as there is another choice. It is the idea of maximal
marginal relevance (Carbonell & Goldstein, "The use of MMR, diversity-based reranking", SIGIR 1998)
with caps in the place of a weight, so that the answer can be foretold.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Final, NamedTuple, TypeVar

from domain.kernel import folded
from domain.recommendation.ingredients import BRACKETED, LIST, SUM, words_of

Row = TypeVar("Row")
JOINTS: Final = LIST | {SUM}


class Trait(NamedTuple):
    """Something that rows may have in common, and how many of these one list takes."""

    value: Hashable
    most: int


def varied(
    rows: Sequence[Row], *, most: int, traits: Callable[[Row], Sequence[Trait]]
) -> list[Row]:
    """Return up to so many of the rows, the first that differ enough first.

    ``traits`` returns as many for every row, those that matter most first: when too few rows
    differ in all of them, the last is no longer looked at, then the one before.
    """
    left = [(row, traits(row)) for row in rows]
    picked: list[Row] = []
    seen = Counter[tuple[int, Hashable]]()
    for looked_at in range(max((len(each) for _, each in left), default=0), -1, -1):
        passed: list[tuple[Row, Sequence[Trait]]] = []
        for row, its in left:
            worn = any(seen[n, each.value] >= each.most for n, each in enumerate(its[:looked_at]))
            if worn or len(picked) == most:
                passed.append((row, its))
                continue
            picked.append(row)
            seen.update((n, each.value) for n, each in enumerate(its))
        left = passed
    return picked


def plain_title(title: str) -> str:
    """Return a title without brackets, quantities and blanks: the same is said of the same."""
    text = folded(title)
    words = [each for each in words_of(BRACKETED.sub(" ", text)) if each not in JOINTS]
    return "".join(words) or text
