"""What can happen to a payment."""

from typing import Any, ClassVar

from domain.kernel import Event
from domain.payment.schemas import PaymentView


class PaymentChanged(Event):
    """The payment was begun, decided, or given back."""

    kind: ClassVar[str] = "payment.changed"

    user_id: int
    payment: PaymentView

    @property
    def subject(self) -> str:
        return f"order/{self.payment.order_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return (f"order:{self.payment.order_id}", f"user:{self.user_id}")

    def data(self) -> dict[str, Any]:
        """Return what listeners hear; the buyer's id only says whom to tell."""
        return self.model_dump(mode="json", include={"payment"})


class PaymentAcknowledged(PaymentChanged):
    """The buyer has seen what became of the payment; their other devices need not show it."""

    kind: ClassVar[str] = "payment.acknowledged"
