"""Time's effects on payments: the provider is asked about every one still undecided."""

from domain import payment
from domain.kernel import Session
from scheduler import Job, Tools


async def _due(session: Session, tools: Tools) -> bool:
    return bool(await payment.due_for_check(session, now=tools.clock(), limit=1))


async def sweep(tools: Tools) -> int:
    """Settle what the provider has decided and give back what is to be given back."""
    return await payment.sweep(tools.till, tools.clock())


JOBS = (Job(name="payment.sweep", due=_due, run=sweep),)
