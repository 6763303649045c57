"""Channels, products and broadcasts; only the broadcast moves itself."""

from datetime import datetime
from typing import Final

from sqlalchemy import Enum, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.homeshopping.errors import EndsBeforeStart, IllegalMove
from domain.homeshopping.events import (
    BackInStock,
    BroadcastCancelled,
    BroadcastEnded,
    BroadcastEvent,
    BroadcastMoved,
    BroadcastStarted,
    BroadcastStartingSoon,
    PriceChanged,
    ProductPinned,
    SoldOutOnAir,
)
from domain.homeshopping.schemas import BroadcastView, OfferView
from domain.homeshopping.states import (
    CANCELLED,
    ENDED,
    LIVE,
    MOVES,
    SCHEDULED,
    BroadcastStatus,
    Promotion,
)
from domain.kernel import Base, BigId, Gram, Sku

_TOLD: Final[dict[BroadcastStatus, type[BroadcastEvent]]] = {
    LIVE: BroadcastStarted,
    ENDED: BroadcastEnded,
    CANCELLED: BroadcastCancelled,
}


class Channel(Base):
    __tablename__ = "hs_channels"

    homeshopping_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(40))
    channel: Mapped[int]
    live_url: Mapped[str] = mapped_column(String(200))
    image: Mapped[str] = mapped_column(String(200))


class Product(Base):
    __tablename__ = "hs_products"

    product_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(300))
    store_name: Mapped[str] = mapped_column(String(100))
    image: Mapped[str] = mapped_column(String(200))
    sale_price: Mapped[int]
    dc_rate: Mapped[int]
    dc_price: Mapped[int]
    is_food: Mapped[bool]
    is_ingredient: Mapped[bool]
    # The broadcasts show it, so it is kept beside the price and changed under the shelf's lock.
    sold_out: Mapped[bool] = mapped_column(default=False)

    @property
    def sku(self) -> Sku:
        """Return the product's place on the shelf."""
        return self.sku_of(self.product_id)

    @staticmethod
    def sku_of(product_id: int) -> Sku:
        """Return the place on the shelf of the product with this number."""
        return Sku(f"hs-{product_id}")


class ProductGram(Base):
    """A product is filed under each gram of its name and its store's."""

    __tablename__ = "hs_grams"

    gram: Mapped[str] = mapped_column(Gram, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("hs_products.product_id"), primary_key=True)


class ProductDetail(Base):
    __tablename__ = "hs_product_details"
    __table_args__ = (Index(None, "product_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("hs_products.product_id"))
    detail_col: Mapped[str] = mapped_column(String(200))
    detail_val: Mapped[str] = mapped_column(Text)


class ProductPicture(Base):
    __tablename__ = "hs_product_images"
    __table_args__ = (Index(None, "product_id", "sort_order"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("hs_products.product_id"))
    sort_order: Mapped[int]
    img_url: Mapped[str] = mapped_column(String(200))


class Broadcast(Base):
    """One product in one slot of a channel; the rows of one slot share channel and start."""

    __tablename__ = "hs_broadcasts"
    __table_args__ = (
        Index(None, "starts_at", "live_id"),
        Index(None, "status", "starts_at"),
        Index(None, "status", "ends_at"),
        Index(None, "homeshopping_id", "starts_at"),
        Index(None, "product_id", "starts_at"),
    )

    live_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    homeshopping_id: Mapped[int] = mapped_column(ForeignKey("hs_channels.homeshopping_id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("hs_products.product_id"))
    promotion_type: Mapped[Promotion] = mapped_column(Enum(Promotion, native_enum=False, length=8))
    status: Mapped[BroadcastStatus] = mapped_column(
        Enum(BroadcastStatus, native_enum=False, length=12)
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    soon: Mapped[bool] = mapped_column(default=False)
    pinned: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    channel: Mapped[Channel] = relationship(lazy="raise")
    product: Mapped[Product] = relationship(lazy="raise")

    def move(self, to: BroadcastStatus, *, at: datetime) -> BroadcastEvent:
        """Change status and return the fact. Raises IllegalMove and changes nothing."""
        if to not in MOVES[self.status]:
            raise IllegalMove
        self.status = to
        self.pinned = self.pinned and to is LIVE
        return self._tell(_TOLD[to], at)

    def reschedule(self, starts_at: datetime, ends_at: datetime, *, at: datetime) -> BroadcastEvent:
        """Take another slot. Raises IllegalMove once on air, EndsBeforeStart."""
        if self.status is not SCHEDULED:
            raise IllegalMove
        if ends_at <= starts_at:
            raise EndsBeforeStart
        self.starts_at, self.ends_at, self.soon = starts_at, ends_at, False
        return self._tell(BroadcastMoved, at)

    def announce(self, *, at: datetime) -> BroadcastEvent:
        """Say that it starts soon. Raises IllegalMove unless it is still to come."""
        if self.status is not SCHEDULED:
            raise IllegalMove
        self.soon = True
        return self._tell(BroadcastStartingSoon, at)

    def pin(self, *, pinned: bool, at: datetime) -> BroadcastEvent:
        """Show this product now, or no longer. Raises IllegalMove unless on air."""
        if self.status is not LIVE:
            raise IllegalMove
        self.pinned = pinned
        return self._tell(ProductPinned, at)

    def retell_price(self, *, at: datetime) -> BroadcastEvent:
        """Tell the product's new price."""
        return self._tell(PriceChanged, at)

    def retell_stock(self, *, at: datetime) -> BroadcastEvent:
        """Tell that the product sold out, or is back."""
        return self._tell(SoldOutOnAir if self.product.sold_out else BackInStock, at)

    def view(self) -> BroadcastView:
        """Return the public face."""
        channel, product = self.channel, self.product
        return BroadcastView(
            live_id=self.live_id,
            homeshopping_id=channel.homeshopping_id,
            homeshopping_name=channel.name,
            homeshopping_channel=channel.channel,
            status=self.status,
            promotion_type=self.promotion_type,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            pinned=self.pinned,
            soon=self.soon,
            stream_url=channel.live_url,
            product=OfferView.model_validate(product),
            version=self.version,
        )

    def _tell(self, fact: type[BroadcastEvent], at: datetime) -> BroadcastEvent:
        self.version += 1
        return fact(at=at, broadcast=self.view())


class Like(Base):
    """Somebody wants to be told when the broadcast begins; told once, at ``reminded_at``."""

    __tablename__ = "hs_likes"
    __table_args__ = (
        UniqueConstraint("user_id", "live_id"),
        Index(None, "live_id", "reminded_at"),
        Index(None, "user_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId)
    live_id: Mapped[int] = mapped_column(ForeignKey("hs_broadcasts.live_id"))
    created_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]


class Search(Base):
    """What somebody looked for among the broadcasts."""

    __tablename__ = "hs_searches"
    __table_args__ = (Index(None, "user_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId)
    keyword: Mapped[str] = mapped_column(String(100))
    searched_at: Mapped[datetime]
