"""What each step of a purchase costs: log in, look around, order, hear from the provider.

One server on real engines with the demo shop; every step is asked as fast as a few keep-alive
connections get answers, and reports the CPU time per request of the server and of each engine,
statements per request as MariaDB counts them, requests per second and how long one took. What
follows a request in the background (the relay, the inbox, the event log) is waited for and
counted to it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import uvloop

from benchmarks._figures import MS, latency, report
from benchmarks._house import PASSWORD, Buyer, House, open_house
from benchmarks._pool import Request, flat_out
from domain import order, payment
from domain.kernel import OrderId, business_day, utc_now
from domain.payment import Begun, PaymentOrder, PaymentView, Till, Verdict, sign
from server.till import delays, draw_tx_id, token_of

LINES: Final = 8
BUYERS: Final = 50
PRODUCTS: Final = 20
LOGINS: Final = 24  # bcrypt is meant to be slow
READS: Final = 600
ORDERS: Final = 400
UNCOUNTED: Final = 24  # of each step, before the measured ones


class Agreeable:
    """A provider in memory that begins every payment; its verdict comes by webhook."""

    async def begin(self, order: PaymentOrder) -> Begun:
        """Begin to collect."""
        return Begun(payment_id=f"pay-{order.tx_id}", checkout_url=None)

    async def look_up(self, payment: PaymentView) -> Verdict | None:
        """Say nothing."""
        return None

    async def call_off(self, payment_id: str) -> None:
        """Agree."""

    async def refund(self, payment_id: str, *, key: str, reason: str) -> None:
        """Agree."""


@dataclass(slots=True)
class Stage:
    """The shop, its customers, and what was measured so far."""

    house: House
    buyers: Sequence[Buyer]
    products: Sequence[int]
    live_ids: Sequence[int]
    results: dict[str, Any] = field(default_factory=dict)

    async def measure(self, name: str, requests: Sequence[Request]) -> None:
        """Ask all the requests and remember what they cost."""
        await flat_out(await self.house.lines(LINES), requests[:UNCOUNTED])
        await self.house.settled()
        counted = requests[UNCOUNTED:]
        lines, meter = await self.house.lines(LINES), self.house.meter()
        statements = self._statements()
        meter.start()
        began = utc_now()
        spans = await flat_out(lines, counted)
        lasted = (utc_now() - began).total_seconds()
        await self.house.settled()
        self.results[name] = {
            "cpu_ms_per_request": meter.each(len(counted), unit=MS),
            "statements_per_request": round((self._statements() - statements) / len(counted), 1),
            "requests_per_second": round(len(counted) / lasted, 1),
            "took": latency(spans),
        }

    def logins(self) -> list[Request]:
        """Return logins of different people."""
        people = [self.buyers[number % BUYERS] for number in range(LOGINS + UNCOUNTED)]
        return [
            Request("POST", "/api/user/login", {"email": each.email, "password": PASSWORD})
            for each in people
        ]

    def schedules(self) -> list[Request]:
        """Return looks at today's schedule."""
        today = business_day(utc_now()).isoformat()
        path = f"/api/homeshopping/schedule?live_date={today}"
        return [Request("GET", path) for _ in range(READS + UNCOUNTED)]

    def details(self) -> list[Request]:
        """Return looks at products."""
        chosen = [self.live_ids[n % len(self.live_ids)] for n in range(READS + UNCOUNTED)]
        return [Request("GET", f"/api/homeshopping/product/{each}") for each in chosen]

    def orders(self) -> list[Request]:
        """Return orders of one product each."""
        return [
            Request(
                "POST",
                "/api/orders/homeshopping/order",
                {"product_id": self.products[number % PRODUCTS], "quantity": 1},
                self.buyers[number % BUYERS].bearer,
            )
            for number in range(ORDERS + UNCOUNTED)
        ]

    def lists(self) -> list[Request]:
        """Return looks at the newest ten of one's own orders."""
        bearers = [self.buyers[number % BUYERS].bearer for number in range(READS + UNCOUNTED)]
        return [Request("GET", "/api/orders?limit=10", headers=each) for each in bearers]

    async def webhooks(self) -> list[Request]:
        """Begin to pay orders, and return what the provider says of them."""
        settings = self.house.settings
        till = Till(
            db=self.house.db,
            gateway=Agreeable(),
            clock=utc_now,
            delays=delays(settings),
            draw_tx_id=draw_tx_id,
            callback_url=lambda tx_id: f"http://127.0.0.1/{tx_id}",
        )
        made = []
        for buyer in self.buyers:
            async with self.house.db.reads() as session:
                mine = await order.newest(session, by=buyer.user_id, limit=100)
            for each in mine:
                paid = await payment.begin(till, OrderId(each.order_id), by=buyer.user_id)
                made.append(self._webhook(paid, buyer))
        return made

    def _webhook(self, paid: payment.PaymentView, buyer: Buyer) -> Request:
        settings = self.house.settings
        told = {
            "tx_id": paid.tx_id,
            "order_id": paid.order_id,
            "user_id": buyer.user_id,
            "payment_id": paid.payment_id,
            "amount": paid.amount,
        }
        raw = json.dumps(told).encode()
        signature = sign(settings.payment_webhook_secret.get_secret_value(), raw)
        path = f"/api/orders/payment/webhook/v2/{paid.tx_id}?t={token_of(settings, paid.tx_id)}"
        headers = f"X-Payment-Event: payment.completed\r\nX-Payment-Signature: {signature}\r\n"
        return Request("POST", path, raw, headers)

    def _statements(self) -> int:
        told = self.house.engines.mariadb.execute("SHOW GLOBAL STATUS LIKE 'Questions'")
        return int(told.split()[1])


async def measure(house: House) -> dict[str, Any]:
    """Walk through a purchase, step by step."""
    products = await house.shelves(PRODUCTS)
    stage = Stage(house, await house.buyers(BUYERS), products, await house.show(products))
    await house.settled()
    await stage.measure("login", stage.logins())
    await stage.measure("schedule_of_today", stage.schedules())
    await stage.measure("product_detail", stage.details())
    await stage.measure("place_order", stage.orders())
    await stage.measure("orders_list", stage.lists())
    await stage.measure("payment_webhook", await stage.webhooks())
    return stage.results


async def main() -> None:
    """Measure and print."""
    async with open_house() as house:
        settings = {"connections": LINES, "bcrypt_cost": house.settings.bcrypt_cost}
        report("purchase", settings | {"steps": await measure(house)})


if __name__ == "__main__":
    uvloop.run(main())
