"""The payment provider's API v1, which is asked until it has decided, beside its v2.

Version 1 knows two calls: ``POST /pay`` and ``GET /payment-status/{payment_id}``. What it has no
words for is asked of the same provider's v2, which numbers v1's payments too: finding one whose
answer was lost, by ``v1:`` and the key it was begun under; calling it off; giving it back. Where
there is no such v2, a refund stays due and is asked for again and again until somebody sees to it.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from domain.payment import (
    Begun,
    CallRefused,
    OutcomeUnknown,
    PaymentOrder,
    PaymentStatus,
    PaymentView,
    ProviderFailed,
    ProviderUnclear,
    ProviderUnreachable,
    Verdict,
)
from server.payment_gateway import STATUS, HttpPaymentGateway, is_unknown

PAY_TIMEOUT: Final = httpx.Timeout(20.0, connect=3.0)
STATUS_TIMEOUT: Final = httpx.Timeout(15.0, connect=3.0)


@dataclass(frozen=True, slots=True)
class PaymentGateways:
    """Each payment by the API it was begun with."""

    client: httpx.AsyncClient
    polling_url: str  # of v1
    told: HttpPaymentGateway

    async def begin(self, order: PaymentOrder) -> Begun:
        """Ask to collect the money.

        Raises ProviderUnreachable (certainly not heard), PaymentRefused, OutcomeUnknown; of v1
        ProviderFailed and ProviderUnclear too.
        """
        return await (self._pay(order) if order.polled else self.told.begin(order))

    async def look_up(self, payment: PaymentView) -> Verdict | None:
        """Return the provider's truth, None when it knows no such payment."""
        if not payment.polled:
            return await self.told.look_up(payment)
        if payment.payment_id is None:  # the answer to the call that began it was lost
            return await self.told.find(f"v1:{_key(payment.order_id)}")
        return await self._status(payment.payment_id)

    async def call_off(self, payment_id: str) -> None:
        """Ask to stop a payment that is still pending; one already decided stays so."""
        await self.told.call_off(payment_id)

    async def refund(self, payment_id: str, *, key: str, reason: str) -> None:
        """Give all the money back, once per key."""
        await self.told.refund(payment_id, key=key, reason=reason)

    async def _pay(self, order: PaymentOrder) -> Begun:
        asked = {
            "order_id": order.order_id,
            "payment_amount": order.amount,
            "idempotency_key": _key(order.order_id),
            "method": order.method,
        }
        try:
            answer = await self.client.post(self._at("/pay"), json=asked, timeout=PAY_TIMEOUT)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ProviderUnreachable from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown from error
        if answer.is_client_error:
            raise CallRefused(answer.status_code)
        if answer.status_code != httpx.codes.OK:
            raise ProviderFailed(answer.status_code)
        told = _told(answer)
        try:
            begun = Begun(payment_id=str(told["payment_id"]))
        except (KeyError, ValidationError) as error:
            raise ProviderUnclear from error
        with suppress(ValidationError):  # what it calls its method must not lose the payment
            return Begun(payment_id=begun.payment_id, method=told.get("method"))
        return begun

    async def _status(self, payment_id: str) -> Verdict | None:
        try:
            answer = await self.client.get(
                self._at(f"/payment-status/{quote(payment_id, safe='')}"), timeout=STATUS_TIMEOUT
            )
        except httpx.HTTPError as error:
            raise OutcomeUnknown from error
        if is_unknown(answer):
            return None
        if answer.status_code != httpx.codes.OK:
            raise OutcomeUnknown
        # A word it never had means nothing yet, as it did to the earlier server.
        status = STATUS.get(str(_told(answer).get("status")), PaymentStatus.PENDING)
        return Verdict(status=status, payment_id=payment_id)

    def _at(self, path: str) -> str:
        return self.polling_url.rstrip("/") + path


def _key(order_id: int) -> str:
    return f"order-{order_id}"


def _told(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
