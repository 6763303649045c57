"""What the end of a login takes besides the commit: its tokens and its connections end too."""

from collections.abc import Iterable
from datetime import datetime

from domain import user
from domain.kernel import Database, Session, UserId
from server.state import State


async def close_sessions(state: State, session_ids: Iterable[str]) -> None:
    """Make the end of these sessions felt: by their tokens, and on their live connections."""
    ids = list(session_ids)
    await state["denied"].add(ids)
    for session_id in ids:
        await state["live"].disconnect(session_id=session_id)


async def appoint(db: Database, email: str, role: user.Role, *, now: datetime) -> list[str]:
    """Give somebody a role and end their sessions, which carry the old one; return these.

    Raises user.UserNotFound, user.EmailInvalid.
    """
    async with db.sessions.begin() as session:
        found = await _find(session, email)
        owner = UserId(found.user_id)
        if user.Role.read(found.role) is role:
            return []
        await user.appoint(session, owner, role)
        return await user.end_all_sessions(session, by=owner, now=now, reason="role_changed")


async def suspend(db: Database, email: str, *, now: datetime) -> tuple[UserId, list[str]]:
    """Shut somebody's account and end their sessions; return whose and which.

    Raises user.UserNotFound, user.EmailInvalid.
    """
    async with db.sessions.begin() as session:
        found = await _find(session, email)
        whose = UserId(found.user_id)
        return whose, await user.suspend(session, whose, by=None, now=now)


async def reinstate(db: Database, email: str, *, now: datetime) -> None:
    """Open somebody's account again. Raises user.UserNotFound, user.EmailInvalid."""
    async with db.sessions.begin() as session:
        found = await _find(session, email)
        await user.reinstate(session, UserId(found.user_id), now=now)


async def _find(session: Session, email: str) -> user.User:
    found = await user.find(session, email)
    if found is None:
        raise user.UserNotFound
    return found
