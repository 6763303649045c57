"""The REST doors of a buyer's orders as lists: all of them, their number, the recent ones."""

from datetime import timedelta

import pytest

from domain import order, recipe
from domain.kernel import OrderId
from domain.order import OrderStatus
from domain.recipe import NewMaterial, NewRecipe
from tests.stall import HS, KOK, KOK_OTHER
from tests.statements import overhearing, statements

CART = "/api/orders/kok/carts/order"
TOFU_SOUP = 900
WAY = tuple(OrderStatus)[1:6]  # from asking for the money to the door


@pytest.fixture
async def soup(house, stall):
    """A recipe of two ingredients, of which the shop sells one."""
    new = NewRecipe(
        recipe_id=TOFU_SOUP,
        recipe_title="두부찌개",
        cooking_name="두부찌개",
        scrap_count=12,
        cooking_case_name="일상",
        cooking_category_name="찌개",
        cooking_introduction="보글보글",
        number_of_serving="2인분",
        thumbnail_url="/api/media/soup",
        materials=(NewMaterial(material_name="두부"), NewMaterial(material_name="대파")),
    )
    async with house.state["db"].sessions.begin() as session:
        await recipe.add_recipe(session, new, now=house.state["clock"]())


async def order_cart(buyer, *rows):
    """Order rows of the cart, one of each; return the order's id."""
    picks = [{"kok_cart_id": row, "quantity": 1} for row in rows]
    answer = await buyer.post(CART, {"selected_items": picks})
    assert answer.status_code == 201, answer.text
    return answer.json()["order_id"]


async def put_in_cart(buyer, product_id=KOK, recipe_id=None):
    body = {"kok_product_id": product_id, "kok_quantity": 1, "recipe_id": recipe_id}
    return (await buyer.post("/api/kok/carts", body)).json()["kok_cart_id"]


async def deliver(house, order_id, *, at):
    """Take the order to the door."""
    async with house.state["db"].sessions.begin() as session:
        mine = await order.lock(session, OrderId(order_id))
        for to in WAY:
            await order.move(session, mine, to, by=None, now=at)


