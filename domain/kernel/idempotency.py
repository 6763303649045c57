"""A request that carries a key happens once, however often it is sent.

The key's row is inserted before the work and in its transaction: a twin that arrives meanwhile
waits for that row's lock, fails on it, and is answered with what the first one was told. The
shape follows the IETF Idempotency-Key draft: another body under the same key is a mistake.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.db import Base, Session, is_duplicate
from domain.kernel.errors import Invalid


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    text = "같은 Idempotency-Key로 다른 요청을 보낼 수 없습니다."


class IdempotencyRow(Base):
    """What was answered to the first request that carried the key."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """``scope`` is caller and operation; ``body`` is what was asked."""

    scope: str
    key: str
    body: bytes

    @property
    def fingerprint(self) -> str:
        """Return a digest of the request's body."""
        return hashlib.sha256(self.body).hexdigest()


class AlreadyDone(Exception):
    """The key was used before; ``answer`` is what the first request was told."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("answered before")
        self.answer = answer


async def begin_once(session: Session, key: IdempotencyKey, *, now: datetime) -> IdempotencyRow:
    """Claim the key for this transaction.

    Raises AlreadyDone with the first answer, KeyReused when the body differs. After either the
    transaction must be rolled back.
    """
    row = IdempotencyRow(
        scope=key.scope, key=key.key, fingerprint=key.fingerprint, answer=None, created_at=now
    )
    try:
        async with session.begin_nested():  # so that the known answer can still be read
            session.add(row)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise await _known(session, key) from error
    return row


async def _known(session: Session, key: IdempotencyKey) -> Exception:
    where = (IdempotencyRow.scope == key.scope, IdempotencyRow.key == key.key)
    row = await session.scalar(select(IdempotencyRow).where(*where))
    assert row is not None, "a duplicate key has a first one"
    assert row.answer is not None, "the first request committed its answer with its work"
    return AlreadyDone(row.answer) if row.fingerprint == key.fingerprint else KeyReused()


async def forget_keys(session: Session, *, before: datetime, limit: int) -> int:
    """Delete keys older than that moment; return how many."""
    old = select(IdempotencyRow.scope, IdempotencyRow.key).where(IdempotencyRow.created_at < before)
    rows = (await session.execute(old.limit(limit))).all()
    for scope, key in rows:
        await session.execute(
            delete(IdempotencyRow).where(IdempotencyRow.scope == scope, IdempotencyRow.key == key)
        )
    return len(rows)
