"""Two people and every operation of the API's description: neither sees or touches the other's."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from domain.kernel import Base, Database
from server.app import routes
from server.openapi import describe
from tests.contracts.neighbourhood import STEW, Neighbourhood, open_neighbourhood
from tests.patience import until
from tests.photo import AFTERMATH
from tests.stall import HS, KOK, Shopper, sign_up

DOCUMENT = describe(routes())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
NAMES = [operation["operationId"] for _, _, operation in OPERATIONS]

# Ids of what belongs to one person, in paths, queries, bodies and answers; the rest is everybody's.
PRIVATE = {
    "order_id",
    "kok_order_id",
    "homeshopping_order_id",
    "kok_cart_id",
    "notification_id",
    "history_id",
    "homeshopping_history_id",
    "kok_history_id",
    "session_id",
    "query_id",
    "user_id",
    "user_email",
    "tx_id",
}
PUBLIC = {"live_id", "product_id", "kok_product_id", "recipe_id", "ingredient"}
SECRET = "비밀스러운 검색"
# Whoever asks about somebody else's is told that it does not exist, or is not let in at all.
TURNED_AWAY = {403, 404}


@pytest.fixture(scope="module")
async def shop(real_shop):
    """One shop for all operations, where the buyer has left something of everything."""
    async with open_neighbourhood(real_shop("strangers"), payment_wait_seconds=3) as opened:
        yield opened


@pytest.fixture(scope="module")
async def mine(shop: Neighbourhood) -> dict[str, Any]:
    """What the buyer has, by the names of its ids."""
    buyer = shop.people["buyer"]
    paid, cart_order = await shop.paid(), await shop.unpaid(kok_product=KOK)
    found = {"keyword": SECRET}
    hs_search = await buyer.post("/api/homeshopping/search/history", found)
    kok_search = await buyer.post("/api/kok/search/history", found)
    await buyer.post("/api/kok/likes/toggle", {"kok_product_id": KOK})
    live_id = shop.street.stall.to_come
    await buyer.post("/api/homeshopping/likes/toggle", {"live_id": live_id})
    await buyer.get("/api/search", q=SECRET)
    await buyer.post(f"/api/recipes/{STEW}/rating", {"rating": 5})
    sessions = (await buyer.get("/api/user/sessions")).json()["sessions"]
    history = kok_search.json()["saved"]["kok_history_id"]
    return {
        "order_id": paid,
        "homeshopping_order_id": await shop.line(paid),
        "kok_order_id": await shop.line(cart_order),
        "kok_cart_id": await buyer.put_in_cart(KOK),
        "notification_id": (await shop.messages())[0]["notification_id"],
        "history_id": history,
        "kok_history_id": history,
        "homeshopping_history_id": hs_search.json()["homeshopping_history_id"],
        "query_id": (await until(partial(_recent, buyer)))[0]["id"],
        "session_id": sessions[0]["session_id"],
        "user_id": buyer.user_id,
        "user_email": "buyer@example.com",
        "tx_id": (await buyer.state(paid))["payment"]["tx_id"],
        "channel": f"order:{paid}",
        "live_id": live_id,
        "product_id": HS,
        "kok_product_id": KOK,
        "recipe_id": STEW,
        "ingredient": "두부",
    }


async def _recent(shopper: Shopper) -> list[dict[str, Any]]:
    """Return what somebody looked for, which is written down after the answer."""
    return list((await shopper.get("/api/search/recent")).json()["recent"])


def test_every_id_is_somebodys_or_everybodys():
    """A new parameter has to be placed before the matrix means anything."""
    named = {
        parameter["name"]
        for _, _, operation in OPERATIONS
        for parameter in operation.get("parameters", ())
        if parameter.get("in") == "path"
    }
    assert named <= PRIVATE | PUBLIC


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
class TestAStranger:
    async def test_neither_sees_nor_touches_what_is_anothers(
        self, method, path, operation, shop, mine
    ):
        """With the owner's ids in every place; what is only the owner's is not even there."""
        buyer = shop.people["buyer"]
        before = await belongings(shop.street.db, buyer.user_id)
        stranger = await sign_up(shop.street.http, f"stranger-{operation['operationId']}")
        asked = request_of(method, path, operation, mine)
        answer = await shop.street.http.request(**asked, headers=stranger.headers)

        assert answer.status_code < 500, answer.text
        assert await belongings(shop.street.db, buyer.user_id) == before
        assert not anothers(answer.json() if answer.content else None, mine)
        if any(f"{{{name}}}" in path for name in PRIVATE - {"tx_id"}):
            assert answer.status_code in TURNED_AWAY, answer.text

    async def test_without_a_name_gets_no_further(self, method, path, operation, shop, mine):
        """Where a token is needed there is no way around it."""
        answer = await shop.street.http.request(**request_of(method, path, operation, mine))
        ways_in = operation.get("security", [])
        if {} not in ways_in and {"bearer": []} in ways_in:
            assert answer.status_code == 401, answer.text
        assert answer.status_code < 500
        shop.street.http.cookies.clear()


def request_of(
    method: str, path: str, operation: dict[str, Any], mine: dict[str, Any]
) -> dict[str, Any]:
    """Return the description's own example of a request, about what is the buyer's."""
    query = {}
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") == "query" and parameter["required"]:
            query[parameter["name"]] = parameter["example"]
    asked: dict[str, Any] = {"method": method, "url": path.format_map(mine), "params": query}
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None:
        asked["json"] = about(content["example"], mine)
    return asked


def about(example: Any, mine: dict[str, Any]) -> Any:
    """Return the example with the buyer's ids in place of its own."""
    if isinstance(example, dict):
        return {name: mine.get(name, about(part, mine)) for name, part in example.items()}
    if isinstance(example, list):
        return [about(part, mine) for part in example]
    return example


def anothers(answer: Any, mine: dict[str, Any], name: str = "") -> list[str]:
    """Return where the answer tells an id of the buyer's."""
    if isinstance(answer, dict):
        return [place for key, part in answer.items() for place in anothers(part, mine, key)]
    if isinstance(answer, list):
        return [place for part in answer for place in anothers(part, mine, name)]
    told = name in PRIVATE and answer == mine[name]
    return [f"{name}: {answer}"] if told or answer == SECRET else []


async def belongings(db: Database, user_id: int) -> dict[str, list[Any]]:
    """Return every row that is the user's, or of the user's orders."""
    kept: dict[str, list[Any]] = {}
    async with db.reads() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in AFTERMATH:
                continue
            if "user_id" in table.c:
                rows = select(table).where(table.c.user_id == user_id)
            elif "order_id" in table.c:
                orders = Base.metadata.tables["orders"]
                own = select(orders.c.order_id).where(orders.c.user_id == user_id)
                rows = select(table).where(table.c.order_id.in_(own))
            else:
                continue
            kept[table.name] = sorted(map(tuple, await session.execute(rows)), key=repr)
    assert kept["kok_carts"], "there is something to lose"
    return kept


async def test_what_the_buyer_is_told_is_the_buyers(shop, mine):
    """The same list has what it would have told a stranger, so the matrix can see it."""

    async def told() -> bool:
        answer = await shop.people["buyer"].get("/api/orders")
        return bool(anothers(answer.json(), mine))

    await until(told)
