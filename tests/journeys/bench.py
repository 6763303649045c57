"""A server without doorkeepers, and a hand in what no client can touch, for any language."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.broker import Entry, Position
from channels.broker.redis import RedisBroker
from server.profiles import topics
from server.redis_client import redis_client
from server.settings import Settings
from tests.engines import Redis, engine_room
from tests.journeys.workers import Worker, worker
from tests.processes import environment
from tests.serving import address, served

PROFILE = "conformance-js"

Verb = Callable[..., Awaitable[Any]]


@asynccontextmanager
async def taking_orders(verbs: Mapping[str, Verb]) -> AsyncIterator[str]:
    """Serve the verbs for as long as the block lasts; yields the base URL.

    An order is the JSON of a verb's named arguments; the answer is the JSON of what it returns.
    """

    async def obey(request: Request) -> Response:
        verb = verbs[request.path_params["verb"]]
        return JSONResponse(await verb(**orjson.loads(await request.body())))

    with address() as where:
        app = Starlette(routes=[Route("/{verb}", obey, methods=["POST"])])
        async with served(app, where) as url:
            yield url


@dataclass(frozen=True)
class Bench:
    """A server without doorkeepers, its Redis, and a hand in both."""

    redis: Redis
    broker: RedisBroker
    server: Worker

    async def publish(self, channel: str, items: list[Any]) -> dict[str, Any]:
        """Say these on the channel, whether the server runs or not."""
        retention = topics(PROFILE).of(channel).retention
        entries = [Entry(channel, orjson.dumps(item), history=retention) for item in items]
        return _told((await self.broker.publish_many(entries))[-1])

    async def top(self, channel: str) -> dict[str, Any]:
        """Tell the channel's newest position."""
        return _told((await self.broker.history(channel)).top)

    async def crowd(self, channel: str) -> dict[str, int]:
        """Tell how many listen."""
        crowd = await self.broker.crowd(channel)
        return {"clients": crowd.clients, "users": crowd.users}

    async def deafen(self, channel: str, items: list[Any]) -> None:
        """Cut the server's Pub/Sub connection and say these before it is back."""
        self.redis.tell("CLIENT", "KILL", "TYPE", "pubsub")
        await self.publish(channel, items)

    async def restart(
        self, how: str, channel: str, items: list[Any], *, forget: bool = False
    ) -> None:
        """Stop the server or kill it, say these without it, and start it again."""
        await (self.server.stop() if how == "terminate" else self.server.kill())
        if forget:
            self.redis.tell("FLUSHALL")
        await self.publish(channel, items)
        await self.server.start()

    @property
    def verbs(self) -> dict[str, Verb]:
        """What can be ordered."""
        each = (self.publish, self.top, self.crowd, self.deafen, self.restart)
        return {verb.__name__: verb for verb in each}


@asynccontextmanager
async def open_bench(settings: Settings, logs: Path) -> AsyncIterator[Bench]:
    """Open it all."""
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(closing(Redis(stack.enter_context(engine_room()))))
        redis.start()
        env = environment(settings, redis_url=redis.url, profile=PROFILE, uhok_test_profiles=1)
        server = await stack.enter_async_context(worker(env=env, log=logs / "server.log"))
        broker = RedisBroker(await stack.enter_async_context(redis_client(redis.url)))
        yield Bench(redis, broker, server)


def _told(position: Position | None) -> dict[str, Any]:
    assert position is not None
    return {"offset": position.offset, "epoch": position.epoch}
