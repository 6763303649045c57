"""The REST doors of a product's own page."""

import pytest

from domain import kok
from tests.patience import until
from tests.shelf import a_kok, shelve
from tests.stall import KOK

WRITTEN = 4100
PAGES = ("info", "tabs", "reviews", "seller-details")


def path_of(kok_product_id, page):
    return f"/api/kok/product/{kok_product_id}/{page}"


def a_review(date, nickname="맛객"):
    return kok.KokReview(
        nickname=nickname,
        score=5,
        date=date,
        text="싱싱해요",
        price_eval="좋아요",
        delivery_eval="빨라요",
        taste_eval="맛있어요",
    )


@pytest.fixture
async def written(house, stall):
    """A product that everything is known of."""
    product = a_kok(
        WRITTEN,
        reviews=tuple(a_review(f"2026-03-0{day}", name) for day, name in ((1, "가"), (2, "나"))),
        images=("/api/media/a", "/api/media/b"),
        details=(kok.KokDetailInfo(kok_detail_col="원산지", kok_detail_val="국산"),),
        seller=kok.SellerInfo(kok_co_ceo="김대표", kok_tell="02-000-0000", kok_seller="콩마을"),
    ).model_copy(
        update={
            "stats": kok.ReviewStats(
                review_cnt=2,
                review_score=4.5,
                ratio_5=50,
                ratio_4=50,
                aspect_price="가성비 좋아요",
                aspect_price_ratio=80,
            )
        }
    )
    await shelve(house.state["db"], product)


async def test_a_product_tells_its_price_and_stock(client, stall):
    """The earlier fields, and the view that the channels tell."""
    answer = await client.get(path_of(KOK, "info"))

    body = answer.json()
    stock = body.pop("stock")
    assert body == {
        "kok_product_id": KOK,
        "kok_product_name": "두부 5001",
        "kok_store_name": "콩마을",
        "kok_thumbnail": "/api/media/kok",
        "kok_product_price": 10_000,
        "kok_discount_rate": 20,
        "kok_discounted_price": 8_000,
        "kok_review_cnt": 0,
        "is_liked": False,
    }
    assert (stock["sku"], stock["available"], stock["sold_out"]) == ("kok-5001", 10, False)


@pytest.mark.parametrize("page", PAGES)
async def test_an_unknown_product_is_404(client, stall, page):
    """Fault 8.1.16: tabs never were; in the earlier API's words."""
    answer = await client.get(path_of(987_654, page))
    assert (answer.status_code, answer.json()["detail"]) == (404, "상품이 존재하지 않습니다.")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kok_product_id", ["0", "-1", "tofu", "99999999999999999999"])
async def test_what_is_no_products_id_is_422(client, stall, page, kok_product_id):
    """Rather than a failure of the database."""
    assert (await client.get(path_of(kok_product_id, page))).status_code == 422


async def test_a_new_price_and_what_is_sold_are_seen(house, client, clock, stall, buyer):
    """Facts end what is kept of the product, for strangers and for those who are known."""

    async def info(headers):
        body = (await client.get(path_of(KOK, "info"), headers=headers)).json()
        return body["kok_discounted_price"], body["stock"]["available"]

    everybody = (None, buyer.headers)
    assert [await info(each) for each in everybody] == [(8_000, 10)] * 2
    async with house.state["db"].sessions.begin() as session:
        await kok.change_price(session, KOK, rate=55, price=4_500, now=clock())
    row = await buyer.put_in_cart(quantity=2)
    picks = {"selected_items": [{"kok_cart_id": row, "quantity": 2}]}
    assert (await buyer.post("/api/orders/kok/carts/order", picks)).status_code == 201
    await house.state["live"].relay.relay_once()

    async def seen():
        return [await info(each) for each in everybody] == [(4_500, 8)] * 2

    await until(seen)


async def test_whether_it_is_liked_is_each_callers_own(client, stall, buyer, stranger):
    """What is kept for all says nothing about anybody, and nobody's answer is kept for others."""
    await buyer.post("/api/kok/likes/toggle", {"kok_product_id": KOK})
    headers = (None, buyer.headers, stranger.headers, buyer.headers, None)
    answers = [await client.get(path_of(KOK, "info"), headers=each) for each in headers]

    assert [each.json()["is_liked"] for each in answers] == [False, True, False, True, False]
    assert ["public" in each.headers["cache-control"] for each in answers] == [
        *[True, False],
        *[False, False, True],
    ]


