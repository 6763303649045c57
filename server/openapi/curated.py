"""What the contracts of the routes do not say by themselves."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from domain import payment
from server.routes.homeshopping import UNNAMED

# Handlers that read the raw body, because its bytes are signed.
SIGNED: Final[Mapping[str, TypeAdapter[Any]]] = {
    "payment_webhook_webhook_v2": TypeAdapter(payment.WebhookBody),
}
# Handlers that answer people with a page, and programs with JSON.
AS_HTML: Final = frozenset({"homeshopping_live_stream"})
# Answers that are no success and yet no Problem: the checks themselves are what was asked for.
SAME_SHAPE: Final[Mapping[tuple[str, int], str]] = {
    ("system_readyz", 503): "Something it needs is missing; `checks` says what.",
    ("system_api_health", 503): "A database is away.",
}
# Refusals that a handler gives without any rule of the domain, by their code.
UNRULED: Final[Mapping[tuple[str, int], Mapping[str, str]]] = {
    ("homeshopping_live_stream", 400): {"stream_unnamed": UNNAMED},
}
# Handlers that ask no database.
SELF_SUFFICIENT: Final = frozenset({"system_healthz", "system_ml_health"})
# Request bodies that generated examples would get wrong.
BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "payment_webhook_webhook_v2": {
        "tx_id": "tx_42_1",
        "order_id": 42,
        "user_id": 7,
        "payment_id": "pay_9f2c",
        "amount": 16_000,
        "failure_reason": None,
    },
}
