"""What can happen to an order."""

from typing import ClassVar

from domain.kernel import Event
from domain.order.schemas import OrderView
from domain.order.states import OrderStatus


class OrderEvent(Event):
    """A fact about an order, told to its buyer."""

    heard: ClassVar[bool] = True

    was: OrderStatus | None
    order: OrderView

    @property
    def subject(self) -> str:
        return f"order/{self.order.order_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return (f"order:{self.order.order_id}", f"user:{self.order.user_id}")


class OrderPlaced(OrderEvent):
    """Somebody promised to buy; the payment is still to come."""

    kind: ClassVar[str] = "order.placed"

    was: None = None


class OrderStatusChanged(OrderEvent):
    """The order took a step; `was` is where it stood before."""

    kind: ClassVar[str] = "order.status_changed"

    was: OrderStatus
