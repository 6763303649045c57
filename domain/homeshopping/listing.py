"""Broadcasts read as columns: lists of them are told, never changed, so no entity is loaded."""

from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Row, Select, select

from domain.homeshopping.models import Broadcast, Channel, Product
from domain.homeshopping.schemas import BroadcastView, OfferView
from domain.homeshopping.states import CANCELLED

# What of a row makes the offer; the rest, but the store's pictures, makes the broadcast.
_OFFER: Final[tuple[Any, ...]] = (
    Product.product_id,
    Product.name,
    Product.store_name,
    Product.image,
    Product.sale_price,
    Product.dc_rate,
    Product.dc_price,
    Product.sold_out,
)
_SLOT: Final[tuple[Any, ...]] = (
    Broadcast.live_id,
    Broadcast.status,
    Broadcast.promotion_type,
    Broadcast.starts_at,
    Broadcast.ends_at,
    Broadcast.pinned,
    Broadcast.soon,
    Broadcast.version,
    Channel.homeshopping_id,
    Channel.name.label("homeshopping_name"),
    Channel.channel.label("homeshopping_channel"),
    Channel.live_url.label("stream_url"),
)
_WIDTH: Final = len(_SLOT)
_SLOT_FIELDS: Final = tuple(column.key for column in _SLOT)
_OFFER_FIELDS: Final = tuple(column.key for column in _OFFER)


@cache
def broadcasts() -> Select[Any]:
    """Return the statement of every broadcast with its channel and product.

    Drawn up once: to build it takes longer than the database takes to answer it.
    """
    every = select(*_SLOT, *_OFFER).select_from(Broadcast)
    # Each broadcast has both; joined so, MariaDB reads the broadcasts first, along their index.
    return every.outerjoin(Broadcast.channel).outerjoin(Broadcast.product)


@cache
def planned() -> Select[Any]:
    """Return the statement of the broadcasts that were not called off."""
    return broadcasts().where(Broadcast.status != CANCELLED)


def view_of(row: Row[Any]) -> BroadcastView:
    """Return the public face of one of the statement's rows."""
    slot = dict(zip(_SLOT_FIELDS, row, strict=False))
    offer = dict(zip(_OFFER_FIELDS, row[_WIDTH:], strict=False))
    offer["sku"] = Product.sku_of(cast("int", offer["product_id"]))
    return BroadcastView(**slot, product=OfferView(**offer))
