"""What the outside may see of broadcasts and their products."""

from datetime import date

from pydantic import AwareDatetime

from domain.homeshopping.states import BroadcastStatus, Promotion
from domain.kernel import Sku, View


class OfferView(View):
    """What a broadcast sells; prices in KRW, ``dc_rate`` in percent."""

    product_id: int
    sku: Sku
    name: str
    store_name: str
    image: str
    sale_price: int
    dc_rate: int
    dc_price: int
    sold_out: bool


class BroadcastView(View):
    """One product in one slot of a channel; a client keeps whichever has the higher version."""

    live_id: int
    homeshopping_id: int
    homeshopping_name: str
    homeshopping_channel: int
    status: BroadcastStatus
    promotion_type: Promotion
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    pinned: bool
    soon: bool
    stream_url: str | None
    product: OfferView
    version: int


class ScheduleView(View):
    """Every broadcast of one business day in Seoul, whatever its status."""

    date: date
    broadcasts: tuple[BroadcastView, ...]


class DetailInfo(View):
    """One row of the product's information table."""

    detail_col: str
    detail_val: str


class ProductImage(View):
    """One picture of the product's page."""

    img_url: str | None
    sort_order: int


class SearchView(View):
    """What somebody looked for, and when."""

    id: int
    user_id: int
    keyword: str
    searched_at: AwareDatetime


class NewProduct(View):
    """A product as it is taken into the shop."""

    product_id: int
    name: str
    store_name: str
    image: str
    sale_price: int
    dc_rate: int
    dc_price: int
    stock: int
    is_food: bool = True
    is_ingredient: bool = False
    details: tuple[DetailInfo, ...] = ()
    images: tuple[str, ...] = ()


class NewChannel(View):
    """A home-shopping channel; ``live_url`` is an HLS playlist."""

    homeshopping_id: int
    name: str
    channel: int
    live_url: str
    image: str


class NewBroadcast(View):
    """A product planned for a slot of a channel."""

    homeshopping_id: int
    product_id: int
    promotion_type: Promotion
    starts_at: AwareDatetime
    ends_at: AwareDatetime
