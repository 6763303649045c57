"""What paying takes: the provider's client, and the words each payment answers to."""

import base64
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from domain.kernel import Clock, Database, OrderId
from domain.order import Delays
from domain.payment import Till
from server.payment_gateway import HttpPaymentGateway
from server.payment_polling import PaymentGateways
from server.settings import Settings


@asynccontextmanager
async def open_till(settings: Settings, db: Database, clock: Clock) -> AsyncIterator[Till]:
    """Open the connection pool to the payment provider."""
    async with httpx.AsyncClient(trust_env=False) as client:
        told = HttpPaymentGateway(
            client,
            base_url=settings.payment_server_url2,
            token=settings.service_auth_token.get_secret_value(),
        )
        gateway = PaymentGateways(client, polling_url=settings.payment_server_url, told=told)
        base = settings.webhook_base_url.rstrip("/")
        yield Till(
            db=db,
            gateway=gateway,
            clock=clock,
            delays=delays(settings),
            draw_tx_id=draw_tx_id,
            callback_url=lambda tx_id: (
                f"{base}/api/orders/payment/webhook/v2/{tx_id}?t={token_of(settings, tx_id)}"
            ),
        )


def draw_tx_id(order_id: OrderId) -> str:
    """Return a name for a payment that nobody can guess, of the earlier API's form."""
    return f"tx_{order_id}_{secrets.token_urlsafe(8)}"


def token_of(settings: Settings, tx_id: str) -> str:
    """Return the callback's token: only we can make it, so none needs to be kept."""
    key = settings.payment_webhook_secret.get_secret_value().encode()
    made = hmac.digest(key, b"callback:" + tx_id.encode(), "sha256")
    return base64.urlsafe_b64encode(made[:16]).decode().rstrip("=")


def delays(settings: Settings) -> Delays:
    """Return how long a paid order rests before each step."""
    return Delays(
        preparing=timedelta(seconds=settings.order_preparing_seconds),
        shipping=timedelta(seconds=settings.order_shipping_seconds),
        delivered=timedelta(seconds=settings.order_delivered_seconds),
    )
