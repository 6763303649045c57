"""A stocked shop and a person who buys in it, through whatever HTTP client they are given."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from domain import homeshopping, order
from domain.kernel import Database, OrderId, UserId
from tests.shop import a_broadcast, a_kok_product, a_product, open_shop

HS, HS_LATER, KOK, KOK_OTHER = 1001, 1002, 5001, 5002
HS_PRICE, KOK_PRICE = 9_900, 8_000
PASSWORD = "correct horse"


@dataclass(frozen=True)
class Stall:
    """What is on: one broadcast on air, one to come; two products of each shop, ten of each."""

    on_air: int
    to_come: int


async def stock_a_stall(db: Database, now: datetime, *, stock: int = 10) -> Stall:
    """Open the shop; the first broadcast began half an hour ago."""
    async with db.sessions.begin() as session:
        await open_shop(session)
        for product_id in (HS, HS_LATER):
            await a_product(session, product_id, stock=stock, now=now)
        for product_id in (KOK, KOK_OTHER):
            await a_kok_product(session, product_id, stock=stock, now=now)
    half = timedelta(minutes=30)
    async with db.sessions.begin() as session:
        first = await a_broadcast(session, HS, starts_at=now - half, now=now - half)
        second = await a_broadcast(session, HS_LATER, starts_at=now + half, now=now - half)
        stall = Stall(on_air=first.live_id, to_come=second.live_id)
    async with db.sessions.begin() as session:
        await homeshopping.start_due(session, now=now, limit=9)
    return stall


@dataclass(frozen=True)
class Shopper:
    """Somebody at the doors, logged in."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    user_id: int
    token: str

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Post JSON, or nothing."""
        return await self.http.post(path, json=body, headers=self.headers | headers)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """Ask."""
        return await self.http.get(path, params=params, headers=self.headers)

    async def order(self, product_id: int = HS, quantity: int = 1, **headers: str) -> int:
        """Order a product of the broadcast; return the order's id."""
        body = {"product_id": product_id, "quantity": quantity}
        answer = await self.post("/api/orders/homeshopping/order", body, **headers)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["order_id"])

    async def put_in_cart(self, product_id: int = KOK, quantity: int = 1) -> int:
        """Put a product into the cart; return its row's id."""
        body = {"kok_product_id": product_id, "kok_quantity": quantity}
        answer = await self.post("/api/kok/carts", body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["kok_cart_id"])

    async def confirm(self, order_id: int) -> httpx.Response:
        """Pay and wait for the provider's word."""
        return await self.post(f"/api/orders/payment/{order_id}/confirm/v2")

    async def state(self, order_id: int) -> dict[str, Any]:
        """Return how the order and its payment stand."""
        answer = await self.get(f"/api/orders/payment/{order_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def status(self, order_id: int) -> str:
        """Return the order's status."""
        return str((await self.state(order_id))["order_status"])


async def sign_up(http: httpx.AsyncClient, name: str) -> Shopper:
    """Open an account and log in."""
    account = {"email": f"{name}@example.com", "password": PASSWORD}
    opened = await http.post("/api/user/signup", json=account | {"username": name})
    assert opened.status_code == 201, opened.text
    answer = await http.post("/api/user/login", json=account)
    http.cookies.clear()
    token = answer.json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return Shopper(http, headers, answer.json()["user_id"], token)


async def history(db: Database, order_id: int, *, by: int) -> list[str]:
    """Return the statuses that the order's first line went through."""
    async with db.reads() as session:
        bought = await order.get(session, OrderId(order_id), by=UserId(by))
        return [step.status.value for step in bought.view().lines[0].history]
