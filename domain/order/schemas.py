"""What the outside may see of an order, and what an order is made from."""

from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import AwareDatetime

from domain.kernel import Sku, View
from domain.order.states import OrderStatus

Kind = Literal["kok", "homeshopping"]


class HistoryView(View):
    """One step of a line's life."""

    status: OrderStatus
    status_name: str
    at: AwareDatetime


class LineView(View):
    """One product of an order; prices in KRW."""

    line_id: int
    kind: Kind
    product_id: int
    sku: Sku
    product_name: str
    image: str
    quantity: int
    unit_price: int
    line_total: int
    live_id: int | None
    recipe_id: int | None = None
    status: OrderStatus
    status_name: str
    history: tuple[HistoryView, ...]


class OrderView(View):
    """The public face of an order; a client keeps whichever has the higher version."""

    order_id: int
    user_id: int
    kind: Kind
    status: OrderStatus
    status_name: str
    version: int
    total_amount: int
    order_time: AwareDatetime
    pay_by: AwareDatetime
    cancel_time: AwareDatetime | None
    lines: tuple[LineView, ...]


class Line(Protocol):
    """One product of an order beside its order's time; ``delivered_at`` once it is there."""

    order_id: int
    order_time: datetime
    line_id: int
    kind: Kind
    product_id: int
    product_name: str
    image: str
    quantity: int
    unit_price: int
    line_total: int
    price_id: int | None
    recipe_id: int | None
    status: OrderStatus
    delivered_at: datetime | None


class Step(View):
    """One step of a line's life, and who took it; nobody is time, or the payment."""

    history_id: int
    status: OrderStatus
    at: AwareDatetime
    by: int | None


class Purchase(Protocol):
    """A product that somebody bought, and when."""

    order_id: int
    order_time: datetime
    kind: Kind
    product_id: int
    product_name: str
    quantity: int


class Pick(View):
    """A row of the cart and how many of it are ordered."""

    cart_id: int
    quantity: int


class NewLine(View):
    """A product as it is ordered: name, picture and price are kept as they were."""

    kind: Kind
    product_id: int
    sku: Sku
    product_name: str
    image: str
    quantity: int
    unit_price: int
    price_id: int | None = None
    recipe_id: int | None = None
    live_id: int | None = None


class Delays(View):
    """How long a paid order rests before each step that happens by itself."""

    preparing: timedelta
    shipping: timedelta
    delivered: timedelta
