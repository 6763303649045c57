"""Two web workers and a clock, each a process of its own, on the real engines."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from domain import kernel
from scheduler.leadership import LEASE_SECONDS
from server.routes.payment import LOOK_SECONDS
from server.wiring import open_databases
from tests.follower import a_line, following
from tests.journeys.streamers import EventStreamer, LineStreamer, streaming
from tests.patience import until
from tests.processes import PATIENCE_SECONDS, Process, a_worker, environment
from tests.serving import address
from tests.stall import Shopper, sign_up, stock_a_stall
from tests.street import SERVICE_TOKEN, SIM_TOKEN, Provider, Till, client

QUICK = {f"order_{step}_seconds": 0.2 for step in ("preparing", "shipping", "delivered")}
SLOW = dict.fromkeys(QUICK, 3600)
LEASE = "uhok:lease:{clock}"


@dataclass
class Town:
    """Workers A and B, a clock, and a provider whose callbacks all go to B."""

    till: Till
    env: dict[str, str]
    a: Process
    b: Process
    clocks: list[Process]
    at_a: Shopper
    at_b: Shopper


@asynccontextmanager
async def open_town(settings, logs, *, clocks=1, **delays) -> AsyncIterator[Town]:
    """Start all processes side by side; with two clocks one worker is enough."""
    async with AsyncExitStack() as stack:
        a, b, p = (stack.enter_context(address()) for _ in range(3))
        places = [a, b] if clocks == 1 else [a]
        provider = Provider(settings, p)
        await provider.open()
        stack.push_async_callback(provider.close)
        await stock(settings)
        env = environment(
            settings,
            payment_server_url2=provider.url,
            service_auth_token=SERVICE_TOKEN,
            webhook_base_url=f"http://{places[-1][0]}:{places[-1][1]}",
            **delays,
        )
        ringing = [
            stack.enter_context(Process("clock", env=env, log=logs / f"clock{n}.log"))
            for n in range(clocks)
        ]
        workers = await asyncio.gather(
            *(
                stack.enter_async_context(
                    a_worker(where, "--no-clock", env=env, log=logs / f"worker{where[1]}.log")
                )
                for where in places
            )
        )
        desk = client(provider.url, headers={"X-Sim-Token": SIM_TOKEN})
        till = Till(await stack.enter_async_context(desk))
        buyer = await sign_up(workers[0][1], "jimin")
        at_b = replace(buyer, http=workers[-1][1])
        yield Town(till, env, workers[0][0], workers[-1][0], ringing, buyer, at_b)


async def stock(settings) -> None:
    """Fill the shop before anybody serves it."""
    db, analytics = open_databases(settings)
    await stock_a_stall(db, kernel.utc_now())
    await db.close()
    await analytics.close()


@pytest.fixture
def settings(real_settings):
    """The real engines, and the provider's token."""
    return real_settings.model_copy(update={"service_auth_token": SecretStr(SERVICE_TOKEN)})


@pytest.fixture
async def lease(settings):
    """Read who leads."""
    async with Redis.from_url(settings.redis_url) as redis:

        async def holder():
            return await redis.get(LEASE)

        yield holder


async def delivered(person, order_id):
    return await person.status(order_id) == "DELIVERED"


async def test_news_cross_from_worker_to_worker(settings, tmp_path):
    """The caller waits at A while the webhook knocks at B; a listener at A hears B's order."""
    now = asyncio.get_running_loop().time
    async with open_town(settings, tmp_path, **SLOW) as town:
        url, channel = str(town.at_a.http.base_url), f"user:{town.at_a.user_id}"
        async with following(url, channel, token=town.at_a.token) as follower:
            order_id = await town.at_b.order()
            await follower.until(lambda each: "order.placed.v1" in each.types())
            began = now()
            answer = await town.at_a.confirm(order_id)
            waited = now() - began
            await follower.until(lambda each: "PAYMENT_COMPLETED" in each.statuses)

    assert (answer.status_code, answer.json()["status"]) == (200, "PAYMENT_COMPLETED")
    assert waited < LOOK_SECONDS  # woken by the news, not by a look of its own