async def listed(buyer, **query):
    answer = await buyer.get("/api/orders", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_total_is_what_the_lines_cost(stall, buyer):
    """Fault 8.1.10: line totals were multiplied by the quantity again."""
    await buyer.order(HS, 3)
    (group,) = (await listed(buyer))["order_groups"]
    assert (group["total_amount"], group["item_count"]) == (29_700, 3)
    assert [item["price"] for item in group["items"]] == [29_700]


async def test_a_dish_is_shown_beside_what_was_bought_for_it(house, soup, buyer):
    """Fault 8.1.9: ingredients were always 0 of 0; other kok lines say so with zeros."""
    await order_cart(
        buyer, await put_in_cart(buyer, KOK, TOFU_SOUP), await put_in_cart(buyer, KOK_OTHER)
    )
    (group,) = (await listed(buyer))["order_groups"]
    for_dish, plain = group["items"]
    about = ("recipe_title", "recipe_scrap_count", "recipe_description")
    assert [for_dish[name] for name in about] == ["두부찌개", 12, "보글보글"]
    assert (for_dish["recipe_rating"], for_dish["recipe_related"]) == (0.0, True)
    assert (for_dish["ingredients_owned"], for_dish["total_ingredients"]) == (1, 2)
    assert [plain[name] for name in about] == [None, 0, None]
    assert (plain["ingredients_owned"], plain["total_ingredients"]) == (0, 0)

    (first, second) = (await buyer.get("/api/orders/recent")).json()["orders"]
    assert [second[name] for name in about] == ["두부찌개", 12, "보글보글"]
    assert (second["ingredients_owned"], first["ingredients_owned"]) == (1, 0)


async def test_what_was_delivered_says_when(house, stall, buyer, clock):
    """In Seoul's calendar, beside the Korean name of the status."""
    order_id = await buyer.order(HS)
    await deliver(house, order_id, at=clock() + timedelta(hours=12))
    for path in ("/api/orders", "/api/orders/recent"):
        body = (await buyer.get(path)).json()
        (item,) = body["order_groups"][0]["items"] if "order_groups" in body else body["orders"]
        assert (item["delivery_status"], item["delivery_date"]) == ("배송완료", "11/22(일) 도착")


async def test_a_cursor_goes_through_all_orders(stall, buyer):
    """Each once, newest first, even when an order is placed in between."""
    placed = [await buyer.order(HS) for _ in range(5)]
    seen, cursor = [], None
    while True:
        body = await listed(buyer, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [each["order_id"] for each in body["order_groups"]]
        cursor = body["next_cursor"]
        if cursor is None:
            break
        await buyer.order(HS)
    assert seen == placed[::-1]


async def test_nobody_sees_anothers_orders(stall, buyer, stranger):
    """Lists, numbers and totals are the caller's own."""
    await buyer.order(HS)
    assert (await listed(stranger)) == {
        "limit": 30,
        "total_count": 0,
        "order_groups": [],
        "next_cursor": None,
    }
    assert (await stranger.get("/api/orders/count")).json() == {"order_count": 0}
    assert (await stranger.get("/api/orders/recent")).json() == {
        "days": 7,
        "order_count": 0,
        "orders": [],
        "next_cursor": None,
    }


async def test_orders_are_counted(stall, buyer, notebook):
    """All of them, however they went."""
    for _ in range(2):
        order_id = await buyer.order(HS)
    await buyer.post(f"/api/orders/{order_id}/cancellation")
    assert (await buyer.get("/api/orders/count")).json() == {"order_count": 2}
    assert notebook.noted[-1].event_type == "order_order_count_view"


async def test_recent_orders_are_told_line_by_line(stall, shopper, clock, notebook):
    """With the padded number; what is older than the days is left out."""
    await (await shopper()).order(HS)
    clock.forward(days=8)
    buyer = await shopper()
    row = await put_in_cart(buyer, KOK)
    order_id = await order_cart(buyer, row)
    body = (await buyer.get("/api/orders/recent")).json()

    (line,) = body["orders"]
    assert (body["days"], body["order_count"]) == (7, 1)
    assert line == {
        "order_id": order_id,
        "order_number": f"{order_id:012}",
        "order_date": "2026. 11. 29",
        "product_id": KOK,
        "product_name": "두부 5001",
        "product_image": "/api/media/kok",
        "price": 8_000,
        "quantity": 1,
        "delivery_status": "주문 생성",
        "delivery_date": "배송 정보 없음",
        "recipe_related": True,
        "recipe_title": None,
        "recipe_rating": 0.0,
        "recipe_scrap_count": 0,
        "recipe_description": None,
        "ingredients_owned": 0,
        "total_ingredients": 0,
    }
    noted = notebook.noted[-1]
    assert noted.event_type == "order_recent_orders_view"
    assert noted.event_data == {"days": 7, "order_count": 1}
    assert (await buyer.get("/api/orders/recent", days=30)).json()["order_count"] == 2
    first = (await buyer.get("/api/orders/recent", days=30, limit=1)).json()
    again = {"days": 30, "limit": 1, "cursor": first["next_cursor"]}
    rest = (await buyer.get("/api/orders/recent", **again)).json()
    assert [each["product_id"] for each in (*first["orders"], *rest["orders"])] == [KOK, HS]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/orders", {"limit": 0}),
        ("/api/orders", {"limit": 101}),
        ("/api/orders", {"limit": "many"}),
        ("/api/orders", {"cursor": "nonsense"}),
        ("/api/orders/recent", {"days": 0}),
        ("/api/orders/recent", {"days": 366}),
        ("/api/orders/recent", {"cursor": "WzFd"}),
    ],
)
async def test_what_is_out_of_bounds_is_422(stall, buyer, path, query):
    """Never everything, and never a crash."""
    assert (await buyer.get(path, **query)).status_code == 422


@pytest.mark.parametrize("path", ["/api/orders", "/api/orders/count", "/api/orders/recent"])
async def test_lists_are_for_those_who_are_signed_in(client, path):
    """401 otherwise."""
    assert (await client.get(path)).status_code == 401


async def test_a_long_list_costs_no_more_statements_than_a_short_one(house, soup, buyer):
    """Fault 8.4: one status query per line, and a thousand orders filtered in the process."""
    counts = []
    for number in (1, 6):
        for _ in range(number):
            await order_cart(buyer, await put_in_cart(buyer, KOK, TOFU_SOUP))
        for path in ("/api/orders", "/api/orders/recent"):
            with overhearing(house.state["db"]), statements() as said:
                assert (await buyer.get(path)).status_code == 200
            counts.append(len(said))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 10
