"""Time's effects on inboxes: reminders of liked broadcasts, and what order events say."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from domain import kernel, notification, recommendation
from domain.kernel import Fact, Session
from scheduler import Job, Tools, drain, stepping

# A fact has one claim, so all that react to it do so in one transaction.
REACTIONS: Final = (notification.hear, recommendation.hear)


async def _anyone(session: Session, *, now: object) -> bool:
    return await notification.anyone_to_remind(session)


async def _anything_unheard(session: Session, tools: Tools) -> bool:
    return await kernel.anything_unheard(session)


async def hear_events(tools: Tools) -> int:
    """Let everybody who reacts to events hear those that are new: all of them, or none."""
    return await drain(tools.db, partial(kernel.react, reaction=_tell_all))


async def _tell_all(session: Session, facts: Sequence[Fact]) -> None:
    for reaction in REACTIONS:
        await reaction(session, facts)


JOBS = (
    stepping("notification.remind", due=_anyone, step=notification.remind),
    Job(name="notification.hear_events", due=_anything_unheard, run=hear_events),
)
