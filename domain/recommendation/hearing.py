"""What recommendation does about facts: new texts are indexed, what goes on air is told."""

from collections.abc import Sequence

from domain.kernel import Fact, Session
from domain.recommendation import announcing
from domain.recommendation.index import hear as hear_changes


async def hear(session: Session, facts: Sequence[Fact]) -> None:
    """Note what the facts ask for; a reaction to the event stream."""
    await hear_changes(session, facts)
    await announcing.note(session, facts)
