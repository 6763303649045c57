"""Time's effects on logins: sessions that have run out are forgotten."""

from datetime import timedelta
from functools import partial
from typing import Final

from domain import user
from domain.kernel import Session
from scheduler import Job, Tools, drain

EVERY: Final = timedelta(minutes=5)
# A token presented this long after its end is still told apart from one that never was.
KEPT: Final = timedelta(days=7)


async def _always(session: Session, tools: Tools) -> bool:
    return True  # at this pace, looking first would cost as much as doing


async def forget(tools: Tools) -> int:
    """Delete sessions, and their refresh tokens, a week after they ran out."""
    return await drain(tools.db, partial(user.forget_sessions, before=tools.clock() - KEPT))


JOBS = (Job(name="user.forget", every=EVERY, due=_always, run=forget),)
