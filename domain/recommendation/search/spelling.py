"""What was meant by words that nothing has: the closest words of the index."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from domain.kernel import Session
from domain.recommendation.index import Posted, postings_by_kind
from domain.recommendation.kinds import Kind
from domain.recommendation.search.scoring import Catalogue, has_all, terms_of
from domain.recommendation.text import KnownWords, from_latin, sought

# More words are a sentence, whose words nobody looked up in a list.
WORDS_MAX: Final = 4


async def unknown_words(
    session: Session, text: str, every: Mapping[Kind, Catalogue]
) -> Sequence[str]:
    """Return the words of a text, all of which nothing has, that no item has at all.

    Of a whole sentence only those that seem to be typed on the other keyboard, had or not.
    """
    words = text.split()
    if len(words) == 1:
        return words
    if len(words) > WORDS_MAX:
        return [word for word in words if from_latin(word)]
    terms = frozenset(term for word in words for term in terms_of(sought(word)))
    lists = await postings_by_kind(session, every, terms)
    return [word for word in words if not _anything_has(word, lists, every)]


async def readings(text: str, unknown: Sequence[str], known: KnownWords) -> Sequence[str]:
    """Return what may have been meant by the text instead, the likeliest first.

    The unknown words may have been typed on the other keyboard; they are put right one by one, or
    all of the text as one word, if one of the ``known`` ones is close enough.
    """
    return await asyncio.to_thread(lambda: list(dict.fromkeys(_readings(text, unknown, known))))


def _readings(text: str, unknown: Sequence[str], known: KnownWords) -> Iterator[str]:
    typed = {word: from_latin(word) or word for word in unknown}
    if (in_korean := _with(typed, text)) != text:
        yield in_korean
    meant = {word: known.closest(korean) or korean for word, korean in typed.items()}
    if meant != typed:
        yield _with(meant, text)
    if unknown and " " in text and (whole := known.closest(in_korean.replace(" ", ""))):
        yield whole


def _with(meant: Mapping[str, str], text: str) -> str:
    """Return the text with what was meant by its words."""
    return " ".join(meant.get(word, word) for word in text.split())


def _anything_has(
    word: str, lists: Mapping[Kind, Mapping[str, Posted]], every: Mapping[Kind, Catalogue]
) -> bool:
    asked = sought(word)
    return any(bool(has_all(lists[kind], asked, own).any()) for kind, own in every.items())
