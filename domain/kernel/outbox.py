"""Events wait here, in the transaction that caused them, until the world has been told.

Order holds per topic because an event is emitted while its aggregate's row is locked: the next
writer of that topic can take a higher id only after this one has committed.

Two readers follow the table at their own pace. The relay publishes rows to the channels and
marks them sent; reactions (the inbox) happen in the database and take the fact's claim away in
the same transaction, so they happen exactly once.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, delete, func, or_, select, update
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm import Session as SyncSession

from domain.kernel.db import Base, BigId, Database, Session
from domain.kernel.events import Event

Reaction = Callable[[Session, "OutboxRow"], Awaitable[None]]

SPEC_VERSION: Final = "1.0"
_EMITTED: Final = "emitted"


class OutboxRow(Base):
    """One committed fact; ``body`` is the CloudEvents 1.0 object that listeners receive."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "sent_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(60))
    topics: Mapped[list[str]] = mapped_column(JSON)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    unheard: Mapped["Unheard | None"] = relationship(lazy="raise")


class Unheard(Base):
    """A fact that still waits for its reaction.

    A row of its own, because a reaction locks it for as long as it writes: locks on the outbox's
    rows would keep the relay from marking them.
    """

    __tablename__ = "outbox_unheard"

    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), primary_key=True)


def emit(session: Session, event: Event) -> None:
    """Record the event; it exists if, and only if, the transaction commits."""
    event_id = str(uuid4())
    body = {
        "specversion": SPEC_VERSION,
        "id": event_id,
        "source": f"/uhok/{event.kind.partition('.')[0]}",
        "type": f"{event.kind}.v1",
        "subject": event.subject,
        "time": iso(event.at),
        "datacontenttype": "application/json",
        "data": event.data(),
    }
    row = OutboxRow(
        event_id=event_id,
        kind=event.kind,
        topics=list(event.topics),
        body=body,
        created_at=event.at,
        # Only facts that somebody reacts to wait for a reaction.
        unheard=Unheard() if event.heard else None,
    )
    session.add(row)
    session.sync_session.info[_EMITTED] = True


def iso(at: datetime) -> str:
    """Return the moment as RFC 3339 in UTC with microseconds and a ``Z``."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def after_emitting(database: Database, nudge: Callable[[], None]) -> None:
    """Call ``nudge`` after each commit that recorded events, so that the relay need not wait."""

    def on_commit(session: SyncSession) -> None:
        if session.info.pop(_EMITTED, False):
            nudge()

    sqlalchemy_event.listen(database.sync_sessions, "after_commit", on_commit)


async def unsent(session: Session, *, limit: int) -> Sequence[OutboxRow]:
    """Return the oldest rows that were not published yet, oldest first.

    Nothing is locked: publishing twice is publishing once, because the event id is the key.
    """
    waiting = select(OutboxRow).where(OutboxRow.sent_at.is_(None)).order_by(OutboxRow.id)
    return (await session.scalars(waiting.limit(limit))).all()


async def mark_sent(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Remember that these rows were published."""
    await session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(sent_at=now))


async def mark_all_sent(session: Session, *, now: datetime) -> None:
    """Remember every waiting row as published: nobody listened before the shop opened."""
    await session.flush()
    waiting = update(OutboxRow).where(OutboxRow.sent_at.is_(None))
    await session.execute(waiting.values(sent_at=now))


async def react(session: Session, reaction: Reaction, *, limit: int) -> int:
    """Let the reaction hear the oldest unheard rows and return how many it heard.

    Their claims are locked, so the reaction's writes and the claims' end share one fate.
    """
    waiting = select(Unheard.outbox_id).order_by(Unheard.outbox_id).limit(limit)
    ids = (await session.scalars(waiting.with_for_update(skip_locked=True))).all()
    if not ids:
        return 0
    facts = select(OutboxRow).where(OutboxRow.id.in_(ids)).order_by(OutboxRow.id)
    for row in await session.scalars(facts):
        await reaction(session, row)
    await session.execute(delete(Unheard).where(Unheard.outbox_id.in_(ids)))
    return len(ids)


async def anything_unheard(session: Session) -> bool:
    """Tell whether a fact still waits for its reaction; takes no lock."""
    waiting = select(Unheard.outbox_id).limit(1)
    return await session.scalar(waiting) is not None


async def rows_since(
    session: Session, since: datetime, *, after_id: int = 0, limit: int
) -> Sequence[OutboxRow]:
    """Return rows published since that moment or not yet, in id order, beyond ``after_id``."""
    told = or_(OutboxRow.sent_at >= since, OutboxRow.sent_at.is_(None))
    rows = select(OutboxRow).where(told, OutboxRow.id > after_id).order_by(OutboxRow.id)
    return (await session.scalars(rows.limit(limit))).all()


async def lag(session: Session) -> tuple[int, datetime | None]:
    """Return how many events wait to be published and since when the oldest one does."""
    waiting = select(func.count(), func.min(OutboxRow.created_at))
    count, oldest = (await session.execute(waiting.where(OutboxRow.sent_at.is_(None)))).one()
    return int(count), oldest


async def forget_sent(session: Session, *, before: datetime, limit: int) -> int:
    """Delete rows that were told and heard before that moment; return how many."""
    old = (
        select(OutboxRow.id)
        .outerjoin(Unheard)
        .where(OutboxRow.sent_at < before, Unheard.outbox_id.is_(None))
        .order_by(OutboxRow.sent_at)
        .limit(limit)
    )
    ids = (await session.scalars(old)).all()
    if ids:
        await session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))
    return len(ids)
