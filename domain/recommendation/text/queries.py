"""What a query looks for, in the terms that items are filed under."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from domain.recommendation.ingredients import BRACKETED, ingredient_named
from domain.recommendation.text.analyser import morphemes
from domain.recommendation.text.documents import TERM_LENGTH_MAX, foods, kinds
from domain.recommendation.text.hangul import composed, is_initials
from domain.recommendation.text.keywords import keywords
from domain.recommendation.text.occasions import occasions
from domain.recommendation.text.spelling import near, says_nothing, standard
from domain.recommendation.text.words import plain_words, word_pairs
from domain.recommendation.vocabulary import vocabulary

KEPT: Final = 1_024
QUERY_LENGTH_MAX: Final = 200
WORDS_MAX: Final = 16

Conjunction = tuple[str, ...]  # terms that must all be held
Group = tuple[Conjunction, ...]  # one of them is enough

PAIR: Final = 1.0
WORD: Final = 1.0
FOOD: Final = 2.0
KIND: Final = 0.5
NEAR: Final = 0.6
OCCASION: Final = 2.0
ACROSS: Final = 0.6  # letters that are neighbours only where blanks are left out
ROOT: Final = 0.6  # a word that describes, and need not be held


@dataclass(frozen=True, slots=True)
class Sought:
    """A query: what must be held, what adds to the score by how much, and what is embedded.

    ``joined`` is the whole query written together. ``text`` is empty when nothing of it can be
    embedded, as of initials.
    """

    words: tuple[Group, ...]
    joined: Conjunction | None
    weighed: Mapping[str, float]
    text: str


@lru_cache(maxsize=KEPT)
def sought(query: str) -> Sought:
    """Return what a query looks for; of a blank one, nothing.

    Initial consonants find what begins with them.
    """
    text = " ".join(composed(query[:QUERY_LENGTH_MAX]).split())
    if is_initials(text):
        return _by_initials(text)
    outside = BRACKETED.sub(" ", text)
    words = plain_words(standard(outside)) or plain_words(standard(text))
    query_words = words[:WORDS_MAX]
    reading = Reading(query_words)
    reading.read(keywords(text))
    stems = reading.stems
    joined = word_pairs("".join(stems)) if stems else ()
    return Sought(
        words=tuple(dict.fromkeys(reading.groups)),
        joined=joined or None,
        weighed=dict(reading.weighed),
        text=standard(outside) or standard(text),
    )


class Reading:
    """One query, read word by word."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.groups: list[Group] = []
        self.stems: list[str] = []
        self.weighed: defaultdict[str, float] = defaultdict(float)

    def read(self, sold: Sequence[str]) -> None:
        """Take in every word, what occasions they speak of, and the foods that are named."""
        tags = self._tags()
        for word, own in zip(self.words, tags, strict=True):
            self._take(word, own)
        for keyword in sold:
            self._weigh([f"@{food}" for food in {keyword, *foods(keyword)}], FOOD)
            self._weigh([f"@{kind}" for kind in kinds(keyword)], KIND)
        self._weigh(word_pairs("".join(self.stems)), ACROSS)

    def _tags(self) -> list[list[str]]:
        """Return the occasions that each word takes part in."""
        known = occasions()
        starts = [len("".join(self.words[:number])) for number in range(len(self.words) + 1)]
        own: list[list[str]] = [[] for _ in self.words]
        for said in known.said(self.words):
            begins = said.since in starts
            self._weigh([f"#{said.tag}"], OCCASION if begins else OCCASION / 2)
            for number, word in enumerate(self.words):
                # 미역국 is no wish for any soup, and 국수 is found by its letters.
                spoken = said.since < starts[number + 1] and starts[number] < said.until
                if spoken and begins and not known.is_dish(word, said.tag):
                    own[number].append(f"#{said.tag}")
        return own

    def _take(self, word: str, tags: Sequence[str]) -> None:
        stem, is_thing = stem_of(word)
        ways: list[Conjunction] = [(tag,) for tag in dict.fromkeys(tags)]
        if not stem or stem in vocabulary().stop or stem in says_nothing():
            if ways:
                self.groups.append(tuple(ways))
            return
        weight = 1.0 if is_thing else ROOT
        own = _ways(stem)
        self._weigh(word_pairs(stem), PAIR * weight)
        self._weigh([f"={stem}"], WORD * weight)
        for other in near(stem):
            own += [*_ways(standard(other)), (f"#{other}",)]
            self._weigh([*word_pairs(other), f"={other}", f"@{other}"], NEAR)
        self._weigh([f"@{food}" for food in foods(stem)], FOOD)
        if is_thing:
            self.groups.append(tuple(dict.fromkeys(own + ways)))
            self.stems.append(stem)
        elif ways:
            self.groups.append(tuple(ways))

    def _weigh(self, terms: Sequence[str], weight: float) -> None:
        for term in terms:
            self.weighed[term] = max(weight, self.weighed[term])


def stem_of(word: str) -> tuple[str, bool]:
    """Return the word without its particles, and whether it names a thing.

    Of a verb nothing is left; of an adjective its root, which names no thing.
    """
    if ingredient_named(word) or len(word) == 1:
        return word, True
    parts = morphemes(word)
    kept = ""
    for part in parts:
        if part.tag[:1] == "N" or part.tag[:2] in {"XP", "XS", "SL", "SN", "MM", "UN"}:
            if part.tag in {"XSV", "XSA"} or part.tag.startswith(("XSV", "XSA")):
                return kept, False
            kept += part.form
        elif part.tag == "XR":
            return part.form, False
        elif part.tag[:1] == "J" and kept:
            return kept, True
        else:
            return (kept, True) if kept else ("", False)
    return kept or word, True


def _ways(stem: str) -> list[Conjunction]:
    pairs = word_pairs(stem)
    found: list[Conjunction] = [pairs] if pairs else []
    found.append((f"={stem}"[:TERM_LENGTH_MAX],))
    if known := ingredient_named(stem):
        # 흑돼지 counts as 돼지고기, but whoever looks for it does not find it in any pork.
        found += [(f"@{food}",) for food in keywords(stem) or (known.name,)]
    return found


def _by_initials(text: str) -> Sought:
    words = text.split()
    groups: list[Group] = []
    weighed: dict[str, float] = {}
    for word in words:
        pairs = tuple(f"^{pair}" for pair in word_pairs(word))
        whole = f"^={word}"
        groups.append(((whole,), pairs) if pairs else ((whole,),))
        weighed |= dict.fromkeys(pairs, PAIR) | {whole: FOOD}
    joined = tuple(f"^{pair}" for pair in word_pairs("".join(words)))
    return Sought(tuple(groups), joined or None, weighed, "")
