"""An embedder that can be asked how it is, as every one of ours can."""

from typing import Protocol

from pydantic import JsonValue

from domain.recommendation import Embedder


class Engine(Embedder, Protocol):
    """An embedder in a running process."""

    async def health(self) -> dict[str, JsonValue]:
        """Return its state in words fit for strangers; never raises."""
        ...
