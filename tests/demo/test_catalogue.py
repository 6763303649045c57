"""The demo shop is whole, believable in number, and always on air."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from pydantic import ValidationError

from demo.catalogue import Pattern, load_catalogue, plan_days, plan_week
from demo.gallery import picture_of
from demo.pictures import dish, logo, picture
from domain.kernel.time import KST, business_day

PICTURE_BYTES_MAX = 6_000
MOMENTS = [
    datetime(2026, 11, 21, 4, 5, 19, 123456, tzinfo=UTC),
    datetime(2026, 11, 20, 14, 59, 30, tzinfo=UTC),
    datetime(2026, 11, 20, 15, 0, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 14, 58, 31, tzinfo=UTC),
    datetime(2027, 2, 28, 18, 30, 0, tzinfo=UTC),
    datetime(2026, 11, 22, 12, 0, 0, tzinfo=KST),
    datetime(2026, 11, 23, 4, 29, 59, 999999, tzinfo=KST),
    datetime(2026, 11, 23, 0, 30, 0, tzinfo=KST),
]


@pytest.fixture(scope="module")
def shop():
    """Return the demo shop as it is read from its files."""
    return load_catalogue()


def slot(at, *, minutes=60, main=1):
    """Write one slot as the file would."""
    return {"at": at, "minutes": minutes, "main": main}


def test_the_shop_has_the_promised_size(shop):
    """8 channels, 120 products, 300 in the kok shop, 60 recipes, about 600 reviews, 2 accounts."""
    counts = [len(shop.channels), len(shop.hs_products), len(shop.kok_products), len(shop.recipes)]
    assert counts == [8, 120, 300, 60]
    assert 550 <= sum(len(product.reviews) for product in shop.kok_products) <= 650
    assert [account.email for account in shop.accounts] == [
        "jimin@example.com",
        "seojun@example.com",
    ]


def test_ids_are_unique_and_start_where_people_expect_them(shop):
    """Channels count from 1, products from 1001 and from 5001."""
    assert [c.homeshopping_id for c in shop.channels] == list(range(1, 9))
    assert [p.product_id for p in shop.hs_products] == list(range(1001, 1121))
    assert [p.kok_product_id for p in shop.kok_products] == list(range(5001, 5301))
    assert len({r.recipe_id for r in shop.recipes}) == 60


def test_names_and_reviews_do_not_repeat(shop):
    """Two products are never told apart by their number only, and nobody pastes a review."""
    names = [p.product_name for p in shop.hs_products] + [p.name for p in shop.kok_products]
    texts = [review.text for product in shop.kok_products for review in product.reviews]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [text for text, count in Counter(texts).items() if count > 1] == []


def test_three_quarters_are_food_and_some_stock_is_nearly_gone(shop):
    """Food leads, and a few products have so little stock that it visibly runs out."""
    food = [p for p in shop.hs_products if p.is_food]
    scarce = [p for p in shop.hs_products if p.stock <= 15]
    assert 0.7 <= len(food) / len(shop.hs_products) <= 0.85
    assert 3 <= len(scarce) <= 12


def test_discounts_are_rounded_down_to_ten_won(shop):
    """45,900 won less 24 % is 34,884 won, which is sold at 34,880."""
    assert shop.hs_products[0].dc_price == 34_880
    assert all(p.dc_price % 10 == 0 and p.dc_price <= p.sale_price for p in shop.hs_products)
    assert all(p.discounted_price % 10 == 0 for p in shop.kok_products)


def test_every_product_is_shown_sometime(shop):
    """The programme of the week leaves nothing on the shelf."""
    assert shop.pattern.product_ids == {p.product_id for p in shop.hs_products}


def test_a_pattern_that_overlaps_itself_is_refused():
    """A channel shows one thing at a time, also over the end of the week."""
    days = {"mon": [slot("00:30")], "sun": [slot("23:50")]}
    with pytest.raises(ValidationError, match="overlaps itself"):
        Pattern.model_validate({"specials": [{"main": 1}], "channels": {1: days}})


def test_a_pattern_with_a_dark_minute_is_refused():
    """A minute in which nothing is on air is named."""
    days = {"mon": [slot("00:00")]}
    with pytest.raises(ValidationError, match="nothing is on air at minute 60"):
        Pattern.model_validate({"specials": [{"main": 1}], "channels": {1: days}})


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_every_minute_of_the_planned_week_has_something_on_air(shop, now):
    """From the day before to six days after, no minute is dark."""
    plan = plan_week(shop.pattern, now)
    reach = plan[0].starts_at
    for planned in plan:
        assert planned.starts_at <= reach
        reach = max(reach, planned.ends_at)
    assert business_day(plan[0].starts_at) == business_day(now) - timedelta(days=1)
    assert business_day(plan[-1].starts_at) == business_day(now) + timedelta(days=6)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_no_channel_shows_two_things_at_once(shop, now):
    """Also where the surprise programme pushed its way in."""
    channels = defaultdict(list)
    for planned in plan_week(shop.pattern, now):
        assert planned.starts_at < planned.ends_at
        channels[planned.homeshopping_id].append(planned)
    assert len(channels) == 8
    for slots in channels.values():
        assert all(one.ends_at <= other.starts_at for one, other in pairwise(slots))


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_something_is_on_air_now_and_a_special_starts_within_two_minutes(shop, now):
    """Whoever starts the demo sees a broadcast, and soon the alert for the next."""
    plan = plan_week(shop.pattern, now)
    specials = [planned for planned in plan if planned.special]
    assert any(planned.on_air(now) for planned in plan)
    assert len(specials) == 1
    assert timedelta(seconds=60) < specials[0].starts_at - now <= timedelta(seconds=120)
    assert specials[0].ends_at - specials[0].starts_at >= timedelta(minutes=30)


def test_at_noon_nearly_every_channel_is_on_air(shop):
    """Gaps belong to the night, and to the channel that trades at dawn."""
    noon = datetime(2026, 11, 25, 12, 0, tzinfo=KST)
    assert sum(planned.on_air(noon) for planned in plan_days(shop.pattern, noon.date(), 1)) >= 7


def test_the_same_moment_gives_the_same_plan(shop):
    """Nothing is drawn by lot."""
    assert plan_week(shop.pattern, MOMENTS[0]) == plan_week(shop.pattern, MOMENTS[0])


def test_pictures_are_small_well_formed_and_the_same_every_time(shop):
    """Every product, dish and channel has a picture that a browser can draw."""
    for drawn in _pictures(shop):
        assert ET.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - ours
        assert len(drawn.encode()) < PICTURE_BYTES_MAX
    assert list(_pictures(shop)) == list(_pictures(shop))


def test_no_picture_path_looks_like_a_product_page(shop):
    """The earlier web client mistakes paths with product/1 in them for its own pages."""
    names = [*(p.sku for p in shop.hs_products), *(p.sku for p in shop.kok_products), "recipe-7001"]
    assert not any("product/1" in picture_of(name) for name in names)


def _pictures(shop):
    for shown in shop.hs_products:
        yield picture(shown.product_name, shown.category, shown.product_id)
    for sold in shop.kok_products:
        yield picture(sold.name, sold.category, sold.kok_product_id)
    for recipe in shop.recipes:
        yield dish(recipe.cooking_name, recipe.cooking_category_name, recipe.recipe_id)
    for channel in shop.channels:
        yield logo(channel.name, channel.tint, channel.homeshopping_id)
