"""Events wait here, in the transaction that caused them, until the world has been told.

Order holds per topic because an event is emitted while its aggregate's row is locked: the next
writer of that topic can take a higher id only after this one has committed.

Two readers follow the table at their own pace. The relay publishes rows to the channels and
marks them sent; reactions (the inbox) happen in the database and take the fact's claim away in
the same transaction, so they happen exactly once.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    Select,
    String,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Mapped, SessionTransaction, mapped_column
from sqlalchemy.orm import Session as SyncSession

from domain.kernel.db import Base, BigId, Database, Session
from domain.kernel.events import Event

SPEC_VERSION: Final = "1.0"
_PENDING: Final = "pending"
_EMITTED: Final = "emitted"


class Fact(NamedTuple):
    """One committed fact; ``body`` is the CloudEvents 1.0 object that listeners receive."""

    id: int
    event_id: str
    kind: str
    topics: list[str]
    body: dict[str, Any]
    created_at: datetime


Reaction = Callable[[Session, Sequence[Fact]], Awaitable[None]]


class OutboxRow(Base):
    """A fact and when, if it was, it was told."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "sent_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(60))
    topics: Mapped[list[str]] = mapped_column(JSON)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Unheard(Base):
    """A fact that still waits for its reaction.

    A row of its own, because a reaction locks it for as long as it writes: locks on the outbox's
    rows would keep the relay from marking them.
    """

    __tablename__ = "outbox_unheard"

    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), primary_key=True)


