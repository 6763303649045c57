"""Payments: money moved, or not, exactly once."""

from domain.payment.errors import (
    BadWebhook,
    ForgedWebhook,
    NotPayable,
    PaymentFailed,
    PaymentLapsed,
    PaymentNotFound,
    PaymentRefused,
    ProviderUnreachable,
)
from domain.payment.events import PaymentChanged
from domain.payment.flow import Till, begin, sweep
from domain.payment.gateway import OutcomeUnknown, PaymentGateway
from domain.payment.models import Payment, WebhookDelivery
from domain.payment.schemas import Begun, PaymentOrder, PaymentView, Verdict
from domain.payment.service import (
    cancel_order,
    due_for_check,
    find,
    note_delivery,
    of_callback,
    settle,
    state_of,
)
from domain.payment.states import MOVES, PaymentStatus
from domain.payment.webhook import WebhookBody, check_signature, read_webhook, sign

__all__ = [
    "MOVES",
    "BadWebhook",
    "Begun",
    "ForgedWebhook",
    "NotPayable",
    "OutcomeUnknown",
    "Payment",
    "PaymentChanged",
    "PaymentFailed",
    "PaymentGateway",
    "PaymentLapsed",
    "PaymentNotFound",
    "PaymentOrder",
    "PaymentRefused",
    "PaymentStatus",
    "PaymentView",
    "ProviderUnreachable",
    "Till",
    "Verdict",
    "WebhookBody",
    "WebhookDelivery",
    "begin",
    "cancel_order",
    "check_signature",
    "due_for_check",
    "find",
    "note_delivery",
    "of_callback",
    "read_webhook",
    "settle",
    "sign",
    "state_of",
    "sweep",
]
