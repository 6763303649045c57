"""What a request to the inference service may reach."""

from typing import TypedDict

from domain.kernel import Clock, Database
from server.embedders import Engine
from server.rate_limit import Policy, Standing
from server.settings import Settings


class Uncounted:
    """The limiter of a service that only our own processes reach: nobody asks too often."""

    async def count(self, policy: Policy, who: str) -> Standing | None:
        """Count nothing."""
        return None


class InferenceState(TypedDict):
    """Every resource of the process."""

    settings: Settings
    clock: Clock
    analytics: Database  # where the vectors are
    embedder: Engine
    limiter: Uncounted
