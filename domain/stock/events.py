"""What can happen to a sellable thing."""

from typing import ClassVar

from domain.kernel import Event
from domain.stock.schemas import ProductView


class ProductChanged(Event):
    """The product's price or stock is different now."""

    kind: ClassVar[str] = "product.changed"

    product: ProductView

    @property
    def subject(self) -> str:
        return f"product/{self.product.sku}"

    @property
    def topics(self) -> tuple[str, ...]:
        return (f"product:{self.product.sku}",)


class ProductPriced(ProductChanged):
    """The product costs something else now; lists that are ordered by price change with it."""

    kind: ClassVar[str] = "product.priced"
