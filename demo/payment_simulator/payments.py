"""Payments as the provider sees them: one life, one register, one ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import AnyHttpUrl, AwareDatetime, BaseModel, ConfigDict, Field

from demo.payment_simulator.errors import (
    AlreadyDecided,
    AlreadyRefunded,
    AmountDiffers,
    NotCompleted,
    PaymentUnknown,
)
from demo.payment_simulator.scenarios import Scenario


class Status(StrEnum):
    PENDING = "PENDING"
    COMPLETED = "PAYMENT_COMPLETED"
    FAILED = "PAYMENT_FAILED"
    CANCELLED = "PAYMENT_CANCELLED"
    REFUNDED = "REFUNDED"


DECISIONS: Final = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})


class Intent(BaseModel):
    """What a merchant asks to be paid; amounts are whole won."""

    model_config = ConfigDict(frozen=True)

    tx_id: str = Field(min_length=1, max_length=200)
    order_id: int = Field(ge=1)
    user_id: int | None = None
    amount: int = Field(gt=0, le=10**12)
    callback_url: AnyHttpUrl | None = None
    checkout: bool = False
    return_url: AnyHttpUrl | None = None
    method: str | None = Field(default=None, max_length=50)


class Truth(BaseModel):
    """A payment's present state, for whoever asks instead of listening."""

    model_config = ConfigDict(from_attributes=True)

    payment_id: str
    tx_id: str
    order_id: int
    user_id: int | None
    amount: int
    status: Status
    refunded_amount: int
    completed_at: AwareDatetime | None
    failure_reason: str | None


@dataclass(slots=True)
class Payment:
    """One attempt to be paid; only it moves itself."""

    payment_id: str
    intent: Intent
    scenario: Scenario
    opened_at: datetime
    status: Status = Status.PENDING
    completed_at: datetime | None = None
    failed_at: datetime | None = None
    failure_reason: str | None = None
    refunded_amount: int = 0
    refund_key: str | None = field(default=None, repr=False)

    @property
    def tx_id(self) -> str:
        return self.intent.tx_id

    @property
    def order_id(self) -> int:
        return self.intent.order_id

    @property
    def user_id(self) -> int | None:
        return self.intent.user_id

    @property
    def amount(self) -> int:
        return self.intent.amount

    def decide(self, verdict: Status, *, at: datetime, reason: str | None = None) -> None:
        """Complete, fail or cancel a pending payment. Raises AlreadyDecided."""
        assert verdict in DECISIONS
        if self.status is not Status.PENDING:
            raise AlreadyDecided
        self.status, self.failure_reason = verdict, reason
        if verdict is Status.COMPLETED:
            self.completed_at = at
        else:
            self.failed_at = at

    def refund(self, key: str) -> None:
        """Give all of it back, once. Raises NotCompleted, AlreadyRefunded (under another key)."""
        if self.status is Status.REFUNDED:
            if key != self.refund_key:
                raise AlreadyRefunded
            return
        if self.status is not Status.COMPLETED:
            raise NotCompleted
        self.status, self.refund_key, self.refunded_amount = Status.REFUNDED, key, self.amount


@dataclass(slots=True)
class Register:
    """Every payment since the start, found by its own id or by the merchant's."""

    _by_id: dict[str, Payment] = field(default_factory=dict)
    _by_tx: dict[str, Payment] = field(default_factory=dict)

    def known(self, intent: Intent) -> Payment | None:
        """Return the payment already opened for this transaction. Raises AmountDiffers."""
        payment = self._by_tx.get(intent.tx_id)
        if payment and (payment.amount, payment.order_id) != (intent.amount, intent.order_id):
            raise AmountDiffers
        return payment

    def add(self, payment: Payment) -> None:
        assert payment.tx_id not in self._by_tx, "look before you add"
        self._by_id[payment.payment_id] = self._by_tx[payment.tx_id] = payment

    def get(self, payment_id: str) -> Payment:
        """Return the payment. Raises PaymentUnknown."""
        return _found(self._by_id, payment_id)

    def by_tx(self, tx_id: str) -> Payment:
        """Return the payment of a merchant's transaction. Raises PaymentUnknown."""
        return _found(self._by_tx, tx_id)

    def all(self) -> Iterable[Payment]:
        """Return every payment, oldest first."""
        return self._by_id.values()


class LedgerLine(BaseModel):
    """What one order has paid and got back, in won."""

    order_id: int
    captured: int = 0
    refunded: int = 0
    balance: int = 0
    payments: int = 0


def ledger(payments: Iterable[Payment]) -> list[LedgerLine]:
    """Return money per order, by order id: ``balance`` is captured less refunded."""
    lines: dict[int, LedgerLine] = {}
    for payment in payments:
        line = lines.setdefault(payment.order_id, LedgerLine(order_id=payment.order_id))
        line.captured += payment.amount if payment.completed_at else 0
        line.refunded += payment.refunded_amount
        line.balance = line.captured - line.refunded
        line.payments += 1
    return [lines[order_id] for order_id in sorted(lines)]


def _found(index: Mapping[str, Payment], key: str) -> Payment:
    try:
        return index[key]
    except KeyError:
        raise PaymentUnknown from None
