"""What the examples of the channels hold: one box of apples, bought while it was on air."""

from collections.abc import Mapping
from typing import Any, Final

from server.openapi.words import WORDS

_APPLES: Final[Mapping[str, Any]] = {
    **WORDS,
    "kind": "homeshopping",
    "sku": "hs-1001",
    "name": "꿀사과 3kg",
    "dc_rate": 20,
    "sale_price": 10_000,
    "dc_price": 8_000,
    "sold_out": False,
    "soon": False,
    "pinned": False,
    "line_id": 91,
    "line_total": 16_000,
    "recipe_id": None,
    "cancel_time": None,
    "decided_at": None,
    "acknowledged_at": None,
    "reason": None,
    "related_entity_id": 42,
    "title": "주문이 접수되었습니다.",
    "message": "꿀사과 3kg 주문이 접수되었습니다.",
    "is_read": False,
    "read_at": None,
    "viewers": 128,
    "version": 3,
    "status_name": "주문 생성",
    "method": "CHECKOUT",
}
_LIVE: Final = {"status": "live"}
_PAID: Final = {"status": "COMPLETED", "decided_at": "2026-11-21T03:00:00Z"}
_SEEN: Final = _PAID | {"acknowledged_at": "2026-11-21T03:00:20Z"}
_READ: Final = {"is_read": True, "read_at": "2026-11-21T03:00:00Z"}
# What is otherwise in some of them, by the kind of the event or the name of the call.
BY_KIND: Final[Mapping[str, Mapping[str, Any]]] = {
    "broadcast.cancelled": {"status": "cancelled"},
    "broadcast.starting_soon": {"soon": True},
    "broadcast.started": _LIVE,
    "broadcast.ended": {"status": "ended"},
    "broadcast.product_pinned": _LIVE | {"pinned": True},
    "broadcast.price_changed": _LIVE,
    "broadcast.sold_out": _LIVE | {"sold_out": True},
    "broadcast.back_in_stock": _LIVE,
    "order.placed": {"version": 1},
    "order.status_changed": {
        "was": "PAYMENT_COMPLETED",
        "status": "PREPARING",
        "status_name": "상품준비중",
    },
    "payment.changed": _PAID,
    "payment.acknowledged": _SEEN,
    "recommendation.ready": {
        "reason": {"code": "like_liked", "what": "부사 사과 2kg", "count": 0},
    },
    "notification.read": _READ | {"unread": 0},
    "notification.read.answer": _READ,
    "notification.read_all.answer": {"{}": "read"},
    # One of two ways to name it.
    "payment.acknowledge": {"payment_id": None},
    "payment.acknowledge.answer": _SEEN,
}


def words_of(kind: str = "") -> Mapping[str, Any]:
    """Return what the fields of a kind of event hold, by their names; of snapshots without one."""
    return {**_APPLES, **BY_KIND.get(kind, {})}
