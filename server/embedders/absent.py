"""No model at all: whoever asks is told so at once, and goes by rules."""

from collections.abc import Sequence

from pydantic import JsonValue

from domain.recommendation import EmbedderUnavailable, Matrix, Model, Vector


class AbsentEmbedder:
    """What EMBEDDING_MODEL=none opens."""

    async def model(self) -> Model:
        """Raise EmbedderUnavailable."""
        raise EmbedderUnavailable

    async def passages(self, texts: Sequence[str]) -> Matrix:
        """Raise EmbedderUnavailable."""
        raise EmbedderUnavailable

    async def query(self, text: str) -> Vector:
        """Raise EmbedderUnavailable."""
        raise EmbedderUnavailable

    async def health(self) -> dict[str, JsonValue]:
        """Say that there is none."""
        return {"status": "error", "error": "no such service is configured"}
