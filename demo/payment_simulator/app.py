"""Build the provider from its settings; importing this module does nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from demo.payment_simulator.acquirer import Acquirer, Background
from demo.payment_simulator.errors import AnswerLost, Refusal
from demo.payment_simulator.payments import Register
from demo.payment_simulator.routes import routes
from demo.payment_simulator.scenarios import Playbook
from demo.payment_simulator.settings import Settings
from demo.payment_simulator.state import State
from demo.payment_simulator.webhooks import Courier, DeliveryLog
from demo.payment_simulator.window import Window
from demo.payment_simulator.wire import cut, refuse, refuse_http
from demo.payment_simulator.world import World

BODY_BYTES_MAX: Final = 64 * 1024


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    new_id: Callable[[], UUID] = uuid4,
) -> Starlette:
    """Return the provider as an ASGI application; it needs its lifespan run.

    Everything it knows lives in memory and starts empty.
    """

    world = World(clock, sleep, new_id)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[State]:
        async with _client(settings) as client, asyncio.TaskGroup() as group:
            background = Background(group)
            yield _build(settings, world, client=client, background=background)
            background.stop()

    return Starlette(
        routes=routes,
        exception_handlers={Refusal: refuse, AnswerLost: cut, HTTPException: refuse_http},
        lifespan=lifespan,
        max_body_size=BODY_BYTES_MAX,
    )


def _build(
    settings: Settings, world: World, *, client: httpx.AsyncClient, background: Background
) -> State:
    register, playbook, deliveries = Register(), Playbook(), DeliveryLog()
    courier = Courier(settings, client, deliveries, world)
    acquirer = Acquirer(
        register=register,
        playbook=playbook,
        courier=courier,
        background=background,
        approve_after_seconds=settings.approve_after_seconds,
        world=world,
    )
    return State(
        settings=settings,
        acquirer=acquirer,
        register=register,
        playbook=playbook,
        courier=courier,
        deliveries=deliveries,
        window=Window.load(),
    )


def _client(settings: Settings) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    # A proxy from the environment would only come between us and the merchant next door.
    return httpx.AsyncClient(
        timeout=settings.webhook_timeout_seconds, follow_redirects=False, trust_env=False
    )
