"""What a title's goods are for, which is not sold: 김치찌개 끓이기 좋은 돼지고기.

A word that tells a use (끓이기, 갈아먹는, 고명) has an object right before it, a dish as a rule. It is
left out where another food remains, so that 셀러리 스무디 갈아먹는 is celery, 구워먹는 치즈 cheese.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from domain.recommendation.text.goods import Food, Goods, Level
from domain.recommendation.vocabulary import vocabulary

TOGETHER: Final = ("와", "과", "랑", "이랑", "하고")
JOINED_MAX: Final = 3  # words that one name is written in
REACH: Final = 3  # words between a use and its object
# The goods are eaten with the object, which may be any food: 삼겹살 싸먹는 상추.
BESIDE: Final = re.compile(
    r"(?:찍어|싸|비벼|비비는|곁들여|곁들이는|얹어|넣어|넣는|발라|바르는|뿌려|뿌리는|말아|타|올려|섞어|"
    r"찍는|싸는|타는|함께|같이|어울리는)(?:서|\s)?(?:먹는|먹기|먹을|마시는|즐기는)?$"
)
# The goods become the object, or are just eaten that way: 고아먹는 우족.
BECOMES: Final = re.compile(
    r"(?:(?:만들|담그|끓이|볶|삶|굽|부치|무치|졸이|튀기|데치|먹|마시|즐기)(?:는|기|기에|기용)|"
    r"만들|담글|끓일|볶을|구울|먹을|좋은)$"
)


def without_aims(words: Sequence[str], known: Goods) -> Iterator[Sequence[str]]:
    """Yield the words without what the goods are for: the most left out first, nothing last.

    A word that is left out is empty, so that what stood around it stays apart.
    """
    most: set[int] = set()
    least: set[int] = set()
    for number, word in enumerate(words):
        if number and is_use(word, known) and (aim := _object(words, number, known)):
            most |= aim
            least.add(max(aim))
    for left_out in (most, least) if least < most else (most,):
        if left_out:
            yield ["" if at in left_out else word for at, word in enumerate(words)]
    yield words


def is_use(word: str, known: Goods) -> bool:
    """Tell whether the word says what to do with the goods."""
    if word in known.foods:
        return False
    return bool(word in known.suits or word in known.aims or _goes_beside(word, known)) or bool(
        BECOMES.search(word)
    )


def _goes_beside(word: str, known: Goods) -> bool:
    return word in known.suits or bool(BESIDE.search(word))


def _object(words: Sequence[str], number: int, known: Goods) -> set[int]:
    """Return the numbers of the words that the use at ``number`` is about."""
    filler = vocabulary().stop | known.adverbs
    last = number - 1
    while last >= 0 and (words[last] in filler or is_use(words[last], known)):
        last -= 1
    if last < 0 or number - last > REACH + 1:
        return set()
    span, food = _named(words, last, known)
    if food is None or (words[number] == "안주" and food.name not in known.drinks):
        return set()
    beside = any(_goes_beside(each, known) for each in words[last + 1 : number + 1])
    beside = beside or words[last].endswith(TOGETHER)
    if food.level is Level.RAW and not beside:
        after = words[number + 1 :]
        return span if any(known.within(each) for each in after) else set()
    first = min(span)
    while first and (dish := known.foods.get(words[first - 1])) and dish.level is Level.DISH:
        first -= 1
        span.add(first)
    return span


def _named(words: Sequence[str], last: int, known: Goods) -> tuple[set[int], Food | None]:
    for count in range(min(JOINED_MAX, last + 1), 0, -1):
        numbers = range(last + 1 - count, last + 1)
        if food := known.foods.get("".join(words[at] for at in numbers)):
            return set(numbers), food
    word = words[last]
    if word in known.heads:
        return {last}, Food(word, Level.DISH)
    bare = next((word.removesuffix(end) for end in TOGETHER if word.endswith(end)), word)
    inside = known.within(bare)
    return {last}, inside[1] if inside else None
