"""Time's effects on the shop's own paperwork: what nobody needs any more is forgotten."""

from datetime import timedelta
from functools import partial
from typing import Final

from domain import kernel
from domain.kernel import Session
from scheduler import Job, Tools, drain

EVENTS_KEPT: Final = timedelta(days=7)
KEYS_KEPT: Final = timedelta(hours=48)
EVERY: Final = timedelta(minutes=5)
ROWS: Final = 200


async def always(session: Session, tools: Tools) -> bool:
    """Answer yes: at this pace, looking first would cost as much as doing."""
    return True


async def forget(tools: Tools) -> int:
    """Delete told events and used idempotency keys in small batches; harmless if run twice."""
    now = tools.clock()
    events = partial(kernel.forget_sent, before=now - EVENTS_KEPT)
    keys = partial(kernel.forget_keys, before=now - KEYS_KEPT)
    return await drain(tools.db, events, limit=ROWS) + await drain(tools.db, keys, limit=ROWS)


JOBS = (Job(name="kernel.forget", every=EVERY, due=always, run=forget),)
