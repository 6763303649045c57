"""The rows of the demo shop: what a channel, a product, a review, a recipe and an account are."""

from datetime import date
from typing import Annotated, Self

from pydantic import (
    EmailStr,
    Field,
    NonNegativeInt,
    PositiveInt,
    StringConstraints,
    model_validator,
)

from demo.programme import Record

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Won = Annotated[int, Field(gt=0, multiple_of=10)]
Percent = Annotated[int, Field(ge=0, le=100)]
Rate = Annotated[int, Field(ge=0, le=90)]


class Channel(Record):
    """A home-shopping channel; ``number`` is where it sits on the television."""

    homeshopping_id: PositiveInt
    name: Annotated[Text, StringConstraints(max_length=20)]
    number: PositiveInt
    tint: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]


class Detail(Record):
    """One line of a product's information table."""

    detail_col: Text
    detail_val: Text


class HsProduct(Record):
    """A product of the broadcasts; prices in won."""

    product_id: PositiveInt
    product_name: Annotated[Text, StringConstraints(max_length=80)]
    store_name: Text
    category: Text
    sale_price: Won
    dc_rate: Rate
    stock: PositiveInt
    is_food: bool
    is_ingredient: bool
    details: Annotated[tuple[Detail, ...], Field(min_length=3)]

    @property
    def sku(self) -> str:
        """Return the name under which stock is kept."""
        return f"hs-{self.product_id}"

    @property
    def dc_price(self) -> int:
        """Return what a buyer pays, rounded down to ten won."""
        return discounted(self.sale_price, self.dc_rate)


class Seller(Record):
    """Who sells in the kok shop, with the particulars the law asks for."""

    store_name: Text
    seller: Text
    co_ceo: Text
    co_reg_no: Text
    co_ec_reg: Text
    tell: Text
    ver_item: Text
    ver_date: date
    co_addr: Text
    return_addr: Text
    exchange_addr: Text


class Review(Record):
    """What a buyer wrote; ``taste_eval`` is empty for what is not eaten."""

    kok_product_id: PositiveInt
    nickname: Annotated[Text, StringConstraints(max_length=30)]
    score: Annotated[int, Field(ge=1, le=5)]
    date: date
    text: Text
    price_eval: Text
    delivery_eval: Text
    taste_eval: str


class KokProduct(Record):
    """A product of the always-open shop; ratios in percent of its reviews, per score."""

    kok_product_id: PositiveInt
    name: Annotated[Text, StringConstraints(max_length=80)]
    store_name: Text
    category: Text
    price: Won
    discount_rate: Rate
    stock: PositiveInt
    is_ingredient: bool
    review_cnt: NonNegativeInt
    review_score: Annotated[float, Field(ge=0, le=5)]
    ratio_5: Percent
    ratio_4: Percent
    ratio_3: Percent
    ratio_2: Percent
    ratio_1: Percent
    aspect_price: str
    aspect_price_ratio: Percent
    aspect_delivery: str
    aspect_delivery_ratio: Percent
    aspect_taste: str
    aspect_taste_ratio: Percent
    seller: Seller
    details: Annotated[tuple[Detail, ...], Field(min_length=3)]
    reviews: tuple[Review, ...]

    @model_validator(mode="after")
    def _ratios_add_up(self) -> Self:
        ratios = (self.ratio_1, self.ratio_2, self.ratio_3, self.ratio_4, self.ratio_5)
        if sum(ratios) != (100 if self.review_cnt else 0):
            raise ValueError(f"the ratios of {self.kok_product_id} add up to {sum(ratios)}")
        if self.review_cnt < len(self.reviews):
            raise ValueError(f"{self.kok_product_id} shows more reviews than it counts")
        return self

    @property
    def sku(self) -> str:
        """Return the name under which stock is kept."""
        return f"kok-{self.kok_product_id}"

    @property
    def discounted_price(self) -> int:
        """Return what a buyer pays, rounded down to ten won."""
        return discounted(self.price, self.discount_rate)


class Material(Record):
    """One ingredient of a recipe; the amount stays text, as recipes write it."""

    material_name: Text
    measure_amount: str
    measure_unit: str


class Recipe(Record):
    """A dish and what goes into it."""

    recipe_id: PositiveInt
    recipe_title: Annotated[Text, StringConstraints(max_length=200)]
    cooking_name: Annotated[Text, StringConstraints(max_length=40)]
    scrap_count: NonNegativeInt
    cooking_case_name: Text
    cooking_category_name: Text
    cooking_introduction: Text
    number_of_serving: Text
    materials: Annotated[tuple[Material, ...], Field(min_length=2)]


class Account(Record):
    """Somebody to log in as."""

    email: EmailStr
    password: Annotated[str, StringConstraints(min_length=8, max_length=72)]
    username: Text


def discounted(price: int, rate: int) -> int:
    """Return the price less ``rate`` per cent, rounded down to ten won."""
    return price * (100 - rate) // 1000 * 10
