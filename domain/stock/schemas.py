"""What the outside may see of a sellable thing, whichever shop sells it."""

from typing import Literal

from domain.kernel import Sku, View


class ProductView(View):
    """A product's price (KRW) and stock; a client keeps whichever has the higher version."""

    sku: Sku
    kind: Literal["homeshopping", "kok"]
    product_id: int
    name: str
    image: str
    sale_price: int
    dc_rate: int
    dc_price: int
    available: int
    sold_out: bool
    version: int
