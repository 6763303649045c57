"""Time's effects on broadcasts: announced, begun and ended at the second they should be."""

from functools import partial

from domain import homeshopping
from domain.kernel import Session
from scheduler import Job, Tools, drain


async def _due(session: Session, tools: Tools) -> bool:
    return await homeshopping.anything_due(session, now=tools.clock(), lead=tools.lead)


async def move_broadcasts(tools: Tools) -> int:
    """Announce what starts soon, begin what should be on air, end what is over."""
    now, lead = tools.clock(), tools.lead
    return (
        await drain(tools.db, partial(homeshopping.announce_due, now=now, lead=lead))
        + await drain(tools.db, partial(homeshopping.start_due, now=now))
        + await drain(tools.db, partial(homeshopping.end_due, now=now))
    )


JOBS = (Job(name="homeshopping.move_broadcasts", due=_due, run=move_broadcasts),)
