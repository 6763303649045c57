"""What may be done with an inbox: each function is one step of the caller's transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import mysql, sqlite

from domain.kernel import Base, Session, UserId, emit
from domain.notification.errors import NotificationNotFound
from domain.notification.events import NotificationAdded, NotificationRead
from domain.notification.models import Inbox, Notification
from domain.notification.schemas import Draft, InboxView, NotificationView

# Rows, not entities, and statements that are built once: every step of every order comes by here.
_INBOXES, _MESSAGES = (Base.metadata.tables[each.__tablename__] for each in (Inbox, Notification))
_INSERT: Final = insert(_MESSAGES).returning(
    _MESSAGES.c.notification_id, sort_by_parameter_order=True
)
_LOCK: Final = (
    select(_INBOXES.c.unread, _INBOXES.c.version)
    .where(_INBOXES.c.user_id == bindparam("reader"))
    .with_for_update()
)
_OF_READER: Final = (
    select(*(_MESSAGES.c[name] for name in NotificationView.model_fields))
    .where(_MESSAGES.c.user_id == bindparam("reader"))
    .order_by(_MESSAGES.c.notification_id)
)
_ONE: Final = _OF_READER.where(_MESSAGES.c.notification_id == bindparam("message"))
_UNREAD: Final = _OF_READER.where(_MESSAGES.c.is_read.is_(False))
_READ: Final = (
    update(_MESSAGES)
    .where(_MESSAGES.c.notification_id.in_(bindparam("messages", expanding=True)))
    .values(is_read=True, read_at=bindparam("moment"))
)
_COUNT_READ: Final = (
    update(_INBOXES)
    .where(_INBOXES.c.user_id == bindparam("reader"))
    .values(
        unread=_INBOXES.c.unread - bindparam("fewer"),
        version=_INBOXES.c.version + bindparam("fewer"),
    )
)


class Letter(NamedTuple):
    """A message, whom it is for and when it is put into their inbox."""

    to: UserId
    draft: Draft
    at: datetime


async def deliver(session: Session, letters: Sequence[Letter]) -> None:
    """Put messages into their readers' inboxes, in this order, and tell them.

    However many they are, it takes two statements.
    """
    if not letters:
        return
    unread, version = await _count_added(session, Counter(letter.to for letter in letters))
    rows = [
        {"user_id": to, "created_at": at, "is_read": False, "read_at": None, **draft.model_dump()}
        for to, draft, at in letters
    ]
    ids = (await session.scalars(_INSERT, rows)).all()
    for number, row in zip(ids, rows, strict=True):
        del row["status_code"]
        to = row["user_id"]
        unread[to], version[to] = unread[to] + 1, version[to] + 1
        box = InboxView(unread=unread[to], version=version[to])
        message = NotificationView(notification_id=number, **row)
        emit(session, NotificationAdded(at=row["created_at"], inbox=box, notification=message))


async def mark_read(
    session: Session, notification_id: int, *, by: UserId, now: datetime
) -> NotificationView:
    """Note that the user has read the message; again is harmless.

    Raises NotificationNotFound, also for another user's.
    """
    box = await _lock(session, by)
    mine = {"reader": by, "message": notification_id}
    row = (await session.execute(_ONE, mine)).one_or_none()
    if row is None:
        raise NotificationNotFound
    message = NotificationView.model_validate(row)
    if message.is_read:
        return message
    return (await _read(session, [message], box=box, at=now))[0]


async def mark_all_read(session: Session, *, by: UserId, now: datetime) -> int:
    """Note that the user has read everything; return how many that were."""
    box = await _lock(session, by)
    rows = (await session.execute(_UNREAD, {"reader": by})).all()
    if not rows:
        return 0
    unread = [NotificationView.model_validate(row) for row in rows]
    return len(await _read(session, unread, box=box, at=now))


async def _read(
    session: Session, messages: Sequence[NotificationView], *, box: InboxView, at: datetime
) -> Sequence[NotificationView]:
    ids = [each.notification_id for each in messages]
    await session.execute(_READ, {"messages": ids, "moment": at})
    whose = {"reader": messages[0].user_id, "fewer": len(messages)}
    await session.execute(_COUNT_READ, whose)
    read = [each.model_copy(update={"is_read": True, "read_at": at}) for each in messages]
    for done, message in enumerate(read, start=1):
        left = InboxView(unread=box.unread - done, version=box.version + done)
        emit(session, NotificationRead(at=at, inbox=left, notification=message))
    return read


async def _lock(session: Session, user_id: UserId) -> InboxView:
    # Whoever never had a message has no inbox, and nothing to lock.
    row = (await session.execute(_LOCK, {"reader": user_id})).one_or_none()
    return InboxView.model_validate(row) if row else InboxView(unread=0, version=0)


async def _count_added(
    session: Session, more: Counter[UserId]
) -> tuple[dict[UserId, int], dict[UserId, int]]:
    """Count new messages in, which locks the inboxes; return what each counted before."""
    # In one order everywhere, so that no two can wait for each other.
    rows = [{"user_id": to, "unread": more[to], "version": more[to]} for to in sorted(more)]
    after = await session.execute(_adding(session.get_bind().dialect.name), rows)
    counts = {UserId(to): (unread, version) for to, unread, version in after}
    unread = {to: counts[to][0] - more[to] for to in more}
    return unread, {to: counts[to][1] - more[to] for to in more}


@cache
def _adding(dialect: str) -> Any:  # noqa: ANN401 (one of two dialects' own statements)
    back = (_INBOXES.c.user_id, _INBOXES.c.unread, _INBOXES.c.version)
    if dialect == "sqlite":
        lite = sqlite.insert(_INBOXES)
        sums = {name: _INBOXES.c[name] + lite.excluded[name] for name in ("unread", "version")}
        return lite.on_conflict_do_update(index_elements=["user_id"], set_=sums).returning(*back)
    maria = mysql.insert(_INBOXES)
    sums = {name: _INBOXES.c[name] + maria.inserted[name] for name in ("unread", "version")}
    return maria.on_duplicate_key_update(**sums).returning(*back)
