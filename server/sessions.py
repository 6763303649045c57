"""What the end of a login takes besides the commit: its tokens and its connections end too."""

from collections.abc import Iterable
from datetime import datetime

from domain import user
from domain.kernel import Database, UserId
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
        found = await user.find(session, email)
        if found is None:
            raise user.UserNotFound
        owner = UserId(found.user_id)
        if user.Role.read(found.role) is role:
            return []
        await user.appoint(session, owner, role)
        return await user.end_all_sessions(session, by=owner, now=now, reason="role_changed")
