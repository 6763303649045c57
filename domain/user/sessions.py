"""Sessions: opened by a login, kept alive by refresh tokens, ended once and for good.

Every refresh consumes its token and issues one successor. A consumed token that comes back within
the grace was lost on the way or raced by another tab, and is answered with the same successor;
after the grace it was stolen from one of two, and nobody can tell which, so the session ends
(RFC 9700 §4.14.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, case, delete, func, or_, select

from domain.kernel import Key, Keyset, Session, Slice, UserId, Window, emit
from domain.user.errors import (
    AccountSuspended,
    OwnSuspension,
    RefreshRefused,
    SessionNotFound,
    UserNotFound,
)
from domain.user.models import RefreshToken, User, UserSession
from domain.user.roles import Role
from domain.user.schemas import EndedSessions, SessionView
from domain.user.tokens import RefreshTokens, digest

ADDRESS_LENGTH_MAX = 45
AGENT_LENGTH_MAX = 255
LAST_USED = Keyset(
    (
        Key(UserSession.last_seen_at, "last_seen_at", descending=True),
        Key(UserSession.session_id, "session_id"),
    )
)


class Device(NamedTuple):
    """Where somebody logged in from, for their own list of sessions."""

    user_agent: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A session that goes on, with the refresh token it goes on by."""

    session_id: str
    user_id: UserId
    role: Role
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A session that was ended because its past came back; say so after the commit."""

    session_id: str
    user_id: UserId


async def open_session(
    session: Session,
    user: User,
    *,
    tokens: RefreshTokens,
    device: Device,
    now: datetime,
) -> Grant:
    """Begin a session for somebody who has just proved who they are. Raises AccountSuspended."""
    # Locked, so that no session slips in beside a suspension that is ending them all.
    user = await session.get_one(User, user.user_id, with_for_update=True, populate_existing=True)
    if user.suspended_at is not None:
        raise AccountSuspended
    opened = UserSession(
        session_id=str(uuid4()),
        user_id=user.user_id,
        created_at=now,
        user_agent=device.user_agent[:AGENT_LENGTH_MAX],
        address=device.address[:ADDRESS_LENGTH_MAX],
    )
    opened.seen(now, rules=tokens.rules)
    session.add(opened)
    await session.flush()
    token = tokens.draw()
    session.add(_kept(token, opened))
    return _grant(opened, user, token)


async def refresh(
    session: Session, token: str, *, tokens: RefreshTokens, now: datetime
) -> Grant | Breach:
    """Exchange a refresh token for its successor.

    A Breach must be committed like a Grant: it ended the session. Raises RefreshRefused.
    """
    known = await session.get(RefreshToken, digest(token))
    if known is None:
        raise RefreshRefused
    family = await session.get_one(UserSession, known.session_id, with_for_update=True)
    user = await session.get_one(User, family.user_id)
    await session.refresh(known)  # as it is now that the family is locked
    if family.is_over(now) or user.suspended_at is not None:
        raise RefreshRefused
    successor = tokens.successor(token)
    if known.consumed_at is None:
        known.consumed_at = now
        family.seen(now, rules=tokens.rules)
        session.add(_kept(successor, family))
    elif now - known.consumed_at > tokens.rules.grace:
        emit(session, family.end(at=now, reason="refresh_token_reused"))
        return Breach(family.session_id, UserId(family.user_id))
    return _grant(family, user, successor)


async def end_session(session: Session, session_id: str, *, by: UserId, now: datetime) -> bool:
    """Log out of one session; tell whether it was open. A stranger's session is left alone."""
    found = await session.get(UserSession, session_id, with_for_update=True)
    if found is None or found.user_id != by or found.revoked_at is not None:
        return False
    emit(session, found.end(at=now, reason="logout"))
    return True


async def end_own_session(session: Session, session_id: str, *, by: UserId, now: datetime) -> None:
    """End one session from its owner's list. Raises SessionNotFound, of a stranger's too."""
    if not await end_session(session, session_id, by=by, now=now):
        raise SessionNotFound


