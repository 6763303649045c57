"""Orders: from the promise to buy until the parcel arrives, or does not."""

from domain.order.errors import IllegalMove, NothingSelected, OrderNotFound, SelectionGone
from domain.order.events import OrderPlaced, OrderStatusChanged
from domain.order.models import Order, OrderLine
from domain.order.queries import count, get, newest
from domain.order.schemas import Delays, HistoryView, LineView, OrderView, Pick
from domain.order.service import (
    advance_due,
    anything_due,
    expire_due,
    lock,
    move,
    place_from_cart,
    place_homeshopping,
)
from domain.order.states import MOVES, NAMES, OrderStatus

__all__ = [
    "MOVES",
    "NAMES",
    "Delays",
    "HistoryView",
    "IllegalMove",
    "LineView",
    "NothingSelected",
    "Order",
    "OrderLine",
    "OrderNotFound",
    "OrderPlaced",
    "OrderStatus",
    "OrderStatusChanged",
    "OrderView",
    "Pick",
    "SelectionGone",
    "advance_due",
    "anything_due",
    "count",
    "expire_due",
    "get",
    "lock",
    "move",
    "newest",
    "place_from_cart",
    "place_homeshopping",
]
