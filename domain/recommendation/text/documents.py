"""The terms that an item is filed under, and the text that is embedded.

A term says by its first letter what it is: ``=`` a whole word, ``@`` an ingredient or food in its
standard name, ``#`` an occasion, ``^`` two neighbouring initial consonants, ``^=`` those of a whole
word, ``*`` every document; without one, it is two neighbouring letters. A term's impact is how much
a document is about it:
its frequency, weighed by the field it stands in and damped by the document's length as BM25F does
(Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009, §3.6); how rare a term is
among all documents is for whoever scores to multiply with.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Final

from domain.kernel import folded
from domain.recommendation.ingredients import BRACKETED, ingredient_named, ingredients_of
from domain.recommendation.text.analyser import nouns
from domain.recommendation.text.hangul import initials, is_syllable
from domain.recommendation.text.keywords import keywords
from domain.recommendation.text.occasions import MOST, occasions
from domain.recommendation.text.spelling import standard
from domain.recommendation.text.words import plain_words, word_pairs

TERM_LENGTH_MAX: Final = 64
TERMS_MAX: Final = 600
NAME_LENGTH_MAX: Final = 30  # of a store or a category; what is longer is prose
IMPACT_MAX: Final = 255
EVERY: Final = "*"
KEPT: Final = 4_096

TITLE: Final = 3.0
NAMES: Final = 1.5
WORDS: Final = 0.5
ACROSS: Final = 0.5  # letters that are neighbours only where blanks are left out
KIND: Final = 0.5  # what a thing is a kind of: 삼겹살 is 돼지고기
OCCASION: Final = 1.5
SATURATION: Final = 1.2  # BM25's k1
LENGTH_WEIGHT: Final = 0.4  # BM25's b
USUAL_LENGTH: Final = 60.0


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of an item in words, and how good it is whatever is looked for.

    ``names`` are a dish's name or its ingredients; ``words`` a store, categories, an introduction;
    ``quality`` ranks from 0 to 255.
    """

    title: str
    names: tuple[str, ...]
    words: tuple[str, ...]
    quality: int


def document_terms(source: Source) -> dict[str, int]:
    """Return the terms of an item, each with its impact of 1 to 255.

    The term ``*`` has the item's quality for its impact.
    """
    counted: defaultdict[str, float] = defaultdict(float)
    _count(counted, text_terms(source.title), TITLE)
    _count(counted, word_pairs("".join(plain_words(standard(source.title)))), ACROSS)
    for name in source.names:
        _count(counted, text_terms(name), NAMES)
        _count(counted, (f"@{food}" for food in foods(name)), NAMES)
        _count(counted, (f"@{kind}" for kind in kinds(name)), NAMES * KIND)
    for text in map(standard, source.words):
        said = nouns(text) if len(text) > NAME_LENGTH_MAX else (*plain_words(text), *nouns(text))
        _count(counted, (f"={word}" for word in dict.fromkeys(said)), WORDS)
    _count(counted, (f"@{food}" for food in title_foods(source.title)), TITLE)
    _count(counted, _initials(source), ACROSS)
    for tag, belonging in _tags(source).items():
        counted[f"#{tag}"] += OCCASION * belonging / MOST
    impacts = _impacts(counted)
    return {EVERY: max(1, source.quality), **impacts}


def passage(source: Source) -> str:
    """Return the text that is embedded: the title, what it is made of, and what it is for."""
    title = " ".join(BRACKETED.sub(" ", source.title).split()) or source.title
    named = ", ".join(name for name in source.names if name not in title)
    tags = sorted(_tags(source).items(), key=lambda each: -each[1])
    parts = [title if not named else f"{title}: {named}", ", ".join(tag for tag, _ in tags[:8])]
    return ". ".join(part for part in parts if part)


@lru_cache(maxsize=KEPT)
def text_terms(text: str) -> tuple[str, ...]:
    """Return a short text's whole words and pairs of letters, as written and in one spelling."""
    words = [
        word
        for spelt in dict.fromkeys((standard(text), folded(text)))
        for word in plain_words(spelt)
    ]
    return tuple(term for word in words for term in (f"={word}", *word_pairs(word)))


@lru_cache(maxsize=KEPT)
def foods(name: str) -> tuple[str, ...]:
    """Return the standard names of the ingredients that a name says."""
    exact = ingredient_named(name)
    found = [exact] if exact else ingredients_of(name)
    return tuple(each.name for each in found)


@lru_cache(maxsize=KEPT)
def kinds(name: str) -> tuple[str, ...]:
    """Return what the ingredients of a name are kinds of: 삼겹살 is 돼지고기."""
    exact = ingredient_named(name)
    found = [exact] if exact else ingredients_of(name)
    return tuple(dict.fromkeys(each.kind for each in found if each.kind))


def title_foods(title: str) -> tuple[str, ...]:
    """Return the foods that a title sells, each with the ingredient it counts as."""
    found = [word for keyword in keywords(title) for word in (keyword, *foods(keyword))]
    return tuple(dict.fromkeys((*found, *(kind for word in found for kind in kinds(word)))))


def _count(counted: defaultdict[str, float], terms: Iterable[str], weight: float) -> None:
    for term in terms:
        counted[term[:TERM_LENGTH_MAX]] += weight


def _initials(source: Source) -> Iterator[str]:
    """Yield the pairs of the title's initials, and those of each whole word of title and names."""
    titled = [word for word in plain_words(standard(source.title)) if _hangul(word)]
    named = [word for name in source.names for word in plain_words(standard(name))]
    letters = initials("".join(titled))
    yield from dict.fromkeys("^" + "".join(pair) for pair in pairwise(letters))
    yield from dict.fromkeys("^=" + initials(word) for word in [*titled, *filter(_hangul, named)])


def _hangul(word: str) -> bool:
    return all(map(is_syllable, word))


def _tags(source: Source) -> dict[str, int]:
    made_of = [standard(name) for name in source.names]
    title = " ".join(plain_words(standard(source.title)))
    return occasions().of_dish(title, made_of)


def _impacts(counted: Mapping[str, float]) -> dict[str, int]:
    length = sum(1 for term in counted if term[0] != "^")
    damped = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length / USUAL_LENGTH)
    most = heapq.nlargest(TERMS_MAX, counted.items(), key=itemgetter(1))
    return {term: max(1, round(IMPACT_MAX * tf / (tf + damped))) for term, tf in most}