# Statements over the tables as such, built once: every order writes and reads these rows.
_OUTBOX, _UNHEARD = (Base.metadata.tables[each.__tablename__] for each in (OutboxRow, Unheard))
_INSERT: Final = insert(_OUTBOX).returning(_OUTBOX.c.id, sort_by_parameter_order=True)
_AWAIT: Final = insert(_UNHEARD)
_FACTS: Final = select(*(_OUTBOX.c[name] for name in Fact._fields)).order_by(_OUTBOX.c.id)
_UNSENT: Final = _FACTS.where(_OUTBOX.c.sent_at.is_(None)).limit(bindparam("most"))
_AMONG: Final = _FACTS.where(_OUTBOX.c.id.in_(bindparam("ids", expanding=True)))
_MARK: Final = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id.in_(bindparam("ids", expanding=True)))
    .values(sent_at=bindparam("moment"))
)
_ANY: Final = select(_UNHEARD.c.outbox_id).limit(1)
_CLAIM: Final = (
    select(_UNHEARD.c.outbox_id)
    .order_by(_UNHEARD.c.outbox_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_HEARD: Final = delete(_UNHEARD).where(_UNHEARD.c.outbox_id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class _Pending:
    """A row to be written, whether it waits for a reaction, and whose fate it shares."""

    row: dict[str, Any]
    heard: bool
    within: SessionTransaction

    def is_of(self, transaction: SessionTransaction | None) -> bool:
        """Tell whether it was emitted in this transaction, or in a savepoint of it."""
        inner: SessionTransaction | None = self.within
        while inner is not None and inner is not transaction:
            inner = inner.parent
        return inner is not None


def emit(session: Session, event: Event) -> None:
    """Record the event; it exists if, and only if, the transaction commits."""
    event_id = str(uuid4())
    row = {
        "event_id": event_id,
        "kind": event.kind,
        "topics": list(event.topics),
        "body": cloud_event(event, event_id=event_id),
        "created_at": event.at,
    }
    unit = session.sync_session
    within = unit.get_nested_transaction() or unit.get_transaction() or unit.begin()
    # Only facts that somebody reacts to wait for a reaction.
    unit.info.setdefault(_PENDING, []).append(_Pending(row, event.heard, within))


@sqlalchemy_event.listens_for(SyncSession, "before_commit")
def _write_emitted(session: SyncSession) -> None:
    """Write what was emitted, in that order and after everything else of the transaction."""
    if _PENDING not in session.info or session.in_nested_transaction():
        return  # a savepoint that ends well may still be undone with what is around it
    pending = [each for each in session.info.pop(_PENDING) if each.is_of(session.get_transaction())]
    if not pending:
        return
    session.flush()
    ids = session.scalars(_INSERT, [each.row for each in pending])
    heard = [{"outbox_id": id_} for id_, each in zip(ids, pending, strict=True) if each.heard]
    if heard:
        session.execute(_AWAIT, heard)
    session.info[_EMITTED] = True


@sqlalchemy_event.listens_for(SyncSession, "after_soft_rollback")
def _forget_undone(session: SyncSession, undone: SessionTransaction) -> None:
    """Forget what was emitted in a transaction, or a savepoint, that never happened."""
    if _PENDING in session.info:
        session.info[_PENDING] = [each for each in session.info[_PENDING] if not each.is_of(undone)]


def cloud_event(event: Event, *, event_id: str) -> dict[str, Any]:
    """Return the CloudEvents 1.0 object that listeners receive."""
    return {
        "specversion": SPEC_VERSION,
        "id": event_id,
        "source": f"/uhok/{event.kind.partition('.')[0]}",
        "type": f"{event.kind}.v1",
        "subject": event.subject,
        "time": iso(event.at),
        "datacontenttype": "application/json",
        "data": event.data(),
    }


def iso(at: datetime) -> str:
    """Return the moment as RFC 3339 in UTC with microseconds and a ``Z``."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def after_emitting(database: Database, nudge: Callable[[], None]) -> None:
    """Call ``nudge`` after each commit that recorded events, so that the relay need not wait."""

    def on_commit(session: SyncSession) -> None:
        if not session.in_nested_transaction() and session.info.pop(_EMITTED, False):
            nudge()

    sqlalchemy_event.listen(database.sync_sessions, "after_commit", on_commit)


async def unsent(session: Session, *, limit: int) -> Sequence[Fact]:
    """Return the oldest facts that were not published yet, oldest first.

    Nothing is locked: publishing twice is publishing once, because the event id is the key.
    """
    return await _facts(session, _UNSENT, most=limit)


async def mark_sent(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Remember that these facts were published."""
    await session.execute(_MARK, {"ids": ids, "moment": now})


async def mark_all_sent(session: Session, *, now: datetime) -> None:
    """Remember every waiting row as published: nobody listened before the shop opened."""
    await session.run_sync(_write_emitted)
    waiting = update(OutboxRow).where(OutboxRow.sent_at.is_(None))
    await session.execute(waiting.values(sent_at=now))


async def react(session: Session, reaction: Reaction, *, limit: int) -> int:
    """Let the reaction hear the oldest unheard facts, all at once; return how many.

    Their claims are locked, so the reaction's writes and the claims' end share one fate.
    """
    ids = (await session.scalars(_CLAIM, {"most": limit})).all()
    if not ids:
        return 0
    await reaction(session, await _facts(session, _AMONG, ids=ids))
    await session.execute(_HEARD, {"ids": ids})
    return len(ids)


async def anything_unheard(session: Session) -> bool:
    """Tell whether a fact still waits for its reaction; takes no lock."""
    return await session.scalar(_ANY) is not None


async def rows_since(
    session: Session, since: datetime, *, after_id: int = 0, limit: int
) -> Sequence[Fact]:
    """Return facts published since that moment or not yet, in id order, beyond ``after_id``."""
    told = or_(_OUTBOX.c.sent_at >= since, _OUTBOX.c.sent_at.is_(None))
    return await _facts(session, _FACTS.where(told, _OUTBOX.c.id > after_id).limit(limit))


async def _facts(session: Session, rows: Select[Any], **given: object) -> Sequence[Fact]:
    return [Fact._make(row) for row in await session.execute(rows, given)]


async def lag(session: Session) -> tuple[int, datetime | None]:
    """Return how many events wait to be published and since when the oldest one does."""
    waiting = select(func.count(), func.min(OutboxRow.created_at))
    count, oldest = (await session.execute(waiting.where(OutboxRow.sent_at.is_(None)))).one()
    return int(count), oldest


async def forget_sent(session: Session, *, before: datetime, limit: int) -> int:
    """Delete rows that were told and heard before that moment; return how many."""
    old = (
        select(OutboxRow.id)
        .outerjoin(Unheard, Unheard.outbox_id == OutboxRow.id)
        .where(OutboxRow.sent_at < before, Unheard.outbox_id.is_(None))
        .order_by(OutboxRow.sent_at)
        .limit(limit)
    )
    ids = (await session.scalars(old)).all()
    if ids:
        await session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))
    return len(ids)
