"""Who is let in through a door: identified, not too often, and of the rank it takes."""

from typing import Final, Literal

from starlette.requests import Request

from domain import user
from domain.kernel import Forbidden, Throttled, Unauthenticated
from server.auth import Caller, maybe_signed_in, signed_in
from server.rate_limit import READ, STANDING, WRITE, Policy
from server.state import State
from server.throttle import neighbourhood

Auth = Literal["required", "optional", "none"]

READING: Final = frozenset({"GET", "HEAD"})


async def admit(
    request: Request[State], *, auth: Auth, role: user.Role | None, limit: Policy | None
) -> Caller | None:
    """Return the caller, None for a stranger; nothing of the request's body was read.

    Raises Unauthenticated, Throttled, Forbidden.
    """
    policy = limit or (READ if request.method in READING else WRITE)
    try:
        caller = await _identified(request, auth)
    except Unauthenticated:
        await _count(request, policy, None)
        raise
    await _count(request, policy, caller)
    if role is not None and not (caller is not None and caller.reaches(role)):
        raise Forbidden
    return caller


async def _identified(request: Request[State], auth: Auth) -> Caller | None:
    if auth == "required":
        return await signed_in(request)
    return await maybe_signed_in(request) if auth == "optional" else None


async def _count(request: Request[State], policy: Policy, caller: Caller | None) -> None:
    """Count the request, and leave the headers of its answer in its scope. Raises Throttled."""
    if caller is not None:
        who = f"user:{caller.user_id}"
    else:
        who = neighbourhood(request.client.host if request.client else "")
    standing = await request.state["limiter"].count(policy, who)
    if standing is None:
        return
    request.scope[STANDING] = standing.headers
    if standing.over:
        raise Throttled(standing.resets_seconds)
