"""Orders: from the promise to buy until the parcel arrives, or does not."""

from domain.order.errors import (
    HomeshoppingOrderNotFound,
    IllegalMove,
    KokOrderNotFound,
    NothingSelected,
    NotPaid,
    OrderNotFound,
    SelectionGone,
    StatusUnknown,
)
from domain.order.events import OrderPlaced, OrderStatusChanged
from domain.order.lines import (
    bought_kok_products,
    find_line,
    lines_since,
    order_of_line,
    purchases_since,
    resume_line,
    steps_of,
)
from domain.order.models import Order, OrderLine
from domain.order.placing import place_from_cart, place_homeshopping
from domain.order.queries import count, detail, find, get, newest, page, status_of
from domain.order.schemas import (
    Delays,
    HistoryView,
    Kind,
    Line,
    LineView,
    OrderView,
    Pick,
    Purchase,
    Step,
)
from domain.order.service import (
    advance_due,
    anything_due,
    expire_due,
    lock,
    move,
)
from domain.order.states import MOVES, NAMES, PAID, STATUS_IDS, OrderStatus

__all__ = [
    "MOVES",
    "NAMES",
    "PAID",
    "STATUS_IDS",
    "Delays",
    "HistoryView",
    "HomeshoppingOrderNotFound",
    "IllegalMove",
    "Kind",
    "KokOrderNotFound",
    "Line",
    "LineView",
    "NotPaid",
    "NothingSelected",
    "Order",
    "OrderLine",
    "OrderNotFound",
    "OrderPlaced",
    "OrderStatus",
    "OrderStatusChanged",
    "OrderView",
    "Pick",
    "Purchase",
    "SelectionGone",
    "StatusUnknown",
    "Step",
    "advance_due",
    "anything_due",
    "bought_kok_products",
    "count",
    "detail",
    "expire_due",
    "find",
    "find_line",
    "get",
    "lines_since",
    "lock",
    "move",
    "newest",
    "order_of_line",
    "page",
    "place_from_cart",
    "place_homeshopping",
    "purchases_since",
    "resume_line",
    "status_of",
    "steps_of",
]
