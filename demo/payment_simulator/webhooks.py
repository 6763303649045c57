"""Webhooks: what is said, how it is signed, and how often it is tried.

The signature is the earlier payment server's: Base64 of HMAC-SHA256 (RFC 2104) over the raw body.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict

from demo.payment_simulator.errors import DeliveryUnknown
from demo.payment_simulator.payments import Payment, Status
from demo.payment_simulator.scenarios import DECLINED, Webhook
from demo.payment_simulator.settings import Settings
from demo.payment_simulator.world import World

EVENTS: Final = {
    Status.COMPLETED: "payment.completed",
    Status.FAILED: "payment.failed",
    Status.CANCELLED: "payment.cancelled",
}


class DeliveryState(StrEnum):
    SENDING = "sending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class Attempt(BaseModel):
    """One post: the status it got, or the error that came instead."""

    at: AwareDatetime
    status: int | None = None
    error: str | None = None


@dataclass(slots=True)
class Delivery:
    """One thing to tell the merchant; its id stays the same however often it is told."""

    delivery_id: str
    payment_id: str
    event: str
    url: str
    body: bytes
    attempts_max: int
    copies: int = 1
    forged: bool = False
    state: DeliveryState = DeliveryState.SENDING
    attempts: list[Attempt] = field(default_factory=list)


class DeliveryView(BaseModel):
    """A delivery as the control plane shows it."""

    model_config = ConfigDict(from_attributes=True)

    delivery_id: str
    payment_id: str
    event: str
    url: str
    forged: bool
    state: DeliveryState
    attempts: list[Attempt]


@dataclass(slots=True)
class DeliveryLog:
    """Every delivery since the start, in the order they were made."""

    _by_id: dict[str, Delivery] = field(default_factory=dict)

    def add(self, delivery: Delivery) -> None:
        self._by_id[delivery.delivery_id] = delivery

    def get(self, delivery_id: str) -> Delivery:
        """Return the delivery. Raises DeliveryUnknown."""
        if delivery_id not in self._by_id:
            raise DeliveryUnknown
        return self._by_id[delivery_id]

    def of(self, payment_id: str | None) -> list[Delivery]:
        """Return the deliveries of one payment, or of all."""
        return [each for each in self._by_id.values() if payment_id in {None, each.payment_id}]


@dataclass(frozen=True, slots=True)
class Courier:
    """Writes the deliveries of a decided payment and carries them."""

    settings: Settings
    client: httpx.AsyncClient
    log: DeliveryLog
    world: World

    def write(self, payment: Payment) -> list[Delivery]:
        """Return what the payment's scenario has us tell, in the order to tell it."""
        if payment.intent.callback_url is None:  # the polling API: nobody listens
            return []
        style, told = payment.scenario.webhook, self._tell(payment)
        if style is Webhook.DUPLICATE:
            told.copies = payment.scenario.copies
        elif style is Webhook.FORGED:
            told.forged, told.attempts_max = True, 1
        elif style is Webhook.DROP:
            told.state = DeliveryState.DROPPED
        elif payment.status is Status.COMPLETED and style is Webhook.FAILED_FIRST:
            return [self._tell_stale_failure(payment), told]
        elif payment.status is Status.COMPLETED and style is Webhook.FAILED_LAST:
            return [told, self._tell_stale_failure(payment)]
        return [told]

    async def carry(self, deliveries: list[Delivery]) -> None:
        """Post each in turn until it is accepted or given up."""
        for delivery in deliveries:
            self.log.add(delivery)
        for delivery in deliveries:
            if delivery.state is DeliveryState.DROPPED:
                continue
            async with asyncio.TaskGroup() as copies:
                for _ in range(delivery.copies):
                    copies.create_task(self._until_accepted(delivery))

    async def resend(self, delivery: Delivery) -> None:
        """Post once more, with a true signature whatever the scenario was."""
        delivery.forged = False
        await self._post(delivery)

    async def _until_accepted(self, delivery: Delivery) -> None:
        for tried in range(delivery.attempts_max):
            if tried:
                await self.world.sleep(self.settings.webhook_retry_first_seconds * 2 ** (tried - 1))
            if await self._post(delivery):
                return
        if delivery.state is DeliveryState.SENDING:  # a copy or a resend may have got through
            delivery.state = DeliveryState.GIVEN_UP

    async def _post(self, delivery: Delivery) -> bool:
        attempt = Attempt(at=self.world.clock())
        delivery.attempts.append(attempt)
        try:
            response = await self.client.post(
                delivery.url, content=delivery.body, headers=self._headers(delivery)
            )
        except httpx.HTTPError as error:
            attempt.error = f"{type(error).__name__}: {error}"
            return False
        attempt.status = response.status_code
        if response.is_success:
            delivery.state = DeliveryState.DELIVERED
        return response.is_success

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        secret = self.settings.webhook_secret
        headers = {
            "Content-Type": "application/json",
            "X-Payment-Event": delivery.event,
            "X-Payment-Signature": sign(
                f"not {secret}" if delivery.forged else secret, delivery.body
            ),
            "X-Payment-Delivery": delivery.delivery_id,
            "X-Payment-Timestamp": str(int(self.world.clock().timestamp())),
        }
        if self.settings.service_token:
            headers["Authorization"] = f"Bearer {self.settings.service_token}"
        return headers

    def _tell(self, payment: Payment) -> Delivery:
        if payment.status is Status.COMPLETED:
            assert payment.completed_at is not None
            return self._delivery(payment, payment.status, at=payment.completed_at)
        assert payment.failed_at is not None
        return self._delivery(
            payment, payment.status, at=payment.failed_at, reason=payment.failure_reason
        )

    def _tell_stale_failure(self, payment: Payment) -> Delivery:
        """Write of a first try that failed a second before the one that went through."""
        assert payment.completed_at is not None
        stale = self._delivery(
            payment, Status.FAILED, at=payment.completed_at - timedelta(seconds=1), reason=DECLINED
        )
        stale.attempts_max = 1  # retries would undo the order in which the two are told
        return stale

    def _delivery(
        self, payment: Payment, status: Status, *, at: datetime, reason: str | None = None
    ) -> Delivery:
        moment = "completed_at" if status is Status.COMPLETED else "failed_at"
        said: dict[str, object] = {
            "tx_id": payment.tx_id,
            "order_id": payment.order_id,
            "user_id": payment.user_id,
            "payment_id": payment.payment_id,
            "amount": payment.amount,
            moment: at.isoformat(),
        }
        if reason is not None:
            said["failure_reason"] = reason
        return Delivery(
            delivery_id=str(self.world.new_id()),
            payment_id=payment.payment_id,
            event=EVENTS[status],
            url=str(payment.intent.callback_url),
            body=json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(),
            attempts_max=self.settings.webhook_attempts_max,
        )


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a raw body, as ``X-Payment-Signature`` carries it."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
