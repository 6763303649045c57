"""Words that recipes and products are made of, some far more frequent than others.

How often an ingredient is used falls with its rank, as it does of words (G. K. Zipf, "Human
Behavior and the Principle of Least Effort", 1949).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from demo.catalogue import load_catalogue
from domain.recommendation.vocabulary import Make, vocabulary

EXPONENT: Final = 0.9
# What every kitchen has, the most frequent first.
STAPLES: Final = (
    "마늘", "대파", "간장", "소금", "참기름", "양파", "설탕", "고춧가루", "후추", "식용유",
    "계란", "고추장", "청양고추", "깨", "당근", "된장", "무", "두부", "감자", "애호박",
    "표고버섯", "국간장", "맛술", "물엿", "올리고당", "생강", "식초", "새우", "버터", "우유",
)  # fmt: skip
# Dishes are rarely named after these, and often after those.
SEASONING: Final = ("마늘", "다진마늘", "대파", "쪽파", "생강", "청양고추", "홍고추", "깨")
PREPARED: Final = {"두부", "김치", "어묵", "햄", "참치통조림", "베이컨", "된장"}
SEED: Final = 20_261_121  # everything is drawn alike in every run


@dataclass(frozen=True, slots=True)
class Larder:
    """Ingredients, the most frequent first, and how likely each of them is drawn."""

    names: Sequence[str]
    shares: NDArray[np.float64]

    @classmethod
    def of(cls, names: Sequence[str]) -> "Larder":
        """Return these, each the less likely the later it comes."""
        weights = np.arange(1, len(names) + 1) ** -EXPONENT
        return cls(names, weights / weights.sum())

    def draw(self, chance: np.random.Generator, count: int) -> list[str]:
        """Return different ones, as many as there are among twice as many draws."""
        drawn = chance.choice(len(self.names), 2 * count, p=self.shares)
        return [self.names[n] for n in dict.fromkeys(drawn.tolist())][:count]


@cache
def pantry() -> Larder:
    """Return everything that dishes are cooked from."""
    used = {m.material_name for each in load_catalogue().recipes for m in each.materials}
    known = {each.name for each in vocabulary().ingredients.values()}
    return Larder.of([*STAPLES, *_shuffled((used | known) - set(STAPLES))])


@cache
def mains() -> Larder:
    """Return what dishes are named after, what the demo's recipes take most of first."""
    used = Counter(m.material_name for each in load_catalogue().recipes for m in each.materials)
    raw = {each.name for each in vocabulary().ingredients.values() if each.make is Make.RAW}
    named = (raw | PREPARED) - set(SEASONING)
    first = sorted(used.keys() & named, key=lambda name: (-used[name], name))
    return Larder.of([*first, *_shuffled(name for name in named - used.keys() if len(name) > 1)])


def _shuffled(names: Iterable[str]) -> list[str]:
    shuffled: list[str] = np.random.default_rng(SEED).permutation(sorted(names)).tolist()
    return shuffled
