"""The life of an order's line, drawn once (codes and Korean names are the earlier API's)."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class OrderStatus(StrEnum):
    ORDER_RECEIVED = "ORDER_RECEIVED"
    PAYMENT_REQUESTED = "PAYMENT_REQUESTED"
    PAYMENT_COMPLETED = "PAYMENT_COMPLETED"
    PREPARING = "PREPARING"
    SHIPPING = "SHIPPING"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"
    REFUND_REQUESTED = "REFUND_REQUESTED"
    REFUND_COMPLETED = "REFUND_COMPLETED"

    @property
    def label(self) -> str:
        """Return the name shoppers read."""
        return NAMES[self]


(
    ORDER_RECEIVED,
    PAYMENT_REQUESTED,
    PAYMENT_COMPLETED,
    PREPARING,
    SHIPPING,
    DELIVERED,
    CANCELLED,
    REFUND_REQUESTED,
    REFUND_COMPLETED,
) = OrderStatus

NAMES: Final[Mapping[OrderStatus, str]] = MappingProxyType(
    {
        ORDER_RECEIVED: "주문 생성",
        PAYMENT_REQUESTED: "결제 요청",
        PAYMENT_COMPLETED: "결제완료",
        PREPARING: "상품준비중",
        SHIPPING: "배송중",
        DELIVERED: "배송완료",
        CANCELLED: "주문취소",
        REFUND_REQUESTED: "환불요청",
        REFUND_COMPLETED: "환불완료",
    }
)

# The earlier API's numbers, which its clients were told never to rely on.
STATUS_IDS: Final[Mapping[OrderStatus, int]] = MappingProxyType(
    {
        PAYMENT_COMPLETED: 1,
        PREPARING: 2,
        SHIPPING: 3,
        DELIVERED: 4,
        CANCELLED: 5,
        REFUND_REQUESTED: 6,
        REFUND_COMPLETED: 7,
        PAYMENT_REQUESTED: 10,
        ORDER_RECEIVED: 11,
    }
)

# A status with no way out is final.
MOVES: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = MappingProxyType(
    {
        ORDER_RECEIVED: frozenset({PAYMENT_REQUESTED, CANCELLED}),
        PAYMENT_REQUESTED: frozenset({PAYMENT_COMPLETED, CANCELLED}),
        PAYMENT_COMPLETED: frozenset({PREPARING, CANCELLED, REFUND_REQUESTED}),
        PREPARING: frozenset({SHIPPING, CANCELLED, REFUND_REQUESTED}),
        SHIPPING: frozenset({DELIVERED}),
        DELIVERED: frozenset({REFUND_REQUESTED}),
        CANCELLED: frozenset(),
        REFUND_REQUESTED: frozenset({REFUND_COMPLETED}),
        REFUND_COMPLETED: frozenset(),
    }
)
for each in (MOVES, NAMES, STATUS_IDS):
    assert each.keys() == set(OrderStatus), "every status has its name, its number and its ways"

# What happens by itself once the money is there, and in which order.
NEXT: Final[Mapping[OrderStatus, OrderStatus]] = MappingProxyType(
    {PAYMENT_COMPLETED: PREPARING, PREPARING: SHIPPING, SHIPPING: DELIVERED}
)

# While a line is here, its things stand promised on the shelf.
HOLDING: Final = frozenset({ORDER_RECEIVED, PAYMENT_REQUESTED, PAYMENT_COMPLETED, PREPARING})

# The buyer has paid, and keeps what was bought.
PAID: Final = frozenset({PAYMENT_COMPLETED, PREPARING, SHIPPING, DELIVERED})

_PROGRESS: Final = tuple(OrderStatus)


def overall(statuses: Iterable[OrderStatus]) -> OrderStatus:
    """Return the status of a whole order: that of its least advanced line still alive."""
    lines = list(statuses)
    alive = [each for each in lines if each is not CANCELLED]
    return min(alive or lines, key=_PROGRESS.index)
