"""The shelves of both shops and the recipes: the demo's words, varied until there are enough."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from benchmarks.filling.size import CHANNELS, DAYS, Rows, Size
from demo.catalogue import HsProduct, KokProduct, Review, load_catalogue
from demo.rows import Channel as DemoChannel
from domain.homeshopping.models import (
    Broadcast,
    Channel,
    Product,
    ProductDetail,
    ProductGram,
    ProductPicture,
)
from domain.homeshopping.states import ENDED, LIVE, SCHEDULED, Promotion
from domain.kernel import grams
from domain.kok.models import (
    KokDetail,
    KokGram,
    KokPicture,
    KokPrice,
    KokReviewRow,
)
from domain.kok.models import KokProduct as KokRow
from domain.recipe.models import Material, Recipe, RecipeGram

SORTS: Final = (
    "산지직송", "무농약", "소포장", "대용량", "못난이", "냉장", "프리미엄", "알뜰", "새벽배송",
    "당일수확", "유기농", "특가", "한입", "실속", "명품", "제철", "손질",
)  # fmt: skip
TOWNS: Final = ("영주", "나주", "제주", "강릉", "통영", "공주", "해남", "평창")
LASTING: Final = timedelta(hours=1)


def kok_shop(size: Size, now: datetime) -> Iterator[Rows]:
    """Return the always-open shop: every other product has a price history."""
    known = load_catalogue().kok_products
    chosen = [(n, known[n % len(known)], n // len(known)) for n in range(size.kok_products)]
    ids = size.kok_ids
    names = {ids[n]: _named(n, each.name, turn) for n, each, turn in chosen}
    stores = {ids[n]: _store(each.store_name, turn) for n, each, turn in chosen}
    listed = ((ids[n], each.price, _rates(n, each.discount_rate)) for n, each, _ in chosen)
    prices = _prices(listed, now)
    newest = {row["kok_product_id"]: row for row in prices}
    told = ("price_id", "discount_rate", "discounted_price")
    products = [
        _kok_row(each, n)
        | {"kok_product_id": ids[n], "name": names[ids[n]], "store_name": stores[ids[n]]}
        | {key: newest[ids[n]][key] for key in told}
        for n, each, _ in chosen
    ]
    filed = [{"gram": g, "kok_product_id": i} for i in ids for g in grams(names[i], stores[i])]
    yield KokRow, products
    yield KokPrice, prices
    yield KokGram, filed
    yield from _kok_pages(size, [(ids[n], each) for n, each, _ in chosen])


def _prices(
    listed: Iterable[tuple[int, int, Sequence[tuple[int, int]]]], now: datetime
) -> list[dict[str, Any]]:
    """Return each product's prices, the newest last.

    Numbered here, because a database that was emptied goes on counting where it was.
    """
    prices = (
        {
            "kok_product_id": product_id,
            "discount_rate": rate,
            "discounted_price": price * (100 - rate) // 1000 * 10,
            "since": now - timedelta(days=days),
        }
        for product_id, price, rates in listed
        for rate, days in rates
    )
    return [row | {"price_id": at} for at, row in enumerate(prices, start=1)]


def _kok_pages(size: Size, chosen: Sequence[tuple[int, KokProduct]]) -> Iterator[Rows]:
    """Return what the products' pages show: details, pictures, and every other one's reviews."""
    details = [
        {
            "kok_product_id": product_id,
            "kok_detail_col": detail.detail_col,
            "kok_detail_val": detail.detail_val,
        }
        for product_id, each in chosen
        for detail in each.details
    ]
    yield KokDetail, details
    ids = [product_id for product_id, _ in chosen]
    pictures = (
        {"kok_product_id": i, "img_url": f"/api/media/{i}-{n}"} for i in ids for n in (1, 2)
    )
    yield KokPicture, list(pictures)
    written = [review for each in load_catalogue().kok_products for review in each.reviews]
    reviews = [
        _review(written[(i * 7 + n) % len(written)]) | {"kok_product_id": i}
        for i in ids
        if i % 2 == 0
        for n in range(size.reviews_each)
    ]
    yield KokReviewRow, reviews


def hs_shop(size: Size, now: datetime) -> Iterator[Rows]:
    """Return the channels, their products and two weeks of broadcasts around now."""
    catalogue = load_catalogue()
    yield Channel, [_channel(each) for each in catalogue.channels]
    known = catalogue.hs_products
    chosen = [(n, known[n % len(known)], n // len(known)) for n in range(size.hs_products)]
    ids = size.hs_ids
    products = [
        _hs_row(each)
        | {"product_id": ids[n], "name": _named(n, each.product_name, turn)}
        | {"store_name": _store(each.store_name, turn)}
        for n, each, turn in chosen
    ]
    yield Product, products
    filed = ((p["product_id"], grams(p["name"], p["store_name"])) for p in products)
    yield ProductGram, [{"gram": gram, "product_id": i} for i, found in filed for gram in found]
    details = [
        {"product_id": ids[n], **detail.model_dump()}
        for n, each, _ in chosen
        for detail in each.details
    ]
    yield ProductDetail, details
    pictures = [
        {"product_id": i, "sort_order": n, "img_url": f"/api/media/{i}-{n}"}
        for i in ids
        for n in (1, 2, 3)
    ]
    yield ProductPicture, pictures
    yield Broadcast, _broadcasts(size, now)


def _channel(each: DemoChannel) -> dict[str, Any]:
    return {
        "homeshopping_id": each.homeshopping_id,
        "name": each.name,
        "channel": each.number,
        "live_url": f"/static/media/live/index.m3u8?channel={each.homeshopping_id}",
        "image": f"/api/media/channel-{each.homeshopping_id}",
    }


def recipes(size: Size) -> Iterator[Rows]:
    """Return the recipes; each has the dish's own ingredients and some that anybody has."""
    known = load_catalogue().recipes
    pantry = sorted({m.material_name for each in known for m in each.materials})
    rows, materials = [], []
    for n, recipe_id in enumerate(size.recipe_ids):
        each, turn = known[n % len(known)], n // len(known)
        about = each.model_dump(exclude={"materials", "recipe_id"})
        title = f"{SORTS[turn % len(SORTS)]} {each.recipe_title}" if turn else each.recipe_title
        scraps = (each.scrap_count * 31 + n * 97) % 40_000
        rows.append(
            about
            | {"recipe_id": recipe_id, "recipe_title": title, "scrap_count": scraps}
            | {"thumbnail_url": f"/api/media/recipe-{recipe_id}"}
        )
        own = [m.model_dump() for m in each.materials]
        missing = max(0, size.materials_each - len(own))
        extra = {pantry[(n * 13 + k * 29) % len(pantry)] for k in range(missing)}
        more = extra - {m["material_name"] for m in own}
        own += [
            {"material_name": name, "measure_amount": "1", "measure_unit": "큰술"}
            for name in sorted(more)
        ]
        materials += [{"recipe_id": recipe_id, **material} for material in own]
    yield Recipe, rows
    yield Material, materials
    filed = ((r["recipe_id"], grams(r["cooking_name"], r["recipe_title"])) for r in rows)
    yield RecipeGram, [{"gram": gram, "recipe_id": i} for i, found in filed for gram in found]


