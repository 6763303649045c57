"""The payment provider's API v2 over HTTP, as ``domain.payment`` asks for it."""

from typing import Any, Final

import httpx

from domain.payment import (
    Begun,
    OutcomeUnknown,
    PaymentOrder,
    PaymentRefused,
    PaymentStatus,
    PaymentView,
    ProviderUnreachable,
    Verdict,
)

# The provider's words for what became of a payment.
STATUS: Final = {
    "PENDING": PaymentStatus.PENDING,
    "PAYMENT_COMPLETED": PaymentStatus.COMPLETED,
    "PAYMENT_FAILED": PaymentStatus.FAILED,
    "PAYMENT_CANCELLED": PaymentStatus.CANCELLED,
    "REFUNDED": PaymentStatus.REFUNDED,
}
UNKNOWN: Final = "payment_unknown"
TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)


class HttpPaymentGateway:
    """Speaks to ``/api/v2/payments``; whatever it cannot tell for certain is OutcomeUnknown."""

    def __init__(self, client: httpx.AsyncClient, *, base_url: str, token: str) -> None:
        self._client = client
        self._url = f"{base_url.rstrip('/')}/api/v2/payments"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def begin(self, order: PaymentOrder) -> Begun:
        """Ask to collect the money.

        Raises ProviderUnreachable (certainly not heard), PaymentRefused, OutcomeUnknown.
        """
        told = order.model_dump(mode="json", exclude_none=True, exclude={"method"})
        asked = {"version": "v2", **told}
        try:
            answer = await self._client.post(
                self._url, json=asked, headers=self._headers, timeout=TIMEOUT
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ProviderUnreachable from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown from error
        if answer.is_client_error:
            raise PaymentRefused
        told = _read(answer)
        try:
            return Begun(payment_id=str(told["payment_id"]), checkout_url=told.get("checkout_url"))
        except ValueError as error:
            raise OutcomeUnknown from error

    async def look_up(self, payment: PaymentView) -> Verdict | None:
        """Return the provider's truth, None when it knows no such payment."""
        answer = await self._ask("GET", "", params={"tx_id": payment.tx_id})
        return None if answer.status_code == httpx.codes.NOT_FOUND else _verdict(answer)

    async def find(self, tx_id: str) -> Verdict | None:
        """Return the truth of a payment that nobody will tell us about by himself.

        None only when the provider says in so many words that it knows no such payment: a 404 of
        whatever stands between us and it, or of one without this address, says nothing.
        """
        answer = await self._ask("GET", "", params={"tx_id": tx_id})
        return None if is_unknown(answer) else _verdict(answer)

    async def call_off(self, payment_id: str) -> None:
        """Ask to stop a payment that is still pending; one already decided stays so."""
        answer = await self._ask("POST", f"/{payment_id}/cancel")
        if answer.status_code != httpx.codes.CONFLICT:
            _read(answer)

    async def refund(self, payment_id: str, *, key: str, reason: str) -> None:
        """Give all the money back, once per key."""
        asked = {"idempotency_key": key, "reason": reason}
        _read(await self._ask("POST", f"/{payment_id}/refund", json=asked))

    async def _ask(self, method: str, path: str, **what: Any) -> httpx.Response:  # noqa: ANN401 (httpx's own)
        try:
            return await self._client.request(
                method, self._url + path, headers=self._headers, timeout=TIMEOUT, **what
            )
        except httpx.HTTPError as error:
            raise OutcomeUnknown from error


def is_unknown(answer: httpx.Response) -> bool:
    """Tell whether the provider says that it knows no such payment."""
    if answer.status_code != httpx.codes.NOT_FOUND:
        return False
    try:
        told = answer.json()
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("code") == UNKNOWN


def _verdict(answer: httpx.Response) -> Verdict:
    told = _read(answer)
    try:
        return Verdict(
            status=STATUS[told["status"]],
            payment_id=str(told["payment_id"]),
            user_id=told.get("user_id"),
            amount=told.get("amount"),
            reason=told.get("failure_reason"),
        )
    except (KeyError, ValueError) as error:
        raise OutcomeUnknown from error


def _read(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError as error:
        raise OutcomeUnknown from error
    if not answer.is_success or not isinstance(told, dict) or "payment_id" not in told:
        raise OutcomeUnknown
    return told
