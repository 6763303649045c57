"""What is committed is told, whatever dies: Redis, a database, the process itself."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import func, select

from domain import kernel, log, stock
from domain.kernel import OutboxRow, Sku
from domain.order import Order, OrderLine
from scheduler.leadership import Leadership
from server.wiring import open_databases
from tests.follower import a_line, following
from tests.patience import until
from tests.processes import a_worker, environment
from tests.serving import address
from tests.stall import HS, sign_up, stock_a_stall
from tests.street import SERVICE_TOKEN, open_street

SCHEDULE = "/api/homeshopping/schedule"
REPAIR_SECONDS = 20.0


@pytest.fixture
def engines(real):
    """The real engines, all of them running again afterwards."""
    yield real
    for engine in (real.mariadb, real.postgres, real.redis):
        if not engine.answers():
            engine.restart()


@pytest.fixture
async def street(engines, real_settings):
    """The shop on engines that may be killed."""
    async with open_street(real_settings) as street:
        yield street


async def readiness(street):
    answer = await street.http.get("/readyz")
    bad = {name for name, check in answer.json()["checks"].items() if not check["ok"]}
    return answer.status_code, bad


async def ready(street):
    return await readiness(street) == (200, set())


async def failing(street, name):
    status, bad = await readiness(street)
    return status == 503 and name in bad


def knows(follower, order_id):
    """Tell whether a listener heard of the order, by event or by a fresh snapshot."""
    told = [
        each["data"]["order"]["order_id"] for each in follower.events if "order" in each["data"]
    ]
    shown = [each["order_id"] for snapshot in follower.snapshots for each in snapshot["orders"]]
    return order_id in told or order_id in shown


async def test_without_redis_the_shop_sells_and_tells_later(engines, street):
    """Reads and purchases go on, /readyz names it, and the news arrives when it is back."""
    buyer = await street.shopper()
    channel = f"user:{buyer.user_id}"
    async with following(street.url, channel, token=buyer.token) as follower:
        engines.redis.kill()
        assert (await street.http.get(SCHEDULE)).status_code == 200
        order_id = await buyer.order()
        assert await buyer.status(order_id) == "ORDER_RECEIVED"
        cart = await buyer.put_in_cart()
        picks = {"selected_items": [{"kok_cart_id": cart, "quantity": 1}]}
        assert (await buyer.post("/api/orders/kok/carts/order", picks)).status_code == 201
        await until(lambda: failing(street, "redis"))
        assert (await street.http.get("/healthz")).status_code == 200
        assert not knows(follower, order_id)

        engines.redis.start()
        await follower.until(lambda each: knows(each, order_id), seconds=REPAIR_SECONDS)
        await until(lambda: ready(street), seconds=REPAIR_SECONDS)
        assert (await buyer.confirm(order_id)).json()["status"] == "PAYMENT_COMPLETED"
        await follower.until(lambda each: "PAYMENT_COMPLETED" in each.statuses)


async def test_a_dead_database_leaves_no_half_order(engines, street):
    """503 worth a retry; what was answered 200 is there afterwards, whole, and nothing else."""
    buyer = await street.shopper()
    done = [await buyer.order()]

    async def keep_buying():
        while True:
            answer = await buyer.post("/api/orders/homeshopping/order", {"product_id": HS})
            if answer.status_code != 200:
                return answer
            done.append(answer.json()["order_id"])

    async with asyncio.TaskGroup() as tasks:
        buying = [tasks.create_task(keep_buying()) for _ in range(4)]
        await until(lambda: len(done) >= 5)
        await asyncio.to_thread(engines.mariadb.kill)
    for each in buying:
        answer = each.result()
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert (await street.http.get(SCHEDULE)).status_code == 503
    assert await failing(street, "service_database")

    await asyncio.to_thread(engines.mariadb.start)
    await until(lambda: ready(street), seconds=REPAIR_SECONDS)
    async with street.db.reads() as session:
        orders = set(await session.scalars(select(Order.order_id)))
        lines = Counter(await session.scalars(select(OrderLine.order_id)))
        placed = select(OutboxRow.body).where(OutboxRow.kind == "order.placed")
        told = Counter(body["data"]["order"]["order_id"] for body in await session.scalars(placed))
        (level,) = await stock.levels(session, [Sku("hs-1001")])
    assert set(done) <= orders
    assert lines == told == Counter(orders)
    assert level.available == 50 - len(orders)
    assert (await buyer.confirm(done[0])).json()["status"] == "PAYMENT_COMPLETED"


async def test_without_the_analytics_database_nothing_is_forgotten(engines, street):
    """Purchases go on, /readyz says so, and each fact is in the log once afterwards."""
    buyer = await street.shopper()
    await asyncio.to_thread(engines.postgres.kill)
    orders = [await buyer.order() for _ in range(5)]
    assert (await buyer.confirm(orders[0])).json()["status"] == "PAYMENT_COMPLETED"
    await until(lambda: failing(street, "analytics_database"))
    async with street.db.reads() as session:
        facts = select(OutboxRow.event_id).where(OutboxRow.kind.like("order.%"))
        expected = Counter(await session.scalars(facts))
    assert len(expected) == 7

    await asyncio.to_thread(engines.postgres.start)

    async def recorded():
        async with street.state["analytics"].reads() as session:
            ids = log.LogRow.event_id
            return Counter(await session.scalars(select(ids).where(ids.in_(expected))))

    await until(lambda: _equal(recorded, expected), seconds=REPAIR_SECONDS)
    await until(lambda: ready(street), seconds=REPAIR_SECONDS)


async def test_an_order_committed_by_a_killed_process_is_told(engines, real_settings, tmp_path):
    """Killed between the commit and the relay; the next process publishes it, and it is heard."""
    settings = real_settings.model_copy(update={"service_auth_token": SecretStr(SERVICE_TOKEN)})
    env = environment(settings)
    db, analytics = open_databases(settings)
    async with AsyncExitStack() as stack:
        where = stack.enter_context(address())
        for database in (db, analytics):
            stack.push_async_callback(database.close)
        await stock_a_stall(db, kernel.utc_now())
        redis = await stack.enter_async_context(Redis.from_url(settings.redis_url))
        # While somebody else holds the office, this process's relay stands by.
        office = Leadership(redis=redis, lease_seconds=60)
        reign = asyncio.create_task(office.lead(lambda _: asyncio.Event().wait()))
        line = await stack.enter_async_context(a_line(f"http://{where[0]}:{where[1]}"))
        async with a_worker(where, env=env, log=tmp_path / "first.log") as (first, http):
            buyer = await sign_up(http, "jimin")
            follower = await stack.enter_async_context(
                following(line.url, f"user:{buyer.user_id}", token=buyer.token)
            )
            order_id = await buyer.order()
            first.kill()
        async with db.reads() as session:
            waiting = select(func.count()).where(
                OutboxRow.kind == "order.placed", OutboxRow.sent_at.is_(None)
            )
            assert await session.scalar(waiting) == 1
        assert follower.events == []
        reign.cancel()
        await asyncio.wait([reign])
        async with a_worker(where, env=env, log=tmp_path / "second.log"):
            await follower.until(
                lambda each: (
                    order_id
                    in [e["data"]["order"]["order_id"] for e in each.events if "order" in e["data"]]
                )
            )
            assert len({each["id"] for each in follower.events}) == len(follower.events)


async def _equal(look, expected):
    return await look() == expected
