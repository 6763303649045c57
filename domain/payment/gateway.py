"""What we ask of a payment provider; the client that speaks HTTP is handed in."""

from typing import Protocol

from domain.payment.schemas import Begun, PaymentOrder, PaymentView, Verdict


class OutcomeUnknown(Exception):
    """The provider may or may not have heard us; only asking it again can tell."""


class PaymentGateway(Protocol):
    """A payment provider. Every call is idempotent on its side, so asking again is harmless."""

    async def begin(self, order: PaymentOrder) -> Begun:
        """Ask to collect the money.

        Raises ProviderUnreachable (certainly not heard), PaymentRefused, OutcomeUnknown;
        ProviderFailed, ProviderUnclear where nothing but asking again can tell.
        """

    async def look_up(self, payment: PaymentView) -> Verdict | None:
        """Return the provider's truth, None when it knows no such payment.

        Raises OutcomeUnknown when it does not answer.
        """

    async def call_off(self, payment_id: str) -> None:
        """Ask to stop a payment that is still pending. Raises OutcomeUnknown."""

    async def refund(self, payment_id: str, *, key: str, reason: str) -> None:
        """Give all the money back, once per key. Raises OutcomeUnknown."""
