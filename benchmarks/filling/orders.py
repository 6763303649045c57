"""A year of orders with their lines, histories and payments, and the shelf they left behind."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from benchmarks.filling.size import Rows, Size, is_kok, lines_of
from demo.catalogue import load_catalogue
from domain.order.models import LineHistory, Order, OrderLine
from domain.order.states import (
    CANCELLED,
    DELIVERED,
    HOLDING,
    ORDER_RECEIVED,
    PAYMENT_COMPLETED,
    PAYMENT_REQUESTED,
    PREPARING,
    SHIPPING,
    OrderStatus,
)
from domain.payment.models import Payment
from domain.payment.states import COMPLETED, FAILED
from domain.stock.models import StockMovement, StockRow

YEAR: Final = timedelta(days=365)
FAR: Final = timedelta(days=30)
PLENTY: Final = 1_000_000
STEP: Final = timedelta(minutes=10)

PAID: Final = (ORDER_RECEIVED, PAYMENT_REQUESTED, PAYMENT_COMPLETED)
LIVES: Final[tuple[tuple[OrderStatus, ...], ...]] = (
    *[(*PAID, PREPARING, SHIPPING, DELIVERED)] * 15,
    (*PAID, PREPARING, SHIPPING),
    (*PAID, PREPARING, SHIPPING, DELIVERED),
    PAID,
    (ORDER_RECEIVED, PAYMENT_REQUESTED, CANCELLED),
    (ORDER_RECEIVED,),
)


@dataclass(slots=True)
class Books:
    """Rows on their way, by table."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    reserved: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)


def orders(size: Size, now: datetime) -> Iterator[Rows]:
    """Return the orders, evenly over users and the last year, and the stock of both shops."""
    books = Books()
    names = [each.name for each in load_catalogue().kok_products]
    for n in range(size.orders):
        life = LIVES[(n // size.users) % len(LIVES)]
        at = now - YEAR + YEAR * n / size.orders
        order = {
            "order_id": n + 1,
            "user_id": 1 + n % size.users,
            "kind": "kok" if is_kok(n + 1) else "homeshopping",
            "status": life[-1],
            "version": len(life),
            "order_time": at,
            "pay_by": now + FAR,
            "cancel_time": at + 2 * STEP if life[-1] is CANCELLED else None,
            "next_move_at": None,
        }
        lines = [
            _line(size, n, k, name=names[(n + k) % len(names)])
            for k, _ in enumerate(lines_of(n + 1))
        ]
        order["total_amount"] = sum(line["line_total"] for line in lines)
        books.orders.append(order)
        for line_id, line in zip(lines_of(n + 1), lines, strict=True):
            _enter(books, order, line | {"line_id": line_id}, life=life)
        if len(life) > 1:
            books.payments.append(_payment(order))
    yield Order, books.orders
    yield OrderLine, books.lines
    yield LineHistory, books.history
    yield Payment, books.payments
    yield from _shelf(size, now, books)


def _shelf(size: Size, now: datetime, books: Books) -> Iterator[Rows]:
    """Return the stock of both shops after these orders, and how it came to be so."""
    skus = [*(f"kok-{i}" for i in size.kok_ids), *(f"hs-{i}" for i in size.hs_ids)]
    left = [
        {"sku": sku, "on_hand": PLENTY - books.gone[sku], "reserved": books.reserved[sku]}
        | {"version": 1}
        for sku in skus
    ]
    yield StockRow, left
    stocked = [_moved(sku, "stock_up", None, at=now - YEAR, on_hand=PLENTY) for sku in skus]
    yield StockMovement, stocked + books.moves


def _line(size: Size, n: int, k: int, *, name: str) -> dict[str, Any]:
    kok = is_kok(n + 1)
    ids = size.kok_ids if kok else size.hs_ids
    product_id = ids[(n * 7 + k) % len(ids)]
    quantity, unit_price = 1 + n % 2, 4_900 + n % 50 * 100
    return {
        "kind": "kok" if kok else "homeshopping",
        "product_id": product_id,
        "sku": f"{'kok' if kok else 'hs'}-{product_id}",
        "product_name": name,
        "image": f"/api/media/{product_id}",
        "quantity": quantity,
        "unit_price": unit_price,
        "line_total": quantity * unit_price,
        "price_id": 1 + n % size.kok_products if kok else None,
        "recipe_id": size.recipe_ids[n % size.recipes] if kok and n % 2 else None,
        "live_id": None if kok else size.live_ids[n % size.broadcasts],
    }


def _enter(
    books: Books, order: dict[str, Any], line: dict[str, Any], *, life: tuple[OrderStatus, ...]
) -> None:
    line_id, order_id = line["line_id"], order["order_id"]
    books.lines.append(line | {"order_id": order_id, "status": life[-1]})
    for step, status in enumerate(life):
        at = order["order_time"] + step * STEP
        by = order["user_id"] if status is ORDER_RECEIVED else None
        books.history.append({"line_id": line_id, "status": status, "at": at, "by": by})
    sku, quantity, began = line["sku"], line["quantity"], order["order_time"]
    books.moves.append(_moved(sku, "reserve", order_id, at=began, reserved=quantity))
    if life[-1] in HOLDING:
        books.reserved[sku] += quantity
    elif life[-1] is CANCELLED:
        books.moves.append(_moved(sku, "release", order_id, at=began, reserved=-quantity))
    else:
        books.gone[sku] += quantity
        books.moves.append(
            _moved(sku, "dispatch", order_id, at=began, reserved=-quantity, on_hand=-quantity)
        )


def _moved(  # noqa: PLR0913 (a ledger line has these columns)
    sku: str,
    reason: str,
    order_id: int | None,
    *,
    at: datetime,
    on_hand: int = 0,
    reserved: int = 0,
) -> dict[str, Any]:
    return {
        "sku": sku,
        "on_hand_change": on_hand,
        "reserved_change": reserved,
        "reason": reason,
        "order_id": order_id,
        "at": at,
    }


def _payment(order: dict[str, Any]) -> dict[str, Any]:
    order_id = order["order_id"]
    return {
        "order_id": order_id,
        "user_id": order["user_id"],
        "tx_id": f"tx_{order_id}_filled",
        "payment_id": f"pay-{order_id}",
        "status": FAILED if order["status"] is CANCELLED else COMPLETED,
        "amount": order["total_amount"],
        "method": "WEBHOOK_V2",
        "checkout": False,
        "checkout_url": None,
        "reason": None,
        "requested_at": order["order_time"],
        "decided_at": order["order_time"] + STEP,
        "check_at": None,
        "checks": 0,
        "version": 2,
    }
