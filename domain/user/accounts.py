"""Accounts: signing up, and being found again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from domain.kernel import Session, UserId, emit, is_duplicate
from domain.user.credentials import read_email, read_username
from domain.user.errors import EmailTaken, UserNotFound
from domain.user.models import User, UserSettings
from domain.user.roles import Role
from domain.user.schemas import UserView

# Asked with every page, so drawn up once.
_PROFILE: Final = select(*(getattr(User, name) for name in UserView.model_fields)).where(
    User.user_id == bindparam("user_id")
)


async def sign_up(
    session: Session, *, email: str, username: str, password_hash: str, now: datetime
) -> User:
    """Open an account. Raises EmailInvalid, UsernameInvalid, EmailTaken."""
    address, key = read_email(email)
    user = User(
        email=address,
        email_key=key,
        username=read_username(username),
        password_hash=password_hash,
        role=Role.USER.value,
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise EmailTaken from error
    session.add(UserSettings(user_id=user.user_id, receive_notification=True))
    emit(session, user.signed_up(at=now))
    return user


async def find(session: Session, email: str) -> User | None:
    """Return the account of that address, if there is one. Raises EmailInvalid."""
    key = read_email(email).key
    return await session.scalar(select(User).where(User.email_key == key))


async def profile(session: Session, user_id: UserId) -> UserView:
    """Return the public face of the account. Raises UserNotFound."""
    found = (await session.execute(_PROFILE, {"user_id": user_id})).first()
    if found is None:
        raise UserNotFound
    return UserView.model_validate(found)


async def get(session: Session, user_id: UserId) -> User:
    """Return the account. Raises UserNotFound."""
    user = await session.get(User, user_id)
    if user is None:
        raise UserNotFound
    return user


async def appoint(session: Session, user_id: UserId, role: Role) -> User:
    """Give somebody a role; tokens issued before say the old one. Raises UserNotFound."""
    user = await get(session, user_id)
    user.role = role.value
    return user


async def settings(session: Session, user_id: UserId) -> UserSettings:
    """Return somebody's settings. Raises UserNotFound."""
    found = await session.get(UserSettings, user_id)
    if found is None:
        raise UserNotFound
    return found


async def wishing_notifications(session: Session, user_ids: Iterable[UserId]) -> set[UserId]:
    """Return those of them who want to be notified."""
    wish = UserSettings.receive_notification
    who = select(UserSettings.user_id).where(UserSettings.user_id.in_(list(user_ids)), wish)
    return {UserId(user_id) for user_id in await session.scalars(who)}
