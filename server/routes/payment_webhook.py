"""/api/orders/payment/webhook: what the provider tells us, believed only when it is signed."""

import hashlib
import hmac
from datetime import datetime

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import Route

from domain import order, payment
from domain.kernel import OrderId, UserId
from domain.payment import PaymentStatus, Till, Verdict, WebhookDelivery
from server.endpoint import endpoint
from server.noting import note
from server.rate_limit import UNLIMITED
from server.routes.payment import TAGS, line_ids
from server.routes.views import local
from server.state import State
from server.till import token_of


class Received(BaseModel):
    """What the provider is told when it calls back."""

    received: bool = True
    ok: bool = True
    order_id: int
    event: str
    payment_id: str | None
    kok_order_ids: list[int]
    hs_order_id: int | None
    status: PaymentStatus
    completed_at: datetime | None
    reason: str | None


@endpoint(errors=(400,), tags=TAGS, limit=UNLIMITED)
async def webhook_v2(request: Request[State], *, tx_id: str) -> Received:
    """Hear the provider's verdict: signed, for a payment we began; a repeat changes nothing."""
    settings, raw = request.state["settings"], await request.body()
    _check_tokens(request, tx_id)
    payment.check_signature(
        settings.payment_webhook_secret.get_secret_value(),
        raw,
        request.headers.get("x-payment-signature"),
    )
    event = request.headers.get("x-payment-event")
    body, verdict = payment.read_webhook(event, raw)
    if body.tx_id not in {None, tx_id}:
        raise payment.BadWebhook
    delivery = WebhookDelivery(
        delivery_id=_delivery_id(request, raw),
        tx_id=tx_id,
        event=event,
        outcome=verdict.status.value,
        received_at=request.state["clock"](),
    )
    heard = await _settled(request.state["till"], delivery, verdict, order_id=body.order_id)
    seen = {"tx_id": tx_id, "event": event, "result_ok": True, "order_id": body.order_id}
    note(request, "payment_webhook_v2", seen)
    return heard


async def _settled(
    till: Till, delivery: WebhookDelivery, verdict: Verdict, *, order_id: int
) -> Received:
    async with till.db.sessions.begin() as session:
        known = await payment.of_callback(session, delivery.tx_id)
        if order_id != known.order_id:
            raise payment.BadWebhook
        paid = await payment.settle(
            session, OrderId(order_id), verdict, now=till.clock(), delays=till.delays
        )
        await payment.note_delivery(session, delivery)  # under the order's lock, as its twin's
        bought = await order.get(session, OrderId(order_id), by=UserId(known.user_id))
        completed = paid.status is PaymentStatus.COMPLETED
        return Received(
            order_id=order_id,
            event=delivery.event,
            payment_id=paid.payment_id,
            status=paid.status,
            completed_at=local(paid.decided_at) if completed else None,
            reason=paid.reason,
            **line_ids(bought),
        )


def _check_tokens(request: Request[State], tx_id: str) -> None:
    settings = request.state["settings"]
    called = request.query_params.get("t", "")
    if not hmac.compare_digest(called.encode(), token_of(settings, tx_id).encode()):
        raise payment.ForgedWebhook
    ours = settings.service_auth_token.get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if ours and given and not hmac.compare_digest(given.encode(), ours.encode()):
        raise payment.ForgedWebhook


def _delivery_id(request: Request[State], raw: bytes) -> str:
    named = request.headers.get("x-payment-delivery", "")
    usable = 0 < len(named) <= 64 and named.isascii() and named.isprintable()
    return named if usable else hashlib.sha256(raw).hexdigest()


routes = [
    Route("/api/orders/payment/webhook/v2/{tx_id}", webhook_v2, methods=["POST"]),
]