def _named(n: int, name: str, turn: int) -> str:
    return f"{SORTS[(n + turn) % len(SORTS)]} {name}" if turn else name


def _store(name: str, turn: int) -> str:
    return f"{TOWNS[turn % len(TOWNS)]} {name}" if turn else name


def _rates(n: int, rate: int) -> Sequence[tuple[int, int]]:
    present = (rate * 7 + n * 13) % 71  # some at the full price, no rate twice as often as another
    return ((present, 30),) if n % 2 else ((present // 2, 90), (present, 30))


def _kok_row(each: KokProduct, n: int) -> dict[str, Any]:
    told = {name: getattr(each, name) for name in KokProduct.model_fields if hasattr(KokRow, name)}
    seller = each.seller
    return told | {
        "image": f"/api/media/kok-{n}",
        "review_cnt": (each.review_cnt * 17 + n * 37) % 3_000,
        "review_score": round(3 + (n * 7 % 200) / 100, 2),
        "kok_seller": seller.seller,
        "kok_co_ceo": seller.co_ceo,
        "kok_co_reg_no": seller.co_reg_no,
        "kok_co_ec_reg": seller.co_ec_reg,
        "kok_tell": seller.tell,
        "kok_ver_item": seller.ver_item,
        "kok_ver_date": seller.ver_date.isoformat(),
        "kok_co_addr": seller.co_addr,
        "kok_return_addr": seller.return_addr,
        "kok_exchange_addr": seller.exchange_addr,
    }


def _review(each: Review) -> dict[str, Any]:
    about = each.model_dump(exclude={"kok_product_id"})
    return about | {"date": each.date.isoformat()}


def _hs_row(each: HsProduct) -> dict[str, Any]:
    names = ("sale_price", "dc_rate", "dc_price", "is_food", "is_ingredient")
    told = {name: getattr(each, name) for name in names}
    return told | {"image": f"/api/media/{each.sku}", "sold_out": False}


def _broadcasts(size: Size, now: datetime) -> list[dict[str, Any]]:
    step = timedelta(days=DAYS) / size.broadcasts
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS / 2)
    rows = []
    for n, live_id in enumerate(size.live_ids):
        starts_at = (first + n * step).replace(second=0, microsecond=0)
        ends_at = starts_at + LASTING
        over, begun = ends_at <= now, starts_at <= now
        rows.append(
            {
                "live_id": live_id,
                "homeshopping_id": 1 + n % CHANNELS,
                "product_id": size.hs_ids[n % size.hs_products],
                "promotion_type": Promotion.SUB if n % 3 == 2 else Promotion.MAIN,
                "status": ENDED if over else LIVE if begun else SCHEDULED,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "soon": begun,
                "pinned": False,
                "version": 1,
            }
        )
    return rows