async def test_pictures_are_told_in_their_order(client, written, stall):
    """A product without any has an empty list."""
    images = (await client.get(path_of(WRITTEN, "tabs"))).json()["images"]

    assert [each["kok_img_url"] for each in images] == ["/api/media/a", "/api/media/b"]
    assert {each["kok_product_id"] for each in images} == {WRITTEN}
    assert (await client.get(path_of(KOK, "tabs"))).json() == {"images": []}


async def test_reviews_are_told_with_what_they_say_together(client, written):
    """The newest first; the web client calls the nickname ``kok_review_user``."""
    body = (await client.get(path_of(WRITTEN, "reviews"))).json()

    assert body["stats"] == {
        "kok_review_score": 4.5,
        "kok_review_cnt": 2,
        "kok_5_ratio": 50,
        "kok_4_ratio": 50,
        "kok_3_ratio": 0,
        "kok_2_ratio": 0,
        "kok_1_ratio": 0,
        "kok_aspect_price": "가성비 좋아요",
        "kok_aspect_price_ratio": 80,
        "kok_aspect_delivery": "",
        "kok_aspect_delivery_ratio": 0,
        "kok_aspect_taste": "",
        "kok_aspect_taste_ratio": 0,
    }
    newest, older = body["reviews"]
    assert (newest.pop("kok_review_id") > older["kok_review_id"], body["next_cursor"]) == (
        True,
        None,
    )
    assert newest == {
        "kok_product_id": WRITTEN,
        "kok_nickname": "나",
        "kok_review_user": "나",
        "kok_review_date": "2026-03-02",
        "kok_review_score": 5,
        "kok_price_eval": "좋아요",
        "kok_delivery_eval": "빨라요",
        "kok_taste_eval": "맛있어요",
        "kok_review_text": "싱싱해요",
    }


async def test_reviews_come_in_parts_if_so_wished(client, house, stall):
    """Reviews of one day do not change places between parts."""
    reviews = tuple(a_review("2026-03-01", f"맛객 {n}") for n in range(5))
    await shelve(house.state["db"], a_kok(WRITTEN, reviews=reviews))

    async def part(**params):
        body = (await client.get(path_of(WRITTEN, "reviews"), params=params)).json()
        return [each["kok_review_id"] for each in body["reviews"]], body["next_cursor"]

    every, end = await part()
    first, cursor = await part(size=2)
    rest, _ = await part(size=3, cursor=cursor)
    assert (len(every), end, first + rest) == (5, None, every)
    assert await part(size=2, page=3) == (every[4:], None)
    assert every == sorted(every, reverse=True)


async def test_a_seller_is_told_as_the_law_wants(client, written, stall):
    """What is not known is empty, never null; who sells besides is nobody's business."""
    body = (await client.get(path_of(WRITTEN, "seller-details"))).json()

    assert body == {
        "seller_info": {
            "kok_co_ceo": "김대표",
            "kok_co_reg_no": "",
            "kok_co_ec_reg": "",
            "kok_tell": "02-000-0000",
            "kok_ver_item": "",
            "kok_ver_date": "",
            "kok_co_addr": "",
            "kok_return_addr": "",
        },
        "detail_info": [{"kok_detail_col": "원산지", "kok_detail_val": "국산"}],
    }
    assert (await client.get(path_of(KOK, "seller-details"))).json()["detail_info"] == []


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_is_confirmed_by_its_etag(client, written, page):
    """A stranger's answer is everybody's."""
    first = await client.get(path_of(WRITTEN, page))
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get(path_of(WRITTEN, page), headers=known)).status_code == 304


async def test_looking_at_a_product_is_noted(client, notebook, written, buyer):
    """For the event log, of those who are known."""
    for page in PAGES:
        for headers in (None, buyer.headers):
            await client.get(path_of(WRITTEN, page), headers=headers)

    seen = [(e.event_type, e.event_data) for e in notebook.noted if "product_" in e.event_type]
    this = {"kok_product_id": WRITTEN}
    assert seen == [
        ("kok_product_info_view", this),
        ("kok_product_tabs_view", this | {"tab_count": 2}),
        ("kok_product_reviews_view", this),
        ("kok_product_details_view", this),
    ]
