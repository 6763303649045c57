"""What the outside may see of a payment, and what the provider says of one."""

from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from domain.kernel import View
from domain.payment.states import PaymentStatus

REASON_MAX: Final = 200  # characters; a provider's eloquence must not keep an order waiting
METHOD_MAX: Final = 30  # characters

WEBHOOK_V2: Final = "WEBHOOK_V2"
CHECKOUT: Final = "CHECKOUT"
# Of these the provider tells us. Any other method was begun by its v1, which has to be asked.
TOLD: Final = frozenset({WEBHOOK_V2, CHECKOUT})


def _shortened(reason: object) -> object:
    return reason[:REASON_MAX] if isinstance(reason, str) else reason


Reason = Annotated[str, BeforeValidator(_shortened)]


def _begun_by_polling(method: str) -> str:
    if method in TOLD:
        raise ValueError("that is what payments are called whose result is told")
    return method


Method = Annotated[
    str, Field(min_length=1, max_length=METHOD_MAX), AfterValidator(_begun_by_polling)
]
PaymentId = Annotated[str, Field(min_length=1, max_length=100)]


class PaymentView(View):
    """The public face of a payment; ``amount`` in KRW."""

    order_id: int
    tx_id: str
    payment_id: str | None
    status: PaymentStatus
    amount: int
    method: str
    reason: str | None
    checkout_url: str | None
    requested_at: AwareDatetime
    decided_at: AwareDatetime | None
    acknowledged_at: AwareDatetime | None = None
    version: int

    @property
    def polled(self) -> bool:
        """Tell whether the provider has to be asked how it went."""
        return self.method not in TOLD


class Verdict(View):
    """What the provider says became of a payment, however it said so.

    ``status`` is PENDING, COMPLETED, FAILED, CANCELLED or REFUNDED; ``amount`` is None where the
    provider does not tell it.
    """

    status: PaymentStatus
    payment_id: PaymentId
    user_id: int | None = None
    amount: int | None = None
    reason: Reason | None = None


class PaymentOrder(View):
    """What the provider is asked to collect; it answers to ``callback_url``."""

    tx_id: str
    order_id: int
    user_id: int
    amount: int
    callback_url: str
    checkout: bool
    return_url: str | None = None
    method: str = WEBHOOK_V2

    @property
    def polled(self) -> bool:
        """Tell whether the provider has to be asked how it went."""
        return self.method not in TOLD


class Begun(View):
    """The provider's word that it knows the payment; v1 may say by which method."""

    payment_id: PaymentId
    checkout_url: Annotated[str, Field(max_length=500)] | None = None
    method: Method | None = None
