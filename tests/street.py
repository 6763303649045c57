"""A shop and its payment provider, each on a port of its own, and time that can be moved."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette

from demo.payment_simulator import Settings as ProviderSettings
from demo.payment_simulator import create_app as create_provider
from domain import kernel
from domain.kernel import Database
from server.app import create_app
from server.clockwork import standing_by
from server.settings import Settings
from server.state import State
from server.wiring import open_state
from tests.serving import address, served
from tests.stall import Shopper, Stall, sign_up, stock_a_stall

SIM_TOKEN = "sim-token-for-tests"
SERVICE_TOKEN = "service-token-for-tests"
APPROVAL_SECONDS = 0.05
CALM = {"payment_wait_seconds": 8, "service_auth_token": SecretStr(SERVICE_TOKEN)}


@dataclass
class ShiftedClock:
    """The real time, and as much more as a test has let pass."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return kernel.utc_now() + self.ahead

    def forward(self, **by: float) -> None:
        """Move on by so many seconds, minutes."""
        self.ahead += timedelta(**by)


@dataclass
class Till:
    """The provider's control plane."""

    http: httpx.AsyncClient

    async def next(self, **scenario: Any) -> None:
        """Choose how the next payment goes."""
        answer = await self.http.post("/_sim/scenarios", json=scenario)
        assert answer.status_code == 201, answer.text

    async def payments(self) -> list[dict[str, Any]]:
        """Return every payment as the provider knows it."""
        return list((await self.http.get("/_sim/payments")).json())

    async def decide(self, verb: str) -> None:
        """Approve or decline the only payment."""
        (only,) = await self.payments()
        answer = await self.http.post(f"/_sim/payments/{only['payment_id']}/{verb}")
        assert answer.status_code == 200, answer.text

    async def deliveries(self) -> list[dict[str, Any]]:
        """Return every webhook with its attempts."""
        return list((await self.http.get("/_sim/deliveries")).json())

    async def balance(self) -> int:
        """Return what was captured and not given back, in won."""
        return sum(row["balance"] for row in (await self.http.get("/_sim/ledger")).json())


@dataclass
class Street:
    """Both, running."""

    state: State
    clock: ShiftedClock
    stall: Stall
    url: str
    till: Till
    http: httpx.AsyncClient
    provider: "Provider"

    @property
    def db(self) -> Database:
        """The shop's service database."""
        return self.state["db"]

    async def shopper(self, name: str = "jimin") -> Shopper:
        """Sign somebody up who buys."""
        return await sign_up(self.http, name)


class Provider:
    """The payment simulator, which may be away."""

    def __init__(self, settings: Settings, where: tuple[str, int]) -> None:
        self.url = f"http://{where[0]}:{where[1]}"
        self.where = where
        self._settings = ProviderSettings(
            webhook_secret=settings.payment_webhook_secret.get_secret_value(),
            service_token=SERVICE_TOKEN,
            sim_token=SIM_TOKEN,
            public_url=self.url,
            approve_after_seconds=APPROVAL_SECONDS,
            webhook_attempts_max=4,
            webhook_retry_first_seconds=0.05,
        )
        self._open = AsyncExitStack()

    async def open(self) -> None:
        """Serve, knowing nothing of before."""
        await self._open.enter_async_context(served(create_provider(self._settings), self.where))

    async def close(self) -> None:
        """Stop serving."""
        await self._open.aclose()


@asynccontextmanager
async def open_street(settings: Settings, **changes: Any) -> AsyncIterator[Street]:
    """Open both, with the clock's jobs ringing in the shop's process."""
    clock = ShiftedClock()
    async with AsyncExitStack() as stack:
        ours, theirs = (stack.enter_context(address()) for _ in range(2))
        places = {
            "webhook_base_url": f"http://{ours[0]}:{ours[1]}",
            "payment_server_url": f"http://{theirs[0]}:{theirs[1]}",
            "payment_server_url2": f"http://{theirs[0]}:{theirs[1]}",
        }
        settings = settings.model_copy(update=CALM | places | changes)
        provider = Provider(settings, theirs)
        await provider.open()
        stack.push_async_callback(provider.close)
        state = await stack.enter_async_context(open_state(settings, clock=clock))
        stall = await stock_a_stall(state["db"], clock(), stock=50)
        await stack.enter_async_context(standing_by(state))
        url = await stack.enter_async_context(served(_app(settings, state), ours))
        http = await stack.enter_async_context(client(url))
        desk = client(provider.url, headers={"X-Sim-Token": SIM_TOKEN})
        till = Till(await stack.enter_async_context(desk))
        yield Street(state, clock, stall, url, till, http, provider)


def client(url: str, **options: Any) -> httpx.AsyncClient:
    """Return an HTTP client with patience and no proxy."""
    limits = httpx.Limits(max_connections=100)
    return httpx.AsyncClient(base_url=url, timeout=30, trust_env=False, limits=limits, **options)


def _app(settings: Settings, state: State) -> Starlette:
    @asynccontextmanager
    async def opened() -> AsyncIterator[State]:
        yield state

    return create_app(settings, opened)
