"""What holds for every job: looking takes no write transaction, and two clocks are one."""

import asyncio

from sqlalchemy import event

from tests.photo import photograph


async def ring_all(jobs, tools):
    """Ring each job once, in order; return how many rows were carried."""
    return sum([await job.ring(tools) for job in jobs])


async def two_clocks(jobs, tools):
    """Ring the jobs on two clocks at once."""
    return sum(await asyncio.gather(*(ring_all(jobs, tools) for _ in range(2))))


async def rests(jobs, tools):
    """Check that the jobs find nothing to do, without a write transaction."""
    written = []

    def begin(session, transaction, connection):
        written.append(session)

    event.listen(tools.db.sync_sessions, "after_begin", begin)
    try:
        before = await photograph(tools.db)
        assert await ring_all(jobs, tools) == 0
        assert await photograph(tools.db) == before
    finally:
        event.remove(tools.db.sync_sessions, "after_begin", begin)
    assert written == []
