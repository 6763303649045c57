"""Products of the always-open shop, their prices over time, and carts."""

from datetime import datetime
from typing import cast

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel import Base, BigId, Gram, Sku

# MariaDB's FLOAT is not the value that was read from it, and a cursor asks for that value.
_SCORE = Numeric(3, 2, asdecimal=False).with_variant(Float(), "sqlite")


class KokProduct(Base):
    """A product with its present price; ``price_id`` names the row of the price history."""

    __tablename__ = "kok_products"
    __table_args__ = (
        Index(None, "discount_rate", "kok_product_id"),
        Index(None, "review_cnt", "review_score", "kok_product_id"),
        Index(None, "review_score", "review_cnt", "kok_product_id"),
        Index(None, "store_name", "review_cnt"),
    )

    kok_product_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(300))
    store_name: Mapped[str] = mapped_column(String(100))
    image: Mapped[str] = mapped_column(String(200))
    price: Mapped[int]
    price_id: Mapped[int | None] = mapped_column(BigId)
    discount_rate: Mapped[int]
    discounted_price: Mapped[int]
    review_cnt: Mapped[int] = mapped_column(default=0)
    review_score: Mapped[float] = mapped_column(_SCORE, default=0.0)
    ratio_5: Mapped[int] = mapped_column(default=0)
    ratio_4: Mapped[int] = mapped_column(default=0)
    ratio_3: Mapped[int] = mapped_column(default=0)
    ratio_2: Mapped[int] = mapped_column(default=0)
    ratio_1: Mapped[int] = mapped_column(default=0)
    aspect_price: Mapped[str] = mapped_column(String(30), default="")
    aspect_price_ratio: Mapped[int] = mapped_column(default=0)
    aspect_delivery: Mapped[str] = mapped_column(String(30), default="")
    aspect_delivery_ratio: Mapped[int] = mapped_column(default=0)
    aspect_taste: Mapped[str] = mapped_column(String(30), default="")
    aspect_taste_ratio: Mapped[int] = mapped_column(default=0)
    is_ingredient: Mapped[bool] = mapped_column(default=False)
    kok_seller: Mapped[str] = mapped_column(String(100), default="")
    kok_co_ceo: Mapped[str] = mapped_column(String(100), default="")
    kok_co_reg_no: Mapped[str] = mapped_column(String(50), default="")
    kok_co_ec_reg: Mapped[str] = mapped_column(String(50), default="")
    kok_tell: Mapped[str] = mapped_column(String(50), default="")
    kok_ver_item: Mapped[str] = mapped_column(String(50), default="")
    kok_ver_date: Mapped[str] = mapped_column(String(50), default="")
    kok_co_addr: Mapped[str] = mapped_column(String(200), default="")
    kok_return_addr: Mapped[str] = mapped_column(String(200), default="")
    kok_exchange_addr: Mapped[str] = mapped_column(String(200), default="")

    @property
    def sku(self) -> Sku:
        """Return the product's place on the shelf."""
        return Sku(f"kok-{self.kok_product_id}")


class KokGram(Base):
    """A product is filed under each gram of its name and its store's."""

    __tablename__ = "kok_grams"

    gram: Mapped[str] = mapped_column(Gram, primary_key=True)
    kok_product_id: Mapped[int] = mapped_column(
        ForeignKey("kok_products.kok_product_id"), primary_key=True
    )


class KokPrice(Base):
    """A price the product once had; the highest id is the present one."""

    __tablename__ = "kok_prices"
    __table_args__ = (Index(None, "kok_product_id", "price_id"),)

    price_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kok_product_id: Mapped[int] = mapped_column(ForeignKey("kok_products.kok_product_id"))
    discount_rate: Mapped[int]
    discounted_price: Mapped[int]
    since: Mapped[datetime]


class KokDetail(Base):
    __tablename__ = "kok_details"
    __table_args__ = (Index(None, "kok_product_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kok_product_id: Mapped[int] = mapped_column(ForeignKey("kok_products.kok_product_id"))
    kok_detail_col: Mapped[str] = mapped_column(String(200))
    kok_detail_val: Mapped[str] = mapped_column(Text)


class KokPicture(Base):
    __tablename__ = "kok_images"
    __table_args__ = (Index(None, "kok_product_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kok_product_id: Mapped[int] = mapped_column(ForeignKey("kok_products.kok_product_id"))
    img_url: Mapped[str] = mapped_column(String(200))


class KokReviewRow(Base):
    __tablename__ = "kok_reviews"
    __table_args__ = (Index(None, "kok_product_id", "date"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    kok_product_id: Mapped[int] = mapped_column(ForeignKey("kok_products.kok_product_id"))
    nickname: Mapped[str] = mapped_column(String(30))
    score: Mapped[int]
    date: Mapped[str] = mapped_column(String(30))
    text: Mapped[str] = mapped_column(Text)
    price_eval: Mapped[str] = mapped_column(String(30))
    delivery_eval: Mapped[str] = mapped_column(String(30))
    taste_eval: Mapped[str] = mapped_column(String(30))


class KokLike(Base):
    """Somebody likes a product."""

    __tablename__ = "kok_likes"
    __table_args__ = (
        UniqueConstraint("user_id", "kok_product_id"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "kok_product_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId)
    kok_product_id: Mapped[int] = mapped_column(ForeignKey("kok_products.kok_product_id"))
    created_at: Mapped[datetime]


class KokSearch(Base):
    """What somebody looked for in the shop."""

    __tablename__ = "kok_searches"
    __table_args__ = (Index(None, "user_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId)
    keyword: Mapped[str] = mapped_column(String(100))
    searched_at: Mapped[datetime]


class CartItem(Base):
    """One product in somebody's cart, at the price it had when it was put there."""

    __tablename__ = "kok_carts"
    __table_args__ = (
        UniqueConstraint("user_id", "kok_product_id"),
        Index(None, "user_id", "created_at"),
        Index(None, "kok_product_id", "user_id"),
        CheckConstraint("quantity >= 1", name="quantity_positive"),
    )

    cart_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigId)
    kok_product_id: Mapped[int] = mapped_column(ForeignKey("kok_products.kok_product_id"))
    price_id: Mapped[int] = mapped_column(ForeignKey("kok_prices.price_id"))
    recipe_id: Mapped[int | None] = mapped_column(BigId)
    quantity: Mapped[int]
    created_at: Mapped[datetime]


# Core's tables, for hot statements: an entity costs them a third more.
PRODUCTS, PRICES, REVIEWS, LIKES, SEARCHES, CARTS = (
    cast("Table", model.__table__)
    for model in (KokProduct, KokPrice, KokReviewRow, KokLike, KokSearch, CartItem)
)
