"""What may be done with an inbox: each function is one step of the caller's transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.kernel import Session, UserId, emit, is_duplicate
from domain.notification.errors import NotificationNotFound
from domain.notification.models import Inbox, Notification
from domain.notification.schemas import Draft, NotificationView


async def add(session: Session, draft: Draft, *, to: UserId, now: datetime) -> None:
    """Put a message into the user's inbox and tell them."""
    box = await _lock(session, to)
    message = Notification(user_id=to, created_at=now, is_read=False, **draft.model_dump())
    session.add(message)
    await session.flush()
    emit(session, box.take(message, at=now))


async def mark_read(
    session: Session, notification_id: int, *, by: UserId, now: datetime
) -> NotificationView:
    """Note that the user has read the message; again is harmless.

    Raises NotificationNotFound, also for another user's.
    """
    box = await _lock(session, by)
    mine = select(Notification).where(
        Notification.notification_id == notification_id, Notification.user_id == by
    )
    message = await session.scalar(mine)
    if message is None:
        raise NotificationNotFound
    if not message.is_read:
        emit(session, box.read(message, at=now))
    return message.view()


async def mark_all_read(session: Session, *, by: UserId, now: datetime) -> int:
    """Note that the user has read everything; return how many that were."""
    box = await _lock(session, by)
    unread = select(Notification).where(Notification.user_id == by, Notification.is_read.is_(False))
    messages = (await session.scalars(unread.order_by(Notification.notification_id))).all()
    for message in messages:
        emit(session, box.read(message, at=now))
    return len(messages)


async def _lock(session: Session, user_id: UserId) -> Inbox:
    mine = select(Inbox).where(Inbox.user_id == user_id)
    locked = mine.with_for_update().execution_options(populate_existing=True)
    box: Inbox | None = await session.scalar(locked)
    if box is not None:
        return box
    try:
        async with session.begin_nested():
            session.add(Inbox(user_id=user_id, unread=0, version=0))
    except IntegrityError as error:  # its twin came first
        if not is_duplicate(error):
            raise
    return (await session.scalars(locked)).one()
