"""What people look for: dishes, ingredients, occasions and products, some of it mistyped."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from benchmarks._cookbook import PRAISE, draw_dish, draw_product, pick
from benchmarks._larder import SEED, mains, pantry
from domain.recommendation.text import initials

WHEN: Final = (
    "비 오는 날", "생일상에 올릴", "술 마신 다음 날", "감기 걸렸을 때", "아이 도시락",
    "명절에 먹는", "여름 보양식", "손님 초대", "캠핑 가서 먹는", "다이어트할 때 먹는",
    "야식으로 먹는", "아침에 간단히 먹는",
)  # fmt: skip
WHAT: Final = (
    "뜨끈한 국물",
    "매콤한 볶음",
    "부드러운 죽",
    "바삭한 튀김",
    "시원한 면",
    "간단한 반찬",
    "따뜻한 밥",
)


def _dish(chance: np.random.Generator) -> str:
    return draw_dish(chance).name


def _described(chance: np.random.Generator) -> str:
    return f"{pick(chance, PRAISE)} {draw_dish(chance).name}"


def _left_over(chance: np.random.Generator) -> str:
    return " ".join(pantry().draw(chance, 2 + int(chance.integers(2))))


def _ingredient(chance: np.random.Generator) -> str:
    return f"{mains().draw(chance, 1)[0]} 요리"


def _occasion(chance: np.random.Generator) -> str:
    return f"{pick(chance, WHEN)} {pick(chance, WHAT)}"


def _initials(chance: np.random.Generator) -> str:
    return initials(draw_dish(chance).name)


def _mistyped(chance: np.random.Generator) -> str:
    """Return a dish whose name has one letter that it should not have."""
    name = draw_dish(chance).name
    at = int(chance.integers(len(name)))
    return f"{name[:at]}{chr(ord(name[at]) + 1)}{name[at + 1 :]}"


# One of these after the other; a sixth of what is looked for is described or an occasion.
KINDS: Final[Sequence[Callable[[np.random.Generator], str]]] = (
    _dish, _ingredient, _dish, draw_product, _left_over, _described,
    _dish, _initials, _occasion, draw_product, _mistyped, _left_over,
)  # fmt: skip


def lookups(count: int) -> list[str]:
    """Return so many different queries, the same ones each time."""
    chance, found = np.random.default_rng(SEED + 2), dict[str, None]()
    turn = 0
    while len(found) < count:
        found[KINDS[turn % len(KINDS)](chance)[:100]] = None
        turn += 1
    return [*found]


def cupboards(count: int) -> list[list[str]]:
    """Return so many lists of three to five ingredients that somebody has."""
    chance = np.random.default_rng(SEED + 3)
    return [pantry().draw(chance, 3 + int(chance.integers(3))) for _ in range(count)]
