"""Time's effects on inboxes: reminders of liked broadcasts, and what order events say."""

from functools import partial

from domain import kernel, notification
from domain.kernel import Session
from scheduler import Job, Tools, drain, stepping


async def _anyone(session: Session, *, now: object) -> bool:
    return await notification.anyone_to_remind(session)


async def _anything_unheard(session: Session, tools: Tools) -> bool:
    return await kernel.anything_unheard(session)


async def hear_events(tools: Tools) -> int:
    """Turn events that the inbox has not heard yet into messages."""
    step = partial(kernel.react, reaction=notification.hear)
    return await drain(tools.db, step)


JOBS = (
    stepping("notification.remind", due=_anyone, step=notification.remind),
    Job(name="notification.hear_events", due=_anything_unheard, run=hear_events),
)
