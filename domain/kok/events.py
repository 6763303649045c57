"""What can happen to a product of the always-open shop."""

from typing import ClassVar

from domain.kernel import Event
from domain.kok.schemas import KokProductView


class KokProductChanged(Event):
    """The product's price or stock is different now."""

    kind: ClassVar[str] = "product.changed"

    product: KokProductView

    @property
    def subject(self) -> str:
        return f"product/{self.product.sku}"

    @property
    def topics(self) -> tuple[str, ...]:
        return (f"product:{self.product.sku}",)
