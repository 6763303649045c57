"""Time's effects on orders: unpaid ones lapse, paid ones go on."""

from functools import partial

from domain import order
from domain.kernel import Session
from scheduler import Job, Tools, drain


async def _due(session: Session, tools: Tools) -> bool:
    return await order.anything_due(session, now=tools.clock())


async def move_orders(tools: Tools) -> int:
    """Cancel orders nobody began to pay in time and take the paid ones a step further."""
    now = tools.clock()
    advance = partial(order.advance_due, now=now, delays=tools.delays)
    return await drain(tools.db, partial(order.expire_due, now=now)) + await drain(
        tools.db, advance
    )


JOBS = (Job(name="order.move_orders", due=_due, run=move_orders),)
