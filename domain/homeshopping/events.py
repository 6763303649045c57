"""What can happen to a broadcast, and to what is said of the products."""

from typing import ClassVar

from domain.homeshopping.schemas import BroadcastView
from domain.kernel import Event


class BroadcastEvent(Event):
    """A fact about one broadcast, told to its viewers and to everybody who reads the schedule."""

    broadcast: BroadcastView

    @property
    def subject(self) -> str:
        return f"live/{self.broadcast.live_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ("schedule", f"live:{self.broadcast.live_id}")


class BroadcastScheduled(BroadcastEvent):
    """There will be a broadcast."""

    kind: ClassVar[str] = "broadcast.scheduled"


class BroadcastMoved(BroadcastEvent):
    """The broadcast begins or ends at another time."""

    kind: ClassVar[str] = "broadcast.moved"


class BroadcastCancelled(BroadcastEvent):
    """There will be no broadcast."""

    kind: ClassVar[str] = "broadcast.cancelled"


class BroadcastStartingSoon(BroadcastEvent):
    """The broadcast begins in a few minutes."""

    kind: ClassVar[str] = "broadcast.starting_soon"


class BroadcastStarted(BroadcastEvent):
    """The broadcast is on air; its stream can be watched."""

    kind: ClassVar[str] = "broadcast.started"
    heard: ClassVar[bool] = True


class BroadcastEnded(BroadcastEvent):
    """The broadcast is over."""

    kind: ClassVar[str] = "broadcast.ended"


class ProductPinned(BroadcastEvent):
    """The product is what the broadcast is showing now, or no longer."""

    kind: ClassVar[str] = "broadcast.product_pinned"


class PriceChanged(BroadcastEvent):
    """The product on air costs something else now."""

    kind: ClassVar[str] = "broadcast.price_changed"


class SoldOutOnAir(BroadcastEvent):
    """Nothing is left of the product on air."""

    kind: ClassVar[str] = "broadcast.sold_out"


class BackInStock(BroadcastEvent):
    """The product on air can be bought again."""

    kind: ClassVar[str] = "broadcast.back_in_stock"


class HomeshoppingProductChanged(Event):
    """A product came into the shop, or reads differently now."""

    kind: ClassVar[str] = "homeshopping.product_changed"
    heard: ClassVar[bool] = True

    product_id: int

    @property
    def subject(self) -> str:
        return f"homeshopping/{self.product_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ()
