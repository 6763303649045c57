"""Time's effects on recommendations: what changed is indexed, what goes on air is told."""

from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from domain import recommendation
from domain.kernel import Session
from domain.recommendation import EmbedderUnavailable, Shelves
from scheduler import STEPS_MAX, Job, Tools, drain

INDEX_EVERY: Final = timedelta(seconds=1)
ITEMS: Final = 200
# A ring embeds for a few seconds at most, so that it is over when the process is to stop.
EMBED_EVERY: Final = timedelta(seconds=2)
TEXTS: Final = 96
# Gone through in one transaction.
PEOPLE: Final = 200
FORGET_EVERY: Final = timedelta(minutes=5)
NOTICES_KEPT: Final = timedelta(days=7)

log = structlog.get_logger(__name__)


async def _anything_changed(session: Session, tools: Tools) -> bool:
    return await recommendation.anything_changed(session)


async def _always(session: Session, tools: Tools) -> bool:
    return True  # whether anything lacks a vector is known to the other database


async def index(tools: Tools) -> int:
    """Index what has changed; while the analytics database is down, the changes wait."""
    shelves, total = Shelves(tools.db, tools.analytics), 0
    for _ in range(STEPS_MAX):
        count = await recommendation.index_changes(shelves, limit=ITEMS, now=tools.clock())
        total += count
        if count < ITEMS:
            break
    return total


async def embed(tools: Tools) -> int:
    """Embed some of what lacks a vector; while the model is down, that waits."""
    try:
        count = await recommendation.embed_pending(
            tools.analytics, tools.embedder, limit=TEXTS, clock=tools.clock
        )
    except EmbedderUnavailable:
        log.debug("embedding waits for the model")
        return 0
    if not count:
        await recommendation.forget_retired(tools.analytics, now=tools.clock())
    return count


async def _anything_to_announce(session: Session, tools: Tools) -> bool:
    return await recommendation.anything_to_announce(session)


async def announce(tools: Tools) -> int:
    """Tell people of what has gone on air and goes with what they like or have in the cart."""
    await recommendation.find_akin(Shelves(tools.db, tools.analytics))
    step = partial(recommendation.tell_some, now=tools.clock())
    return await drain(tools.db, step, limit=PEOPLE)


async def forget(tools: Tools) -> int:
    """Forget what people were told of a week ago: its broadcasts are over."""
    step = partial(recommendation.forget_notices, before=tools.clock() - NOTICES_KEPT)
    return await drain(tools.db, step)


async def forget_queries(tools: Tools) -> int:
    """Forget what people looked for too long ago."""
    step = partial(recommendation.forget_old_queries, now=tools.clock())
    return await drain(tools.analytics, step)


async def forget_pantry(tools: Tools) -> int:
    """Forget what people said a week ago that they have at home."""
    step = partial(recommendation.forget_old_entries, now=tools.clock())
    return await drain(tools.db, step)


JOBS = (
    Job(name="recommendation.index", every=INDEX_EVERY, due=_anything_changed, run=index),
    Job(name="recommendation.embed", every=EMBED_EVERY, due=_always, run=embed),
    Job(name="recommendation.announce", due=_anything_to_announce, run=announce),
    Job(name="recommendation.forget", every=FORGET_EVERY, due=_always, run=forget),
    Job(
        name="recommendation.forget_queries",
        every=FORGET_EVERY,
        due=_always,
        run=forget_queries,
    ),
    Job(name="recommendation.forget_pantry", every=FORGET_EVERY, due=_always, run=forget_pantry),
)
