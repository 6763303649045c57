"""What the outside may see of the always-open shop."""

from datetime import datetime

from domain.kernel import View


class SellerInfo(View):
    """Who sells the product, as the law wants it shown."""

    kok_seller: str = ""
    kok_co_ceo: str = ""
    kok_co_reg_no: str = ""
    kok_co_ec_reg: str = ""
    kok_tell: str = ""
    kok_ver_item: str = ""
    kok_ver_date: str = ""
    kok_co_addr: str = ""
    kok_return_addr: str = ""
    kok_exchange_addr: str = ""


class ReviewStats(View):
    """What all buyers said together; ratios in percent."""

    review_cnt: int = 0
    review_score: float = 0.0
    ratio_5: int = 0
    ratio_4: int = 0
    ratio_3: int = 0
    ratio_2: int = 0
    ratio_1: int = 0
    aspect_price: str = ""
    aspect_price_ratio: int = 0
    aspect_delivery: str = ""
    aspect_delivery_ratio: int = 0
    aspect_taste: str = ""
    aspect_taste_ratio: int = 0


class KokDetailInfo(View):
    """One row of the product's information table."""

    kok_detail_col: str
    kok_detail_val: str


class KokReview(View):
    """What one buyer wrote."""

    nickname: str
    score: int
    date: str
    text: str
    price_eval: str
    delivery_eval: str
    taste_eval: str


class KokSearched(View):
    """What somebody looked for, and when."""

    id: int
    user_id: int
    keyword: str
    searched_at: datetime


class NewKokProduct(View):
    """A product as it is taken into the shop; the discounted price is in KRW."""

    kok_product_id: int
    name: str
    store_name: str
    image: str
    price: int
    discount_rate: int
    discounted_price: int
    stock: int
    is_ingredient: bool = False
    stats: ReviewStats = ReviewStats()
    seller: SellerInfo = SellerInfo()
    details: tuple[KokDetailInfo, ...] = ()
    images: tuple[str, ...] = ()
    reviews: tuple[KokReview, ...] = ()
