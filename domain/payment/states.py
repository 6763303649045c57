"""The life of a payment, drawn once."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class PaymentStatus(StrEnum):
    REQUESTED = "REQUESTED"
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    REFUND_DUE = "REFUND_DUE"
    REFUNDED = "REFUNDED"


REQUESTED, PENDING, COMPLETED, FAILED, CANCELLED, REFUND_DUE, REFUNDED = PaymentStatus

# REQUESTED is written before the provider is called; it, and only it, may be unknown to them.
# Money that arrives for an order given up meanwhile goes back: FAILED and CANCELLED have a way out.
MOVES: Final[Mapping[PaymentStatus, frozenset[PaymentStatus]]] = MappingProxyType(
    {
        REQUESTED: frozenset({PENDING, COMPLETED, FAILED, CANCELLED, REFUND_DUE}),
        PENDING: frozenset({COMPLETED, FAILED, CANCELLED, REFUND_DUE}),
        COMPLETED: frozenset({REFUND_DUE}),
        FAILED: frozenset({REFUND_DUE}),
        CANCELLED: frozenset({REFUND_DUE}),
        REFUND_DUE: frozenset({REFUNDED}),
        REFUNDED: frozenset(),
    }
)
assert MOVES.keys() == set(PaymentStatus), "every status must say where it may go"

IN_FLIGHT: Final = frozenset({REQUESTED, PENDING})
