"""What a title's goods are for, which is not sold: 김치찌개 끓이기 좋은 돼지고기.

A word that tells a use (끓이기, 갈아먹는, 고명) has an object right before it, a dish as a rule. It
is left out where another food remains: 셀러리 스무디 갈아먹는 is celery, 구워먹는 치즈 cheese.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from domain.recommendation.ingredients import LIST, QUANTITY, SUM, WORD
from domain.recommendation.text.goods import Food, Goods, Level, goods

TOGETHER: Final = ("와", "과", "랑", "이랑", "하고")
JOINED_MAX: Final = 3  # words that one name is written in
IN_A_ROW: Final = 3
KEPT: Final = 8_192
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


WEIGHT: Final = re.compile(r"\d\s?(?:kg|g|ml|l|킬로|그램|리터)$")
HEAVY, COUNTED = "#", "@"
TOKEN: Final = re.compile(f"{WORD.pattern}|{HEAVY}|{COUNTED}")
MARKS: Final = str.maketrans(HEAVY + COUNTED, "  ")


class Words(NamedTuple):
    """A title's words and joints, and the numbers of those right behind a quantity, or a weight."""

    words: Sequence[str]
    counted: frozenset[int]
    weighed: frozenset[int]


def weighed_words(text: str) -> Words:
    """Return a title's words without quantities, and where these were."""
    words: list[str] = []
    counted: set[int] = set()
    weighed: set[int] = set()
    for token in TOKEN.findall(QUANTITY.sub(_marked, text.translate(MARKS))):
        if token in (HEAVY, COUNTED):
            counted.add(len(words))
            if token == HEAVY:
                weighed.add(len(words))
        else:
            words.append(token)
    return Words(words, frozenset(counted), frozenset(weighed))


def _marked(quantity: re.Match[str]) -> str:
    return f" {HEAVY} " if WEIGHT.search(quantity[0]) else f" {COUNTED} "


def told_one_by_one(title: Words, known: Goods) -> frozenset[int]:
    """Return the numbers of words that are three foods or more in a row, of which none is a part.

    In a title that lists: 두부 콩나물 계란 세트, but not 돼지고기 김치 두부 찌개 세트.
    """
    found: set[int] = set()
    run: list[int] = []
    for number, word in enumerate([*title.words, ""]):
        food = known.foods.get(word)
        if food and not food.wide and food.name not in known.beasts:
            run.append(number)
            continue
        if len(run) >= IN_A_ROW and word not in known.heads:
            first, last = (known.foods[title.words[at]] for at in (run[0], run[-1]))
            if first.level is Level.DISH or last.level is not Level.DISH:
                found.update(run)
        run = []
    return frozenset(found)


def without_aims(title: Words, known: Goods) -> Iterator[Sequence[str]]:
    """Yield the words without what the goods are for: the most left out first, nothing last.

    A word that is left out is empty, so that what stood around it stays apart.
    """
    words = title.words
    most: set[int] = set()
    least: set[int] = set()
    for number, word in enumerate(words):
        if word in known.materials:
            most.add(number)
        elif number and is_use(word) and (aim := _object(words, number, known)):
            most |= aim
            least.add(max(aim))
    for number in title.weighed:
        most |= _behind(words, number, known)
    for left_out in (most, least) if least < most else (most,):
        if left_out:
            yield ["" if at in left_out else word for at, word in enumerate(words)]
    yield words


def _behind(words: Sequence[str], number: int, known: Goods) -> set[int]:
    """Return the numbers of the dishes behind a weight, which one cooks of what it weighs.

    고사리 500g 육개장 sells no soup; 오징어 500g 볶음 밀키트 does.
    """
    joints = [at for at, word in enumerate(words) if word == SUM or word in LIST]
    since = max((at + 1 for at in joints if at < number), default=0)
    until = min((at for at in joints if at >= number), default=len(words))
    if since == number or words[number - 1] in known.heads:
        return set()
    if not known.ready.isdisjoint(words[since:until]):
        return set()
    named = [inside[1] for word in words[since:number] if (inside := known.within(word))]
    if not named or any(each.level is Level.DISH for each in named):
        return set()
    found: set[int] = set()
    for at in range(number, until):
        pair = known.foods.get("".join(words[at : at + 2])) if at + 1 < until else None
        inside = known.within(words[at])
        if pair and pair.level is Level.DISH:
            found |= {at, at + 1}
        elif words[at] in known.courses or (inside and inside[1].level is Level.DISH):
            found.add(at)
    return found


@lru_cache(maxsize=KEPT)
def is_use(word: str) -> bool:
    """Tell whether the word says what to do with the goods."""
    known = goods()
    if word in known.foods:
        return False
    told = word in known.aims or _goes_beside(word, known)
    return told or bool(BECOMES.search(word))


def _goes_beside(word: str, known: Goods) -> bool:
    return word in known.suits or bool(BESIDE.search(word))


def _object(words: Sequence[str], number: int, known: Goods) -> set[int]:
    """Return the numbers of the words that the use at ``number`` is about."""
    last = number - 1
    while last >= 0 and (words[last] in known.filler or is_use(words[last])):
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
