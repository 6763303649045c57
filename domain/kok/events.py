"""What can happen to the always-open shop, and to what it says of its products."""

from typing import ClassVar

from domain.kernel import Event


class KokListsDoubted(Event):
    """Somebody in charge wants these lists read anew, in every process that keeps them."""

    kind: ClassVar[str] = "kok.doubted"

    name: str

    @property
    def subject(self) -> str:
        return f"kok/{self.name}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ()


class KokProductChanged(Event):
    """A product came into the shop, or reads differently now."""

    kind: ClassVar[str] = "kok.product_changed"
    heard: ClassVar[bool] = True

    kok_product_id: int

    @property
    def subject(self) -> str:
        return f"kok/{self.kok_product_id}"

    @property
    def topics(self) -> tuple[str, ...]:
        return ()
