"""Vectors for texts by the hundred thousand, as cheap as adding up words.

The real model embeds some forty texts a second, and takes an hour for what is measured here. A
sample is embedded by it, and each word's share in the vectors is learnt (ridge regression, Hoerl &
Kennard 1970); a text's stand-in is the sum of its words' shares, plus the remainder of one of the
sample, so that the vectors lie in the real model's space, as scattered as its own. They rank
worse than the model's: what is measured with them is speed and the index, not quality.
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np

from domain.recommendation import Embedder, Matrix, Model, Vector

FREQUENT: Final = 3  # a rarer word has no share of its own
PENALTY: Final = 3.0
TEXTS: Final = 64


class StandIn:
    """An embedder of passages that says it is the model it learnt from."""

    def __init__(self, model: Model, shares: dict[str, Vector], rest: Matrix) -> None:
        self._model = model
        self._places = {word: place for place, word in enumerate(shares)}
        self._shares = np.array(list(shares.values()), np.float32)
        self._rest = rest

    async def model(self) -> Model:
        """Return the model whose vectors these stand in for."""
        return self._model

    async def passages(self, texts: Sequence[str]) -> Matrix:
        """Return one row for each text, the same one each time."""
        rows = self._counts(texts) @ self._shares
        rows += self._rest[[crc32(text.encode()) % len(self._rest) for text in texts]]
        unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit.astype(np.float32)

    async def query(self, text: str) -> Matrix:
        """Queries are for the real model."""
        raise AssertionError(f"nobody looks for {text} here")

    def _counts(self, texts: Sequence[str]) -> Matrix:
        return counts(texts, self._places)


def counts(texts: Sequence[str], places: dict[str, int]) -> Matrix:
    """Return which of the words each text has, (texts, words), rows of unit length."""
    rows = np.zeros((len(texts), len(places)), np.float32)
    for number, text in enumerate(texts):
        known = [places[word] for word in words_of(text) if word in places]
        rows[number, known] = 1
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Matrix = rows / np.maximum(length, 1)
    return unit


def words_of(text: str) -> set[str]:
    """Return a text's words, and their pairs of letters."""
    words = text.replace(",", " ").replace(":", " ").split()
    return {*words, *(word[at : at + 2] for word in words for at in range(len(word) - 1))}


async def learn(texts: Sequence[str], embedder: Embedder) -> tuple[StandIn, float]:
    """Return a stand-in for the model, and how many texts the model embedded in a second."""
    await embedder.passages(texts[:1])  # loads it
    began = time.perf_counter()
    batches = [
        await embedder.passages(texts[at : at + TEXTS]) for at in range(0, len(texts), TEXTS)
    ]
    rate = len(texts) / (time.perf_counter() - began)
    vectors = np.concatenate(batches)
    seen = Counter(word for text in texts for word in words_of(text))
    words = sorted(word for word, count in seen.items() if count >= FREQUENT)
    has = counts(texts, {word: place for place, word in enumerate(words)})
    squares = has.T @ has + PENALTY * np.eye(len(words), dtype=np.float32)
    shares = np.linalg.solve(squares, has.T @ vectors).astype(np.float32)
    learnt = dict(zip(words, shares, strict=True))
    return StandIn(await embedder.model(), learnt, vectors - has @ shares), rate
