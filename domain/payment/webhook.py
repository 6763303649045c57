"""What the provider may tell us, and how we know that it is the provider.

The signature is base64 of HMAC-SHA256 over the raw body, as in the earlier API's payment v2.
"""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.payment.errors import BadWebhook, ForgedWebhook
from domain.payment.schemas import Verdict
from domain.payment.states import CANCELLED, COMPLETED, FAILED, PaymentStatus

EVENTS: Final[dict[str, PaymentStatus]] = {
    "payment.completed": COMPLETED,
    "payment.failed": FAILED,
    "payment.cancelled": CANCELLED,
}


class WebhookBody(BaseModel):
    """The part of the message we read; more fields may come."""

    model_config = ConfigDict(extra="ignore")

    tx_id: str | None = None
    order_id: int
    user_id: int | None = None
    payment_id: str = Field(min_length=1, max_length=100)
    amount: int | None = None
    failure_reason: str | None = None


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def check_signature(secret: str, body: bytes, signature: str | None) -> None:
    """Let a signed message pass. Raises ForgedWebhook."""
    try:
        given = base64.b64decode(signature or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ForgedWebhook from error
    if not hmac.compare_digest(given, base64.b64decode(sign(secret, body))):
        raise ForgedWebhook


def read_webhook(event: str | None, raw: bytes) -> tuple[WebhookBody, Verdict]:
    """Return the message and its verdict. Raises BadWebhook."""
    status = EVENTS.get(event or "")
    if status is None:
        raise BadWebhook
    try:
        body = WebhookBody.model_validate(json.loads(raw))
    except (ValidationError, ValueError, RecursionError) as error:
        raise BadWebhook from error
    if status is COMPLETED and body.user_id is None:
        raise BadWebhook
    verdict = Verdict(
        status=status,
        payment_id=body.payment_id,
        user_id=body.user_id,
        amount=body.amount,
        reason=body.failure_reason,
    )
    return body, verdict
