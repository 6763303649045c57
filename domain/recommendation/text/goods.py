"""The foods that shops sell, by each of their spellings, read once from the lexicon."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, Final, Self

from domain.recommendation.text.spelling import standard
from domain.recommendation.vocabulary import Ingredient, Make, Vocabulary, read, vocabulary

LONG: Final = 4  # letters of a compound that ends in a word of two beyond doubt


class Level(IntEnum):
    """How much was made of a food: the more, the less it is what it was made of."""

    RAW = 0
    PROCESSED = 1
    DISH = 2


@dataclass(frozen=True, slots=True)
class Food:
    """What a word of a title sells: its keyword, and the ingredient that it counts as.

    ``wide`` when any other food goes before it.
    """

    name: str
    level: Level
    wide: bool = False
    is_meat: bool = False
    counts_as: str | None = None

    def is_closer_than(self, other: "Food") -> bool:
        """Tell whether it is a kind of the other, so that naming both says nothing more."""
        if self.name == other.name:
            return False
        return self.name.endswith(other.name) or (self.counts_as or "").endswith(other.name)


@dataclass(frozen=True, slots=True)
class Goods:
    """Foods by their spellings, and the words that say what to make of the others.

    ``heads`` make one name with the food before them, ``heads_alone`` of these are sold without;
    ``with_it`` says that what stands before goes with the goods, ``suits`` that they suit it,
    ``aims`` that they become a part of it, before which ``filler`` may stand (``drinks`` are what
    one eats something with), and ``gifts`` that it is given besides; ``parts`` are foods of one
    letter that end words.
    ``materials`` are what the goods are made of; ``courses`` are heads that, behind a weight, are
    what one cooks, unless the title says that it is ``ready``. ``kinds`` are dishes of many kinds,
    and ``mixed`` the heads that go with several foods.
    ``beasts`` are the breeds and the animals, ``with_animal`` the cuts whose names hold one, and
    ``uses`` what a cut is for. ``not_food`` says that nothing is food, but for
    the words ``food_after_all`` that end in one.
    """

    foods: Mapping[str, Food]
    heads: frozenset[str]
    heads_of_dishes: frozenset[str]
    heads_of_words: frozenset[str]
    heads_alone: frozenset[str]
    with_it: frozenset[str]
    suits: frozenset[str]
    aims: frozenset[str]
    filler: frozenset[str]
    drinks: frozenset[str]
    materials: frozenset[str]
    courses: frozenset[str]
    ready: frozenset[str]
    kinds: frozenset[str]
    mixed: tuple[str, ...]
    gifts: frozenset[str]
    breeds: frozenset[str]
    beasts: frozenset[str]
    with_animal: frozenset[str]
    uses: frozenset[str]
    parts: frozenset[str]
    wide: frozenset[str]
    not_food: frozenset[str]
    food_after_all: frozenset[str]

    @classmethod
    def of(cls, lexicon: Mapping[str, Any], known: Vocabulary) -> Self:
        """Return the goods of the lexicon's file, and the ingredients as goods."""
        sets = {
            name: frozenset(text.split()) for name, text in lexicon.items() if isinstance(text, str)
        }
        wide = sets["wide"] | known.homonyms
        return cls(
            foods=_foods(lexicon, known, sets | {"wide": wide}),
            heads=sets["heads"],
            heads_of_dishes=sets["heads_of_dishes"],
            heads_of_words=sets["heads_of_words"],
            heads_alone=sets["heads_alone"],
            with_it=sets["with"],
            suits=sets["suits"],
            aims=sets["aims"],
            filler=sets["adverbs"] | known.stop,
            drinks=sets["drinks"],
            materials=sets["materials"],
            courses=sets["courses"],
            ready=sets["ready"],
            kinds=sets["kinds"],
            mixed=tuple(sets["mixed"]),
            gifts=sets["gifts"],
            breeds=sets["breeds"],
            with_animal=sets["with_animal"],
            uses=sets["uses"],
            beasts=sets["breeds"] | sets["animals"],
            parts=sets["parts"] | known.endings,
            wide=wide,
            not_food=sets["not_food"],
            food_after_all=sets["food_after_all"],
        )

    def at_end(self, ending: str) -> Food | None:
        """Return the food that a longer word may end in."""
        if len(ending) > 1 and ending not in vocabulary().whole:
            return self.foods.get(ending)
        return self.foods.get(ending) if ending in self.parts else None

    def is_not_food(self, word: str, after: str) -> bool:
        """Tell whether a word says, with the one after it, that nothing is food."""
        if word in self.foods or word + after in self.foods or word in vocabulary().stop:
            return False
        least = 3 if len(word) < LONG and word in self.food_after_all else 2
        endings = (word[start:] for start in range(len(word) - least + 1))
        whole = {word, word.removesuffix("용")}
        return bool(whole & self.not_food) or any(ending in self.not_food for ending in endings)

    def within(self, word: str) -> tuple[str, Food] | None:
        """Return the food that a word is or ends in, with its spelling."""
        if exact := self.foods.get(word):
            return word, exact
        for start in range(1, len(word)):
            if food := self.at_end(word[start:]):
                return word[start:], food
        return None


@cache
def goods() -> Goods:
    """Return the goods, read by whoever asks first."""
    return Goods.of(read("goods.yaml"), vocabulary())


def _foods(
    lexicon: Mapping[str, Any], known: Vocabulary, sets: Mapping[str, frozenset[str]]
) -> Mapping[str, Food]:
    foods = dict(_ingredients(known, own=sets["own"], wide=sets["wide"]))
    dishes = map(standard, known.dishes - sets["no_keyword"])
    foods |= {word: Food(word, Level.DISH, word in sets["wide"]) for word in dishes}
    for section, level in (("raw", Level.RAW), ("dishes", Level.DISH)):
        for spellings in map(str.split, lexicon[section]):
            name = spellings[0]
            ingredient = known.in_word(name)
            counts_as = ingredient.name if ingredient else None
            is_meat = ingredient is not None and ingredient.kind in _MEATS
            foods |= {
                standard(each): Food(
                    name,
                    level,
                    each in sets["wide"] or (name in sets["wide"] and name not in known.homonyms),
                    is_meat,
                    counts_as,
                )
                for each in spellings
            }
    return foods


_LEVELS: Final = {Make.RAW: Level.RAW, Make.GENERAL: Level.RAW, Make.PROCESSED: Level.PROCESSED}


def _ingredients(
    known: Vocabulary, *, own: frozenset[str], wide: frozenset[str]
) -> Iterator[tuple[str, Food]]:
    for spelling, each in known.ingredients.items():
        name = spelling if spelling in own else each.name
        yield (
            standard(spelling),
            Food(
                name,
                _LEVELS[each.make],
                _is_wide(each, {name, spelling}, wide),
                each.kind in _MEATS,
                each.name,
            ),
        )


_MEATS: Final = frozenset({"소고기", "돼지고기"})


def _is_wide(each: Ingredient, names: AbstractSet[str], wide: frozenset[str]) -> bool:
    return bool(names & wide) or (each.make is Make.GENERAL and each.name in names)
