"""Nouns of whatever the lexicon does not know, by a morphological analyser loaded once.

The analyser is MeCab with the Korean dictionary (python-mecab-ko), measured against Kiwi: it loads
in 20 ms and adds 15 MB to a process, and finds as many of the words the lexicon leaves over. Where
it has no wheel (as yet for Python beyond 3.12), words stay whole.
"""

import logging
import threading
from functools import cache, lru_cache
from importlib import import_module
from typing import Final, NamedTuple, Protocol

LOGGER: Final = logging.getLogger(__name__)
KEPT: Final = 8_192


class Morpheme(NamedTuple):
    """The smallest part of a word that means something, and its tag in the Sejong tag set."""

    form: str
    tag: str


class Analyser(Protocol):
    """What is asked of an analyser."""

    def pos(self, sentence: str) -> list[tuple[str, str]]:
        """Return the sentence's morphemes, each with its tag."""
        ...


_ONE_AT_A_TIME: Final = threading.Lock()
_NOUNS: Final = frozenset({"NNG", "NNP", "XR", "SL"})


@lru_cache(maxsize=KEPT)
def morphemes(text: str) -> tuple[Morpheme, ...]:
    """Return the text's morphemes; of blank-separated words themselves where nothing can tell."""
    with _ONE_AT_A_TIME:  # it is loaded by whoever asks first, and parses for one at a time
        return parsed(loaded(), text)


def nouns(text: str) -> tuple[str, ...]:
    """Return the text's nouns, roots and foreign words, of two letters and more."""
    return tuple(each.form for each in morphemes(text) if each.tag in _NOUNS and each.form[1:])


def parsed(analyser: Analyser | None, text: str) -> tuple[Morpheme, ...]:
    """Return what an analyser makes of the text; without one, its words as nouns."""
    if analyser is None:
        return tuple(Morpheme(word, "NNG") for word in text.split())
    return tuple(Morpheme(form, tag) for form, tag in analyser.pos(text))


@cache
def loaded(module: str = "mecab") -> Analyser | None:
    """Return the module's analyser, or None, with a warning, where it is not installed."""
    try:
        made: Analyser = import_module(module).MeCab()
    except ImportError:
        LOGGER.warning("no morphological analyser: words that the lexicon does not know stay whole")
        return None
    return made
