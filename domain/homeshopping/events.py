"""What can happen to a broadcast."""

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
    kind: ClassVar[str] = "broadcast.scheduled"


class BroadcastMoved(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.moved"


class BroadcastCancelled(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.cancelled"


class BroadcastStartingSoon(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.starting_soon"


class BroadcastStarted(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.started"


class BroadcastEnded(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.ended"


class ProductPinned(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.product_pinned"


class PriceChanged(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.price_changed"


class SoldOutOnAir(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.sold_out"


class BackInStock(BroadcastEvent):
    kind: ClassVar[str] = "broadcast.back_in_stock"
