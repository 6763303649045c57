"""Embedders for tests: one that needs no model, and one that is out of order."""

import hashlib
from itertools import pairwise

import numpy as np

from domain.recommendation import EmbedderUnavailable, Model


class HashEmbedder:
    """A bag of character bigrams, each hashed to a direction: alike are texts that share some."""

    def __init__(self, dimension=64, *, name="hash"):
        self._model = Model(name, dimension)
        self.asked = []  # every text, in order

    async def model(self):
        """Return the name it was given."""
        return self._model

    async def passages(self, texts):
        """Return one row for each text."""
        self.asked.extend(texts)
        rows = [self._vector(text) for text in texts]
        return np.array(rows, np.float32).reshape(len(rows), self._model.dimension)

    async def query(self, text):
        """Return the same vector as for a passage of these words."""
        self.asked.append(text)
        return self._vector(text)

    async def health(self):
        """Say that all is well."""
        return {"status": "healthy", **self._model._asdict()}

    def _vector(self, text):
        letters = f" {' '.join(text.split()).lower()} "
        vector = np.full(self._model.dimension, 1e-6, np.float32)  # no text has length zero
        for pair in pairwise(letters):
            vector += _direction("".join(pair), self._model.dimension)
        return vector / np.linalg.norm(vector)


class BrokenEmbedder:
    """A model that is down until ``mended`` is set."""

    def __init__(self, inner=None):
        self.inner = inner or HashEmbedder()
        self.mended = False

    async def model(self):
        """Return the inner one's model, once mended."""
        return await self._working().model()

    async def passages(self, texts):
        """Return the inner one's vectors, once mended."""
        return await self._working().passages(texts)

    async def query(self, text):
        """Return the inner one's vector, once mended."""
        return await self._working().query(text)

    async def health(self):
        """Say which of the two it is."""
        return {"status": "healthy" if self.mended else "error"}

    def _working(self):
        if not self.mended:
            raise EmbedderUnavailable
        return self.inner


def _direction(pair, dimension):
    seed = int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