async def test_a_second_clock_takes_over_when_the_first_is_killed(settings, tmp_path, lease):
    """Within the lease, and the order still reaches the door."""
    async with open_town(settings, tmp_path, clocks=2, **QUICK) as town:
        leader = await until(lease, seconds=PATIENCE_SECONDS)
        (first,) = [each for each in town.clocks if each.said("leading")]
        order_id = await town.at_a.order()
        await town.at_a.confirm(order_id)
        first.kill()

        async def another_leads():
            return await lease() not in {None, leader}

        await until(another_leads, seconds=LEASE_SECONDS + 3)
        await until(lambda: delivered(town.at_a, order_id))


async def test_a_worker_that_stops_loses_nobody(settings, tmp_path):
    """Its sockets get 3001 and recover at the other; its callers get an answer."""
    count = 5
    async with open_town(settings, tmp_path, **SLOW) as town, AsyncExitStack() as stack:
        buyer = town.at_a
        line = await stack.enter_async_context(a_line(str(buyer.http.base_url)))
        channel = f"user:{buyer.user_id}"
        followers = [
            await stack.enter_async_context(following(line.url, channel, token=buyer.token))
            for _ in range(count)
        ]
        await town.till.next(outcome="hold")
        held = await buyer.order()
        waiting = asyncio.create_task(buyer.confirm(held))
        await until(town.till.payments)
        line.mend(str(town.at_b.http.base_url))  # where a balancer sends newcomers from now on
        town.a.terminate()
        orders = [await town.at_b.order() for _ in range(5)]
        for each in followers:
            await each.until(lambda it: 3001 in it.closes)
            await each.until(lambda it: set(orders) <= {placed(event) for event in it.events})

        answer = await waiting
        assert (answer.status_code, answer.json()["status"]) == (200, "PENDING")
        await until(lambda: town.a.ended, seconds=10)
        for each in followers:
            assert each.recoveries == [(False, False), (True, True)]
            ids = [event["id"] for event in each.events]
            assert len(set(ids)) == len(ids)
            assert each.offsets == list(range(each.offsets[0], each.offsets[-1] + 1))


async def test_two_workers_restarted_in_turn_lose_no_stream_s_news(settings, tmp_path):
    """Streams are told 3001 as well, come back, and hear the rest: nothing twice, nothing lost."""
    async with open_town(settings, tmp_path, **SLOW) as town, AsyncExitStack() as stack:
        buyer, urls = town.at_a, [str(town.at_a.http.base_url), str(town.at_b.http.base_url)]
        line = await stack.enter_async_context(a_line(urls[0]))
        streams = [
            await stack.enter_async_context(
                streaming(kind(f"user:{buyer.user_id}", buyer.token), line.url)
            )
            for kind in (LineStreamer, EventStreamer) * 5
        ]
        orders = [await town.at_b.order()]
        line.mend(urls[1])
        town.a.terminate()
        orders += [await town.at_b.order() for _ in range(3)]
        await until(lambda: all(len(each.recoveries) == 2 for each in streams))
        await until(lambda: town.a.ended, seconds=10)

        where = (town.at_a.http.base_url.host, town.at_a.http.base_url.port)
        log = tmp_path / "again.log"
        again = a_worker(where, "--no-clock", env=town.env, log=log)
        await stack.enter_async_context(again)
        line.mend(urls[0])
        town.b.terminate()
        orders += [await town.at_a.order() for _ in range(3)]
        await until(lambda: town.b.ended, seconds=10)

        for each in streams:
            await until(lambda: set(orders) <= {placed(event) for event in each.events})  # noqa: B023 (asked before the next)
            assert each.closes == [3001, 3001]
            assert each.recoveries == [None, True, True]
            assert each.offsets == list(range(each.offsets[0], each.offsets[-1] + 1))


def placed(event):
    """Return the id of the order whose placing is told, or None."""
    return event["data"]["order"]["order_id"] if event["type"] == "order.placed.v1" else None
