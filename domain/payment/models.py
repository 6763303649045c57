"""The payment, which alone may change its own status, and the ledger of what we were told."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Enum, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel import Base, BigId
from domain.payment.events import PaymentAcknowledged, PaymentChanged
from domain.payment.schemas import REASON_MAX, PaymentView
from domain.payment.states import IN_FLIGHT, MOVES, REFUND_DUE, PaymentStatus

# How soon an undecided payment is asked about: often at first, then ever less.
CHECK_AFTER: Final = timedelta(seconds=5)
CHECK_AFTER_MAX: Final = timedelta(minutes=10)


class Payment(Base):
    """The one payment of an order: the unique order makes paying twice impossible."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("order_id"),
        UniqueConstraint("tx_id"),
        Index(None, "payment_id"),
        Index(None, "check_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.order_id"))
    user_id: Mapped[int] = mapped_column(BigId)
    tx_id: Mapped[str] = mapped_column(String(64))
    payment_id: Mapped[str | None] = mapped_column(String(100))
    status: Mapped[PaymentStatus] = mapped_column(Enum(PaymentStatus, native_enum=False, length=12))
    amount: Mapped[int]
    method: Mapped[str] = mapped_column(String(30))
    checkout: Mapped[bool]
    checkout_url: Mapped[str | None] = mapped_column(String(500))
    reason: Mapped[str | None] = mapped_column(String(REASON_MAX))
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    check_at: Mapped[datetime | None]
    checks: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def in_flight(self) -> bool:
        """Tell whether money may still move by itself."""
        return self.status in IN_FLIGHT

    def may(self, to: PaymentStatus) -> bool:
        """Tell whether that step is drawn."""
        return to in MOVES[self.status]

    def move(self, to: PaymentStatus, *, at: datetime, reason: str | None = None) -> PaymentChanged:
        """Change status and return the fact; a step that is not drawn is a bug."""
        assert self.may(to), f"payment {self.id} cannot go from {self.status} to {to}"
        was, self.status, self.version = self.status, to, self.version + 1
        self.reason = reason or self.reason
        if was in IN_FLIGHT and to not in IN_FLIGHT:
            self.decided_at = at
        watched = to in IN_FLIGHT or to is REFUND_DUE
        self.checks, self.check_at = 0, at + CHECK_AFTER if watched else None
        return self.told(at)

    def acknowledge(self, *, at: datetime) -> PaymentAcknowledged:
        """Note that the buyer has seen the outcome and return the fact."""
        assert self.acknowledged_at is None, "an outcome is seen for the first time once"
        self.acknowledged_at, self.version = at, self.version + 1
        view = PaymentView.model_validate(self)
        return PaymentAcknowledged(at=at, user_id=self.user_id, payment=view)

    def told(self, at: datetime) -> PaymentChanged:
        """Return the fact of what it is now."""
        return PaymentChanged(at=at, user_id=self.user_id, payment=PaymentView.model_validate(self))

    def check_soon(self, *, now: datetime) -> None:
        """Ask about it at once."""
        self.checks, self.check_at = 0, now

    def check_later(self, *, now: datetime) -> None:
        """Ask about it again, each time after twice as long."""
        self.checks += 1
        # The exponent is bounded because a timedelta is not.
        self.check_at = now + min(CHECK_AFTER * 2 ** min(self.checks, 10), CHECK_AFTER_MAX)


class WebhookDelivery(Base):
    """One message of the provider as it came in, and what became of it; never changed."""

    __tablename__ = "payment_webhooks"
    __table_args__ = (UniqueConstraint("delivery_id"), Index(None, "tx_id", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    delivery_id: Mapped[str] = mapped_column(String(100))
    tx_id: Mapped[str] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
