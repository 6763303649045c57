"""What was meant by a mistyped word, by the keys that were pressed."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from domain.recommendation.text.hangul import keystrokes

# One slip in a short word, two in a longer one: more would be another word.
LETTERS_PER_SLIP: Final = 5
SLIPS_MAX: Final = 2
WORD_BYTES: Final = 300


class KnownWords:
    """Words that may be meant by a mistyped one; of the equally close the first is meant."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """Take in words with their keystrokes, the likeliest first."""
        self._by_length = defaultdict[int, dict[str, str]](dict)
        for word, keys in words.items():
            self._by_length[len(keys)][word] = keys
        self._ranks = {word: rank for rank, word in enumerate(words)}

    def __len__(self) -> int:
        """Return how many bytes they take, about."""
        return WORD_BYTES * len(self._ranks)

    def closest(self, word: str) -> str | None:
        """Return the word that was meant, or None.

        A slip is a key too many, too few, wrong, or swapped with its neighbour (the distance of
        Damerau, "A technique for computer detection and correction of spelling errors", 1964): one
        is forgiven in up to nine keys, two in longer words.
        """
        typed = keystrokes(word)
        slips = min(SLIPS_MAX, max(1, len(typed) // LETTERS_PER_SLIP))
        if len(typed) < LETTERS_PER_SLIP - 1:
            return None
        found = []
        for length in range(len(typed) - slips, len(typed) + slips + 1):
            words = self._by_length.get(length, {})
            best = process.extractOne(typed, words, scorer=OSA.distance, score_cutoff=slips)
            if best:
                _, distance, meant = best
                found.append((distance, self._ranks[meant], meant))
        return min(found)[-1] if found else None
