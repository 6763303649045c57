"""How long after its commit a change is on the screens of those who wait for it.

A real server on real engines, 1 000 WebSockets: half are strangers on ``schedule`` or on a
``live:`` channel, half are buyers on their own ``user:`` and ``order:`` channels. Orders are placed
over HTTP, 20 a second for 8 seconds and then 100 a second for 15, every tenth of them with the
cancellation of an older one, and once a second the presenter pins another product, which every
stranger hears. With ``--apart`` the clock and the relay have a process of their own.

An age is counted from the event's own ``time``, which is drawn before its transaction begins, so
it contains the transaction: an upper bound of commit-to-client. ``since_answer`` counts from the
arrival of the buyer's HTTP answer, after the commit: a lower bound, below zero where the push was
faster than the answer.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import uvloop

from benchmarks._figures import MS, latency, report
from benchmarks._house import Buyer, Clock, House, open_house, until
from benchmarks._ledger import Ledger
from benchmarks._listener import Listener
from benchmarks._pool import Request, paced
from benchmarks._wire import HttpLine
from channels.broker.redis import RedisBroker
from channels.relay import NUDGE
from domain import homeshopping
from domain.kernel import LiveId
from server.wiring import open_redis

STRANGERS: Final = 500
BUYERS: Final = 500
PHASES: Final = ((20, 8), (100, 15))  # orders a second, seconds
FIRST_PER_SECOND: Final = 1000
CANCEL_EVERY: Final = 10
PRODUCTS: Final = 20
LINES: Final = 24
AT_ONCE: Final = 25  # sockets that connect side by side
TAIL_SECONDS: Final = 10.0
ORDER_EVENTS: Final = ("order.placed.v1", "order.status_changed.v1")
PROMISED: Final = {"p50_ms": 15, "p99_ms": 60}


@dataclass(slots=True)
class Evening:
    """The shop while it is measured; buyers' sockets are numbered from 0, then strangers'."""

    house: House
    buyers: list[Buyer]
    products: list[int]
    slot: list[LiveId]
    ledger: Ledger = field(default_factory=Ledger)
    older: dict[int, int] = field(default_factory=dict)  # a first order of each buyer
    cancelled: int = 0
    pinned: LiveId | None = None
    listeners: list[Listener] = field(default_factory=list)

    async def place_first(self, line: HttpLine, number: int) -> None:
        """Place a buyer's first order."""
        self.older[number] = (await self._order(number).over(line))["order_id"]

    async def place(self, line: HttpLine, number: int) -> None:
        """Place an order; now and then cancel an older one of another buyer."""
        placed = await self._order(number).over(line)
        who, subject = number % BUYERS, f"order/{placed['order_id']}"
        self.ledger.answered[subject] = time.time()
        self.ledger.expect([who], f"user:{self.buyers[who].user_id}", subject, version=1)
        if number % CANCEL_EVERY == 0:
            self.cancelled += 1
            await self._cancel(line, self.cancelled)

    async def arrive(self) -> None:
        """Let everybody connect and subscribe, some at a time."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def come(socket: int) -> None:
            async with turns:
                listener = self.ledger.listener(socket)
                self.listeners.append(listener)
                token = self.buyers[socket].token if socket < BUYERS else ""
                await listener.open(self.house.port, token=token)
                for channel in self._channels(socket):
                    await listener.subscribe(channel)

        async with asyncio.TaskGroup() as tasks:
            for socket in range(BUYERS + STRANGERS):
                tasks.create_task(come(socket))

    async def present(self, broker: RedisBroker, *, seconds: int) -> None:
        """Pin another product every second, from a process without a relay."""
        for _ in range(seconds):
            changed = [self.slot[self.pinned == self.slot[0]]]
            async with self.house.db.sessions.begin() as session:
                await homeshopping.pin(session, changed[0], now=datetime.now(UTC))
                if self.pinned is not None:
                    changed.append(self.pinned)
                views = [await homeshopping.broadcast_view(session, each) for each in changed]
            await broker.signal(NUDGE)
            for view in views:
                self._expect_pin(view)
            self.pinned = changed[0]
            await asyncio.sleep(1)

    def _expect_pin(self, view: homeshopping.BroadcastView) -> None:
        subject, channel = f"live/{view.live_id}", f"live:{view.live_id}"
        for socket in range(BUYERS, BUYERS + STRANGERS):
            for each in self._channels(socket):
                if each in {"schedule", channel}:
                    self.ledger.expect([socket], each, subject, version=view.version)

    async def _cancel(self, line: HttpLine, who: int) -> None:
        order_id, buyer = self.older[who], self.buyers[who]
        path = f"/api/orders/{order_id}/cancellation"
        view = await Request("POST", path, headers=buyer.bearer).over(line)
        for channel in (f"user:{buyer.user_id}", f"order:{order_id}"):
            self.ledger.expect([who], channel, f"order/{order_id}", version=view["version"])

    def _order(self, number: int) -> Request:
        what = {"product_id": self.products[number % PRODUCTS], "quantity": 1}
        bearer = self.buyers[number % BUYERS].bearer
        return Request("POST", "/api/orders/homeshopping/order", what, bearer)

    def _channels(self, socket: int) -> list[str]:
        if socket < BUYERS:
            return [f"user:{self.buyers[socket].user_id}", f"order:{self.older[socket]}"]
        return ["schedule" if socket % 2 else f"live:{self.slot[0]}"]


async def measure(house: House) -> dict[str, Any]:
    """Let an evening pass and return its figures."""
    products = await house.shelves(PRODUCTS)
    buyers = await house.buyers(BUYERS)
    evening = Evening(house, buyers, products, await house.show(products[:2]))
    lines = await house.lines(LINES)
    await paced(lines, evening.place_first, count=BUYERS, rate=FIRST_PER_SECOND)
    await evening.arrive()
    async with open_redis(house.settings) as redis:
        broker = RedisBroker(redis, prefix=house.settings.redis_prefix.rstrip(":"))
        return {
            f"{rate}_orders_a_second": await phase(evening, broker, rate=rate, seconds=seconds)
            for rate, seconds in PHASES
        }


async def phase(
    evening: Evening, broker: RedisBroker, *, rate: int, seconds: int
) -> dict[str, Any]:
    """Place so many orders a second for so long; return the figures, the CPU first."""
    await evening.house.settled()
    evening.ledger.clear()
    count, ledger = rate * seconds, evening.ledger
    meter, lines = evening.house.meter(), await evening.house.lines(LINES)
    meter.start()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(evening.present(broker, seconds=seconds))
        reached = tasks.create_task(paced(lines, evening.place, count=count, rate=rate))
    await until(lambda: not ledger.lost, seconds=TAIL_SECONDS)
    cpu = meter.each(count, unit=MS)
    await evening.house.settled()
    ages = ledger.ages
    return {
        "cpu_ms_per_order": cpu,
        "orders_per_second": round(reached.result(), 1),
        "age": latency([age for kind in ORDER_EVENTS for age in ages[kind]]),
        "age_by_type": {kind: latency(ages[kind]) for kind in sorted(ages)},
        "since_answer": latency(ledger.since_answer()),
        "due": len(ledger.due),
        "lost": ledger.lost,
        "gaps": sum(listener.gaps for listener in evening.listeners),
        "hung_up": sum(listener.line.closed for listener in evening.listeners),
    }


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Commit to client, under load.")
    parser.add_argument("--apart", action="store_true", help="run `uhok clock` beside the server")
    clock: Clock = "beside" if parser.parse_args().apart else "inside"
    async with open_house(clock=clock) as house:
        told = {"sockets": BUYERS + STRANGERS, "clock": clock, "promised": PROMISED}
        report("commit_to_client", told | await measure(house))


if __name__ == "__main__":
    uvloop.run(main())