async def end_all_sessions(
    session: Session, *, by: UserId, now: datetime, reason: str = "logout_all"
) -> list[str]:
    """Log out everywhere; return the sessions that were open."""
    mine = select(UserSession).where(UserSession.user_id == by, UserSession.revoked_at.is_(None))
    found = (await session.scalars(mine.order_by(UserSession.session_id).with_for_update())).all()
    for one in found:
        emit(session, one.end(at=now, reason=reason))
    return [one.session_id for one in found]


async def suspend(
    session: Session, user_id: UserId, *, by: UserId | None, now: datetime
) -> list[str]:
    """Shut an account and end its sessions; return those. Again is harmless.

    ``by`` is who does it, None for the operator of the machine. Raises UserNotFound,
    OwnSuspension.
    """
    if by == user_id:
        raise OwnSuspension
    account = await _lock_account(session, user_id)
    if account.suspended_at is None:
        emit(session, account.suspend(at=now))
    return await end_all_sessions(session, by=user_id, now=now, reason="suspended")


async def reinstate(session: Session, user_id: UserId, *, now: datetime) -> None:
    """Open a suspended account again; its sessions stay ended. Again is harmless.

    Raises UserNotFound.
    """
    account = await _lock_account(session, user_id)
    if account.suspended_at is not None:
        emit(session, account.reinstate(at=now))


async def open_sessions(
    session: Session, *, of: UserId, now: datetime, window: Window
) -> Slice[SessionView]:
    """Return a part of somebody's open sessions, the last used first. Raises CursorInvalid."""
    mine = select(UserSession).where(UserSession.user_id == of, UserSession.revoked_at.is_(None))
    found = await LAST_USED.scalars(session, mine.where(UserSession.expires_at > now), window)
    return Slice([SessionView.model_validate(row) for row in found.rows], found.next_cursor)


async def is_over(session: Session, session_id: str) -> bool:
    """Tell whether the session was ended, or never was."""
    revoked = select(UserSession.revoked_at).where(UserSession.session_id == session_id)
    row = (await session.execute(revoked)).one_or_none()
    return row is None or row[0] is not None


async def ended_since(session: Session, moment: datetime) -> Sequence[str]:
    """Return the sessions that were ended after that moment."""
    ended = select(UserSession.session_id).where(UserSession.revoked_at > moment)
    return (await session.scalars(ended)).all()


async def count_ended(session: Session, *, now: datetime, before: datetime) -> EndedSessions:
    """Count the sessions that are over; those that were so ``before`` have expired altogether."""
    over = or_(UserSession.revoked_at.is_not(None), UserSession.expires_at <= now)
    expired = func.sum(case((_over_before(before), 1), else_=0))
    total, gone = (await session.execute(select(func.count(), expired).where(over))).one()
    return EndedSessions(total=total, expired=int(gone or 0))


async def forget_sessions(session: Session, *, before: datetime, limit: int) -> int:
    """Delete sessions that were over, ended or run out, before that moment; return how many."""
    old = select(UserSession.session_id).where(_over_before(before)).limit(limit)
    ids = (await session.scalars(old)).all()
    if ids:
        await session.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(ids)))
        await session.execute(delete(UserSession).where(UserSession.session_id.in_(ids)))
    return len(ids)


async def _lock_account(session: Session, user_id: UserId) -> User:
    account = await session.get(User, user_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise UserNotFound
    return account


def _over_before(moment: datetime) -> ColumnElement[bool]:
    return or_(UserSession.revoked_at < moment, UserSession.expires_at < moment)


def _kept(token: str, family: UserSession) -> RefreshToken:
    return RefreshToken(
        token_hash=digest(token), session_id=family.session_id, expires_at=family.expires_at
    )


def _grant(family: UserSession, user: User, token: str) -> Grant:
    return Grant(family.session_id, UserId(user.user_id), Role.read(user.role), token)
