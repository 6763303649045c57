"""What was meant by words that nothing has: the closest words of the index."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from domain.kernel import Session
from domain.recommendation.index import EVERY, Posted, postings_by_kind
from domain.recommendation.kinds import Kind
from domain.recommendation.search.scoring import has_all, terms_of
from domain.recommendation.text import closest, sought

# More words are a sentence, whose words nobody looked up in a list.
WORDS_MAX: Final = 4

Lists = Mapping[Kind, Mapping[str, Posted]]


async def unknown_words(session: Session, text: str, kinds: Sequence[Kind]) -> Sequence[str]:
    """Return the words of the text that no item of these kinds has; none of a whole sentence."""
    words = text.split()
    if len(words) > WORDS_MAX:
        return ()
    terms = frozenset(term for word in words for term in terms_of(sought(word)))
    lists = await postings_by_kind(session, kinds, [*terms, EVERY])
    return [word for word in words if not _anything_has(lists, word)]


async def readings(text: str, unknown: Sequence[str], known: Mapping[str, str]) -> Sequence[str]:
    """Return what may have been meant by the text instead, the likeliest first.

    The unknown words are put right one by one, or all of the text as one word, if one of the
    ``known`` ones is close enough.
    """
    return await asyncio.to_thread(lambda: list(dict.fromkeys(_readings(text, unknown, known))))


def _readings(text: str, unknown: Sequence[str], known: Mapping[str, str]) -> Iterator[str]:
    meant = {word: closest(word, known) for word in unknown}
    if any(meant.values()):
        yield " ".join(meant.get(word) or word for word in text.split())
    if unknown and " " in text and (whole := closest(text.replace(" ", ""), known)):
        yield whole


def _anything_has(lists: Lists, word: str) -> bool:
    asked = sought(word)
    return any(
        EVERY in own and bool(has_all(own, asked, own[EVERY]).any()) for own in lists.values()
    )
