"""What the tests of payments share: a provider in memory, and a till that asks it."""

import pytest

from tests.shop import Provider, a_till


@pytest.fixture
def provider() -> Provider:
    """A payment provider that does what it is told."""
    return Provider()


@pytest.fixture
def till(db, provider, clock):
    """What paying takes, at the test's own clock."""
    return a_till(db, provider, clock)
